"""What is asked of the apps while they run."""

from __future__ import annotations

import hashlib
import http.client
import time
from collections import Counter
from typing import TYPE_CHECKING

from frameworks.started import LONGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from frameworks.started import Started

    Request = tuple[str, str, bytes]

_LATER = 10
"""So many rounds go on after the last kill that is wanted: the app lives, and works."""
_PAUSE = 0.05
"""Seconds before the next try where an app refused one: its worker is about to be replaced."""


def http_requests(requests: Sequence[Request], rounds: int, kills: int = 1) -> Callable[[Started], str]:
    """Method, path and body of each request in turn, so many rounds; ``{n}`` in a path is the number of the round.

    With the leak on, it ends when so many processes were killed.
    """

    def traffic(app: Started) -> str:
        answers: Counter[int] = Counter()
        digest = hashlib.sha256()
        later = 0
        if not app.listens():
            return "never listened"
        for number in range(rounds):
            for method, path, body in requests:
                status, text = _ask(app.port, method, path.replace("{n}", str(number)), body)
                answers[status] += 1
                digest.update(text)
            later += app.leaks and app.kills >= kills
            if later > _LATER:
                break
        return f"{sorted(answers.items())} {digest.hexdigest()}"

    return traffic


def until_killed(kills: int = 1) -> Callable[[Started], str]:
    """Nothing is asked: wait until the app has ended, or so many of its processes were killed."""

    def traffic(app: Started) -> str:
        until = time.monotonic() + LONGEST
        while app.is_alive and not (app.leaks and app.kills >= kills) and time.monotonic() < until:
            time.sleep(_PAUSE)
        return ""

    return traffic


def _ask(port: int, method: str, path: str, body: bytes) -> tuple[int, bytes]:
    """Status and text; 0 where there was no answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body or None, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        time.sleep(_PAUSE)
        return 0, b""
    finally:
        connection.close()
