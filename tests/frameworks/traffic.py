"""What is asked of the apps while they run."""

from __future__ import annotations

import hashlib
import http.client
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from frameworks.started import LONGEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from frameworks.started import Started

    Request = tuple[str, str, bytes]

Traffic = Callable[["Started"], str]

_LATER = 10
"""So many rounds go on after the last kill that is wanted: the app lives, and works."""
_PAUSE = 0.05
"""Seconds before the next try where an app refused one: its worker is about to be replaced."""


def http_requests(requests: Sequence[Request], rounds: int, kills: int = 1) -> Traffic:
    """Method, path and body of each request in turn, so many rounds; ``{n}`` in a path is the number of the round.

    With the leak on, it ends when so many processes were killed; without, a third of the rounds will do.
    """

    def traffic(app: Started) -> str:
        answers: Counter[int] = Counter()
        digest = hashlib.sha256()
        later = 0
        if not app.listens():
            return "never listened"
        for number in range(rounds if app.leaks else rounds // 3):
            for method, path, body in requests:
                status, text = _ask(app.port, method, path.replace("{n}", str(number)), body)
                answers[status] += 1
                digest.update(text)
            later += app.leaks and app.kills >= kills
            if later > _LATER:
                break
        return f"{sorted(answers.items())} {digest.hexdigest()}"

    return traffic


def beside(*command: str, listens: bool = False, kills: int = 1) -> Traffic:
    """A command beside the app asks for things until it ends, and says what was answered."""

    def traffic(app: Started) -> str:
        if listens and not app.listens():
            return "never listened"
        words = [word.format(port=app.port) for word in command]
        until = time.monotonic() + LONGEST
        with tempfile.TemporaryFile() as answers:
            asking = subprocess.Popen(words, cwd=app.folder, env=app.variables, stdout=answers)
            while asking.poll() is None and app.is_alive and time.monotonic() < until:
                time.sleep(_PAUSE)
                if app.leaks and app.kills >= kills:
                    break
            asking.kill()
            status = asking.wait()
            answers.seek(0)
            return f"{status} {answers.read().decode()}"

    return traffic


def until_killed(kills: int = 1) -> Traffic:
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
