"""Web servers, each with an app whose order leaks beside looking up of prices that does not."""

from __future__ import annotations

import json
import signal

from frameworks.description import App
from frameworks.traffic import http_requests

_ORDER = json.dumps({"lines": [{"sku": f"sku-{n}", "amount": n} for n in range(100)]}).encode()
_SHOP = http_requests((("GET", "/price/{n}", b""), ("POST", "/order/{n}", _ORDER)), rounds=250, kills=2)
_FLASK = ("flask>=3", "gunicorn>=27")
_GUNICORN = ("gunicorn", "--bind", "127.0.0.1:{port}", "--workers", "2")

APPS = {
    "gunicorn-sync-flask": App(
        "flask_shop", (*_GUNICORN, "app:app"), "flask", _FLASK, traffic=_SHOP, ends=signal.SIGTERM
    ),
    "gunicorn-gthread-flask": App(
        "flask_shop",
        (*_GUNICORN, "--worker-class", "gthread", "--threads", "2", "app:app"),
        "flask",
        _FLASK,
        traffic=_SHOP,
        ends=signal.SIGTERM,
    ),
}
