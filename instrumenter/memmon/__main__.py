"""The console script and ``python -m memmon``."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line and leave with its exit code."""
    from memmon.cli import command  # noqa: PLC0415  # `memmon run` must not pay for it

    sys.exit(command())


if __name__ == "__main__":
    main()
