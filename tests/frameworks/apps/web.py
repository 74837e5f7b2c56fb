"""Web servers, each with an app whose order leaks beside looking up of prices that does not."""

from __future__ import annotations

import json
import signal

from frameworks.description import App
from frameworks.traffic import Traffic, http_requests

_ORDER = json.dumps({"lines": [{"sku": f"sku-{n}", "amount": n} for n in range(100)]}).encode()
_ASKED = (("GET", "/price/{n}", b""), ("POST", "/order/{n}", _ORDER))
_SHOP = http_requests(_ASKED, rounds=300, kills=2)
_SHOP_ALONE = http_requests(_ASKED, rounds=300)
_TICK = json.dumps({"skus": [f"sku-{n}" for n in range(40)]}).encode()
_TICKS = http_requests((("GET", "/price/{n}", b""), ("POST", "/order/{n}", _TICK)), rounds=300)
_FLASK = ("flask>=3", "gunicorn>=27")
_FASTAPI = ("fastapi>=0.165", "gunicorn>=27", "uvicorn>=0.54", "uvicorn-worker>=0.3")
_DJANGO = ("django>=5.2", "gunicorn>=27")
_GUNICORN = ("gunicorn", "--bind", "127.0.0.1:{port}", "--workers", "2")
_UVICORN = ("uvicorn", "--port", "{port}", "--log-level", "warning", "app:app")


def _serve(
    program: str, environment: str, requires: tuple[str, ...], command: tuple[str, ...], traffic: Traffic = _SHOP
) -> App:
    return App(program, command, environment, requires, traffic=traffic, ends=signal.SIGTERM)


APPS = {
    "gunicorn-sync-flask": _serve("flask_shop", "flask", _FLASK, (*_GUNICORN, "app:app")),
    "gunicorn-gthread-flask": _serve(
        "flask_shop", "flask", _FLASK, (*_GUNICORN, "--worker-class", "gthread", "--threads", "2", "app:app")
    ),
    "uvicorn-fastapi": _serve("fastapi_shop", "fastapi", _FASTAPI, _UVICORN, _SHOP_ALONE),
    "uvicorn-workers-fastapi": _serve("fastapi_shop", "fastapi", _FASTAPI, (*_UVICORN, "--workers", "2")),
    "uvicorn-ticks": _serve("uvicorn_ticks", "fastapi", _FASTAPI, ("python", "-m", *_UVICORN), _TICKS),
    "gunicorn-uvicorn-fastapi": _serve(
        "fastapi_shop", "fastapi", _FASTAPI, (*_GUNICORN, "--worker-class", "uvicorn_worker.UvicornWorker", "app:app")
    ),
    "gunicorn-django": _serve("django_shop", "django", _DJANGO, (*_GUNICORN, "shop.wsgi")),
}
