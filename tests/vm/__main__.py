"""Plays deaths on a real cgroup v2, with systemd, in a machine of its own, and tells whether memmon was right.

    python -m tests.vm [--image DIR] [--console FILE] [--seen FILE] [NAME...]

Needs QEMU; for the first time also mmdebstrap, root, and Debian's and Python's packages, to make the image (two
minutes, half a gigabyte), which is kept. A scenario takes half a minute on an idle machine. `--list` names them.
"""

from __future__ import annotations

import argparse
import json
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from vm import image, machine
from vm.judged import judge
from vm.scenarios import SCENARIOS
from vm.table import row, table


def main() -> int:
    """Play what is asked for and print the table. 1 where something is not as it has to be."""
    options = _options()
    names = [name for name in SCENARIOS if not options.names or name in options.names]
    if options.list:
        print("\n".join(names))
        return 0
    missing = image.missing_tools()
    if missing:
        raise SystemExit(f"these packages of Debian's are needed: {' '.join(missing)}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the machine is ended, too
    outcomes = []
    for seen in machine.play(image.made(options.image), names, options.console):
        if options.seen:
            with options.seen.open("a", encoding="utf-8") as file:
                file.write(json.dumps(seen) + "\n")
        outcomes.append(judge(SCENARIOS[seen["name"]], seen))
        print(row(outcomes[-1]), file=sys.stderr, flush=True)
    print(table(outcomes), end="")
    return int(len(outcomes) < len(names) or not all(one.is_right for one in outcomes))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="scenarios (all)")
    parser.add_argument("--image", type=Path, default=image.KEPT, help=f"where the image is kept ({image.KEPT})")
    parser.add_argument("--console", type=Path, help="a file for what the machine's kernel says")
    parser.add_argument("--seen", type=Path, help="a file to which all that was seen is added, as JSON")
    parser.add_argument("--list", action="store_true", help="name the scenarios, play none")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
