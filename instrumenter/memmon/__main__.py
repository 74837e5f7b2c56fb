"""The console script and ``python -m memmon``."""

from __future__ import annotations

import sys

from memmon import language


def main() -> None:
    """Run the command line and leave with its exit code."""
    words = language.taken_from(sys.argv[1:])
    if words[:1] == ["run"]:
        from memmon.run.launch import main as launch  # noqa: PLC0415  # click is not for the parent of a long run

        launch(words[1:])
    language.heed(words)
    from memmon.cli import command  # noqa: PLC0415  # `memmon run` must not pay for it

    sys.exit(command())


if __name__ == "__main__":
    main()
