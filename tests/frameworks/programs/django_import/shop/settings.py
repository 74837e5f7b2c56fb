"""Settings of a small shop, without a database."""
SECRET_KEY = "of no account"
DEBUG = False
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["shop"]
TIME_ZONE = "Asia/Tokyo"
USE_TZ = True
