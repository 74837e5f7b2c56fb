"""The language of a locale: memmon, which speaks to who reads, and the runtime, which writes the log, say the same."""

from __future__ import annotations

import pytest

from memmon import language
from memmon_runtime.session.settings import Settings

ENVIRONMENTS: list[tuple[dict[str, str], str]] = [
    ({}, "en"),
    ({"LANG": "zh_CN.UTF-8"}, "zh"),
    ({"LANG": "zh_TW"}, "zh"),
    ({"LANG": "de_DE.UTF-8"}, "en"),
    ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
    ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_CN"}, "zh"),
    ({"LC_ALL": "C.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
    ({"LC_ALL": "", "LANG": "zh_CN.UTF-8"}, "zh"),
    ({"LC_ALL": "POSIX"}, "en"),
    ({"LANG": "en_US.UTF-8", "MEMMON_LANGUAGE": "zh"}, "zh"),
    ({"LANG": "zh_CN.UTF-8", "MEMMON_LANGUAGE": "EN"}, "en"),
    ({"LANG": "zh_CN.UTF-8", "MEMMON_LANGUAGE": "auto"}, "zh"),
    ({"LANG": "zh_CN.UTF-8", "MEMMON_LANGUAGE": "klingon"}, "zh"),
]


@pytest.mark.parametrize(("environment", "name"), ENVIRONMENTS)
def test_both_speak_the_same_language(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], name: str) -> None:
    """By the first variable that is set."""
    monkeypatch.delenv("LANG")
    for variable, value in environment.items():
        monkeypatch.setenv(variable, value)
    assert language.of_reader() == Settings().language == name
