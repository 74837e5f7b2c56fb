"""Reads orders in, a day at a time."""
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Reads orders in"

    def add_arguments(self, parser):
        parser.add_argument("--days", type=int, default=120)

    def handle(self, *args, **options):
        self.rejected = []
        total = 0
        for day in range(options["days"]):
            orders = self.read(day)
            total += self.validate(orders)
        self.stdout.write(f"{total} orders are right")

    def read(self, day):
        return [{"number": f"{day}-{n}", "amount": n, "note": f"order {n} of day {day}"} for n in range(12_000)]

    def validate(self, orders):
        good = [order for order in orders if order["amount"] % 7]
        for order in orders:
            if order not in good[:1]:
                self.rejected.append(order)  # CULPRIT
        return len(good)
