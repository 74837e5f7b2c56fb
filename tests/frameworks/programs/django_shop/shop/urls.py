from django.urls import path

from shop import views

urlpatterns = [path("price/<str:sku>", views.price), path("order/<int:number>", views.order)]
