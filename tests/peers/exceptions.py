"""Tests whose result changes for a reason that lies in the test: it asserts on its own source, lines or frames."""

from __future__ import annotations

CPYTHON: dict[str, str] = {}

PACKAGES: dict[str, str] = {}
