"""The machine: it is started with the checkout, plays what it is asked for and turns itself off.

It plays under QEMU without KVM, so it needs no rights and runs anywhere. The checkout comes on a disk of its own; what
was seen comes back on the second serial line, a line of JSON a scenario. The first one has the kernel's console.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vm.image import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vm.image import Image

MEMORY_MB = 512
_MOST_SECONDS = 600.0
"""So long one scenario may take, and the machine's start before the first."""
_LEFT_OUT = shutil.ignore_patterns("__pycache__")


def play(image: Image, names: Sequence[str], console: Path | None = None) -> Iterator[dict[str, Any]]:
    """What was seen of each scenario, as soon as it has been played; ``console`` gets what the kernel said."""
    with tempfile.TemporaryDirectory(prefix="memmon-vm-") as scratch:
        disk = _checkout(Path(scratch), names)
        words = [
            *("qemu-system-x86_64", "-accel", "tcg,tb-size=256", "-icount", "shift=1,sleep=off", "-m", str(MEMORY_MB)),
            *("-display", "none", "-monitor", "none", "-nic", "none", "-no-reboot"),
            *("-kernel", image.kernel, "-initrd", image.ramdisk),
            *("-append", "console=ttyS0 root=/dev/vda rw quiet systemd.run=/mnt/play"),
            *("-drive", f"file={image.disk},if=virtio,format=raw,snapshot=on"),
            *("-drive", f"file={disk},if=virtio,format=raw,readonly=on"),
            *("-serial", f"file:{console or Path(scratch, 'console')}", "-serial", "stdio"),
        ]
        machine = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, encoding="utf-8")
        try:
            yield from _seen(machine)
        finally:
            machine.kill()
            machine.wait()


def _seen(machine: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """A line's worth each; nothing more once the machine has been silent for too long."""
    assert machine.stdout
    while True:
        watchdog = threading.Timer(_MOST_SECONDS, machine.kill)
        watchdog.start()
        line = machine.stdout.readline()
        watchdog.cancel()
        if not line:
            return
        if line.startswith("{"):
            yield json.loads(line)


def _checkout(scratch: Path, names: Sequence[str]) -> Path:
    """A disk with memmon as it stands here, this folder, and the names of what is to be played."""
    tree, disk = scratch / "tree", scratch / "checkout.img"
    for package in ("instrumenter/memmon", "runtime/memmon_runtime"):
        shutil.copytree(ROOT / package, tree / "site" / Path(package).name, ignore=_LEFT_OUT)
    shutil.copytree(ROOT / "tests" / "vm", tree / "vm", ignore=_LEFT_OUT)
    (tree / "names").write_text("\n".join(names), encoding="utf-8")
    (tree / "play").write_text("#!/bin/sh\nexec python3 -B /mnt/vm/guest/play.py\n", encoding="ascii")
    (tree / "play").chmod(0o755)
    words = ["mke2fs", "-q", "-t", "ext4", "-L", "checkout", "-d", tree, disk, "64M"]
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return disk
