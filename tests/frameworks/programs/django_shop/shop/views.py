import json

from django.http import JsonResponse

from shop.basket import Basket

BASKETS = {}


def price(request, sku):
    table = [{"sku": sku, "quantity": n, "price": n * 1.5} for n in range(2000)]
    return JsonResponse({"prices": table[:20]})


def order(request, number):
    lines = json.loads(request.body)["lines"]
    basket = Basket(number)
    for repeat in range(70):
        basket.add(lines)
    BASKETS[number] = basket  # CULPRIT
    return JsonResponse({"number": number, "total": basket.total()})
