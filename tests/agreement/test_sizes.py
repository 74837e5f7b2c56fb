"""How sizes and levels are written: memmon and the runtime, which share no code, read the same."""

from __future__ import annotations

import pytest

from memmon import model, sizes
from memmon_runtime.system import sizes as runtime_sizes

SIZES = {
    "800MB": 800.0,
    "800M": 800.0,
    "800 MiB": 800.0,
    " 800mb ": 800.0,
    "0.8 GB": 819.2,
    "1.5g": 1536.0,
    "1T": 1048576.0,
    "1TB": 1048576.0,
    "2GiB": 2048.0,
    "512KB": 0.5,
    "512k": 0.5,
    "1048576B": 1.0,
    "0MB": 0.0,
    "800": None,
    "800.5": None,
    "MB": None,
    "": None,
    "800 M B": None,
    "800MM": None,
    "800IB": None,
    "800PB": None,
    "80%": None,
    "-20MB": None,
    "+20MB": None,
    "1e3MB": None,
    "1_000MB": None,
    "1,5GB": None,
    ".5GB": None,
    "5.GB": None,
    "1.2.3GB": None,
    "８００MB": None,
    "infGB": None,
    "nanGB": None,
    f"{'9' * 400}GB": None,
    "lots": None,
}
"""What people write for a size, and what it is in MB; None where it is refused."""

SHARES = {
    "80%": 80.0,
    " 97.5 % ": 97.5,
    "100%": 100.0,
    "0%": None,
    "100.1%": None,
    "-1%": None,
    "%": None,
    "8e1%": None,
    "nan%": None,
    "80": None,
    "80MB": None,
    "": None,
}
"""What people write for a share of the limit, and what it is in percent."""

ORDER = {
    ("96%", "95%"): True,
    ("95%", "95%"): False,
    ("80%", "95%"): False,
    ("1GB", "1000MB"): True,
    ("800MB", "0.8GB"): False,
    ("0.8GB", "800MB"): True,
    ("80%", "60MB"): False,
    ("60GB", "1%"): False,
}
"""Pairs of levels, and whether the first is known to lie above the second."""


KEPT = {
    "20 runs, 500MB": (20, 500.0),
    "500MB,20runs": (20, 500.0),
    " 1 Run ": (1, None),
    "1.5 GB": (None, 1536.0),
    "all": (None, None),
    " All ": (None, None),
    "20": None,
    "runs": None,
    "0 runs": None,
    "-1 runs": None,
    "2.5 runs": None,
    "２0 runs": None,
    f"{'9' * 400} runs": None,
    "0MB": None,
    "20 runs, 30 runs": None,
    "1GB, 2GB": None,
    "20 runs,": None,
    "80%": None,
    "": None,
}
"""What people write for what is to be kept: how many runs, and how many MB; None where it is refused."""


@pytest.mark.parametrize(("text", "kept"), KEPT.items())
def test_both_read_the_same_of_what_is_kept(text: str, kept: tuple[int | None, float | None] | None) -> None:
    """A number of runs, a size, or both; and the runtime reads what memmon writes of it."""
    assert sizes.kept(text) == runtime_sizes.kept(text) == kept
    if kept is not None:
        assert runtime_sizes.kept(str(model.Keep(*kept))) == kept


@pytest.mark.parametrize(("text", "mb"), SIZES.items())
def test_both_read_the_same_sizes(text: str, mb: float | None) -> None:
    """Every unit is binary and none may be missing."""
    assert sizes.megabytes(text) == runtime_sizes.megabytes(text) == mb


@pytest.mark.parametrize(("text", "percent"), SHARES.items())
def test_both_read_the_same_shares(text: str, percent: float | None) -> None:
    """A share is above nothing and at most the whole limit."""
    assert sizes.percent(text) == runtime_sizes.percent(text) == percent


@pytest.mark.parametrize(
    "text", [text for text, mb in SIZES.items() if mb] + [text for text, of in SHARES.items() if of]
)
def test_the_runtime_reads_what_memmon_writes(text: str) -> None:
    """A level comes to the runtime, in the preamble, as the configuration has it."""
    level = model.Threshold(percent=sizes.percent(text), mb=sizes.megabytes(text))
    told = runtime_sizes.Threshold(str(level))
    assert (told.percent, told.mb) == (level.percent, level.mb)


@pytest.mark.parametrize("text", ["0MB", "0%", "100.1%", "800", "80 %%", "MB", "%", "lots", ""])
def test_the_runtime_refuses_what_is_no_level(text: str) -> None:
    """Neither is a size of nothing one."""
    with pytest.raises(ValueError, match=r".*"):
        runtime_sizes.Threshold(text)


@pytest.mark.parametrize(("pair", "above"), ORDER.items())
def test_both_order_levels_alike(pair: tuple[str, str], above: bool) -> None:  # noqa: FBT001  # the table's column
    """A share and a size can't be compared before the limit is known."""
    first, second = (model.Threshold(percent=sizes.percent(text), mb=sizes.megabytes(text)) for text in pair)
    one, other = (runtime_sizes.Threshold(text) for text in pair)
    assert first.exceeds(second) is one.exceeds(other) is above
