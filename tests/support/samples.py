"""The sample programs under fixtures/, copied or made where a test may change them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"

BOT = "deepseek_多币种智能版.py"
LARGE = "large_bot.py"


def copy_bot(folder: Path, learning_config: str) -> Path:
    """Copy the trading bot into ``folder`` and make a learning config of that size; return the script."""
    for name in (BOT, "make_learning_config.py", "memmon.toml"):
        shutil.copy(FIXTURES / "trading_bot" / name, folder)
    subprocess.run([sys.executable, folder / "make_learning_config.py", learning_config], check=True)
    return folder / BOT


def make_large(folder: Path) -> Path:
    """Write the large target and its configuration into ``folder``; return the target."""
    subprocess.run([sys.executable, FIXTURES / "make_large.py", folder], check=True)
    return folder / LARGE
