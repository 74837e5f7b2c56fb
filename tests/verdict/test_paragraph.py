"""Running text in either script wraps at the right places."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from memmon.show.wrapping import wrap

TEXT = (
    "→ deepseek_多币种智能版.py:10810（+338 MB）：learning_config.json (58 MB) 过大：清理其中的历史数据，"
    "或拆分成多个文件"
)


@given(st.text(st.sampled_from("ab c中文，。（）“”1.MB+ \n"), max_size=80), st.integers(2, 40))
def test_nothing_is_lost_and_nothing_is_too_wide(text: str, width: int) -> None:
    """Whatever the text and the width: every character is there, in order, and each line fits."""
    lines = list(wrap(text, width))
    assert re.sub(r"\s", "", "".join(lines)) == re.sub(r"\s", "", text)
    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("width", range(36, 90, 3))
def test_what_belongs_together_stays_together(width: int) -> None:
    """An amount keeps its unit, a file its line, and no line begins with a closing mark."""
    lines = list(wrap(TEXT, width))
    assert any("deepseek_多币种智能版.py:10810" in one for one in lines)
    assert any("+338 MB" in one for one in lines)
    assert not [one for one in lines if one[0] in "，。：）"]


def test_chinese_fills_its_lines() -> None:
    """Chinese has no blanks to wrap at, and wraps between any two characters."""
    lines = list(wrap("内存耗尽" * 20, 40))
    assert [cell_len(one) for one in lines] == [40] * 4
