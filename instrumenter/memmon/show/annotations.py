"""What GitHub shows beside the lines of a change: workflow commands, one a line of a step's output."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from memmon.show.comparison_words import reason
from memmon.verdict.wording.language import Say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from memmon.across.model import Comparison


def github_errors(made: Comparison, workspace: str) -> Iterator[str]:
    """An error for each thing that is worse; a file in the checkout in *workspace* is named from there on."""
    say = Say(made.after.verdicts[0].language)
    for one in made.worse:
        where = {"title": "memmon compare"}
        if one.file:
            inside = workspace and one.file.startswith(f"{workspace.rstrip(os.sep)}{os.sep}")
            where["file"] = os.path.relpath(one.file, workspace) if inside else one.file
        if one.line:
            where["line"] = str(one.line)
        properties = ",".join(f"{key}={_property(value)}" for key, value in where.items())
        yield f"::error {properties}::{_data(reason(one, made, say))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
