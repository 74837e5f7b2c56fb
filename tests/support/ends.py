"""How a program ends, by memmon and without it."""

from __future__ import annotations


def same(plain, watched) -> None:
    """The two ends of a program are the same, line by line."""
    assert watched.stderr.decode() == plain.stderr.decode()
    assert watched.stdout.decode().splitlines() == plain.stdout.decode().splitlines()
    assert watched.returncode == plain.returncode
