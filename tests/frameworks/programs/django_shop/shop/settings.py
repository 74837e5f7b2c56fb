"""Settings of a small shop, without a database."""
SECRET_KEY = "of no account"
DEBUG = False
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shop.urls"
WSGI_APPLICATION = "shop.wsgi.application"
INSTALLED_APPS = ["shop"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
