"""`--limit`: the program is stopped by its own MemoryError before the kernel has to, and killed only if that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Place

GROW = (
    "rows = []\nimport time\ndef grow():\n    while True:\n        rows.append(bytearray(1 << 20)); time.sleep(.001)\n"
)


def test_memory_error_in_the_main_thread(place: Place) -> None:
    """At the limit MemoryError comes up in the main thread, `finally` runs, and the full picture is in the log."""
    place.write("main.py", f"{GROW}try:\n    grow()\nfinally:\n    print('cleaned up')\n")
    done = place.memmon("--quiet", "--limit", "120MB", "main.py")
    assert (done.stdout, done.returncode) == (b"cleaned up\n", 1)
    assert b"MemoryError: the limit of 120 MB (memmon run --limit) is reached" in done.stderr
    assert b"line 5, in grow\n    rows.append" in done.stderr
    (reached,) = place.facts("limit_reached")
    assert 120 <= reached["rss_mb"] < 150
    frames = [frame for stack in place.facts("stack") for frame in stack["frames"]]
    assert [str(place.folder / "main.py"), 5, "grow"] in frames
    assert place.facts("census")[-1]["grown"][0]["path"] == "rows"
    (word,) = place.facts("supervisor")
    assert (word["limit"]["asked"], word["limit"]["killed"], word["limit"]["mb"]) == (True, False, 120)


def test_a_main_thread_that_waits(place: Place) -> None:
    """A leak in another thread ends a main thread that only waits for it."""
    place.write(
        "main.py",
        f"{GROW}import threading\nthread = threading.Thread(target=grow, daemon=True)\nthread.start()\n"
        "try:\n    thread.join()\nexcept MemoryError:\n    print('told')\n    import os; os._exit(4)\n",
    )
    done = place.memmon("--quiet", "--limit=120MB", "main.py")
    assert (done.stdout, done.returncode) == (b"", 4) or (done.stdout, done.returncode) == (b"told\n", 4)


def test_memory_given_back(place: Place) -> None:
    """A program that handles the MemoryError and gives the memory back goes on to its end."""
    place.write(
        "main.py",
        f"{GROW}for turn in (1, 2):\n    try:\n        grow()\n"
        "    except MemoryError:\n        rows.clear()\n        time.sleep(.5)\n",
    )
    done = place.memmon("--limit", "120MB", "main.py")
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(place.facts("limit_reached")) == 2


def test_killed_where_that_does_not_help(place: Place) -> None:
    """A program that swallows the MemoryError and grows on is killed, by memmon and not by the kernel."""
    place.write("main.py", f"{GROW}while True:\n    try:\n        grow()\n    except MemoryError:\n        pass\n")
    done = place.memmon("--quiet", "--limit", "120MB", "main.py")
    assert done.returncode == 137
    (word,) = place.facts("supervisor")
    assert (word["signal"], word["limit"]["killed"]) == ("SIGKILL", True)
    assert place.facts("limit_reached")[-1]["rss_mb"] >= 120


def test_a_native_call_that_holds_everything(place: Place) -> None:
    """A call that lets no Python code run is killed from outside; the limit holds all the same."""
    place.write("main.py", "x = [0] * (100 << 20)\ny = list(range(90_000_000))\n")
    done = place.memmon("--quiet", "--limit", "200MB", "main.py")
    assert done.returncode in (1, 137)
    assert place.facts("supervisor")[0]["limit"]["at_mb"] >= 200


def test_children_count(place: Place) -> None:
    """Processes below the program count, and the largest is asked; pages that they share count once."""
    place.write(
        "main.py",
        "import multiprocessing, time\nshared = bytearray(60 << 20)\n"
        "def grow():\n    rows = []\n    while True: rows.append(bytearray(1 << 20)); time.sleep(.002)\n"
        "def hold():\n    time.sleep(3)\n"
        "context = multiprocessing.get_context('fork')\n"
        "holders = [context.Process(target=hold) for _ in range(3)]\n[p.start() for p in holders]\n"
        "time.sleep(1)\nprint('shared', flush=True)\n"
        "worker = context.Process(target=grow)\nworker.start()\nworker.join()\nprint('ended', worker.exitcode)\n",
    )
    done = place.memmon("--limit", "200MB", "main.py")
    assert (done.stdout, done.returncode) == (b"shared\nended 1\n", 0)
    assert b"MemoryError" in done.stderr
    (word,) = place.facts("supervisor")
    assert word["limit"]["pid"] != word["pid"]


@pytest.mark.parametrize("size", ["1.5GB", "4000mb", "9000000KB", "1T"])
def test_below_the_limit(place: Place, size: str) -> None:
    """A limit that is not reached changes nothing."""
    place.write("main.py", "print('fine')\n")
    done = place.memmon("--limit", size, "main.py")
    assert (done.stdout, done.stderr, done.returncode) == (b"fine\n", b"", 0)
    assert place.facts("supervisor")[0]["limit"] is None
