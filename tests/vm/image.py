"""The machine's disk, kernel and first RAM disk: Debian with systemd and Python, made once and kept.

What memmon requires is in it, from PyPI; memmon itself is not: that comes with each start, as the checkout has it.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "memmon-vm"
TOOLS = {"qemu-system-x86_64": "qemu-system-x86", "mmdebstrap": "mmdebstrap", "mke2fs": "e2fsprogs"}
"""Commands, and Debian's packages that have them."""
_SUITE, _PYTHON = "bookworm", "3.11"
_PACKAGES = ("linux-image-cloud-amd64", "initramfs-tools", "systemd-sysv", "python3")
_PIP = (sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--only-binary=:all:")
_PLATFORMS = ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64")
_INSTALLED = f"usr/local/lib/python{_PYTHON}/dist-packages"
"""Where Debian's Python looks for what its package manager does not know."""
_SIZE = "1500M"


@dataclass(frozen=True)
class Image:
    """What a machine is started from."""

    disk: Path
    kernel: Path
    ramdisk: Path


def missing_tools() -> list[str]:
    """Debian's packages without which no machine can be made."""
    return [package for command, package in TOOLS.items() if shutil.which(command) is None]


def made(folder: Path = KEPT) -> Image:
    """The image in *folder*, made anew where it is not of what this module asks for."""
    image = Image(folder / "disk.img", folder / "vmlinuz", folder / "initrd.img")
    required = requirements()
    wanted = hashlib.sha256(repr((_SUITE, _PACKAGES, _INSTALLED, _SIZE, required)).encode()).hexdigest()
    done = folder / "made-of.txt"
    if not done.exists() or done.read_text(encoding="ascii") != wanted:
        folder.mkdir(parents=True, exist_ok=True)
        done.unlink(missing_ok=True)
        with tempfile.TemporaryDirectory(prefix="memmon-vm-") as scratch:
            _make(Path(scratch, "root"), image, required)
        done.write_text(wanted, encoding="ascii")
    return image


def requirements() -> list[str]:
    """What memmon requires of PyPI."""
    return [one for one in importlib.metadata.requires("memmon") or () if "extra ==" not in one]


def _make(tree: Path, image: Image, required: list[str]) -> None:
    include = f"--include={','.join(_PACKAGES)}"
    subprocess.run(["mmdebstrap", "--variant=minbase", include, _SUITE, tree], check=True, stdin=subprocess.DEVNULL)
    platforms = [f"--platform={one}" for one in _PLATFORMS]
    subprocess.run(
        [*_PIP, f"--python-version={_PYTHON}", *platforms, f"--target={tree / _INSTALLED}", *required], check=True
    )
    shutil.copy(next(tree.glob("boot/vmlinuz-*")), image.kernel)
    shutil.copy(next(tree.glob("boot/initrd.img-*")), image.ramdisk)
    with (tree / "etc" / "fstab").open("a", encoding="ascii") as fstab:
        fstab.write("LABEL=checkout /mnt ext4 ro 0 0\n")
    image.disk.unlink(missing_ok=True)
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", tree, image.disk, _SIZE], check=True)
