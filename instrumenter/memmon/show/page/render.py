"""The page itself: one file that asks nothing of the network, and runs no script but its own."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib import resources
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from memmon.show.page.compose import compose
from memmon.verdict.wording.language import Say

if TYPE_CHECKING:
    from memmon.show.page.content import Content
    from memmon.verdict.survey import Survey

_STYLES = ("vendor/uPlot.min.css", "style.css")
_SCRIPTS = ("vendor/uPlot.iife.min.js", "timeline.js", "flame.js", "page.js")
_LICENCE = "vendor/uPlot.LICENSE"
_UNSAFE = re.compile("[<>&\u2028\u2029\ud800-\udfff]")
"""What might end the element that JSON stands in, begin another one, or is no character."""
_MARK = '<meta name="generator" content="memmon report">'
"""What every page has near its beginning, and by which it is known."""


def page(survey: Survey) -> bytes:
    """The whole page of a run whose verdict has the histories of its processes."""
    content = compose(survey)
    made = _environment().from_string(_part("template.html"))
    text = made.render(
        content=content,
        say=Say(content.language),
        mark=_as_it_is(_MARK),
        styles=[_as_it_is(_part(name)) for name in _STYLES],
        scripts=[_as_it_is(_part(name)) for name in _SCRIPTS],
        licence=_as_it_is(_part(_LICENCE)),
        data=_as_it_is(_json(_drawn(content))),
        policy=_policy(),
    )
    return text.encode("utf-8", "replace")


def _as_it_is(text: str) -> Markup:
    """A text of this package's own, or one that has been made fit for where it stands."""
    return Markup(text)  # noqa: S704


def is_page(beginning: bytes) -> bool:
    """Whether a file that begins like this is such a page."""
    return _MARK.encode() in beginning


def _environment() -> Environment:
    """Everything is escaped that is not marked as our own."""
    return Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )


def _part(name: str) -> str:
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")


def _policy() -> str:
    """What the browser may load and run: these very styles and scripts, and nothing from anywhere."""
    styles, scripts = (" ".join(map(_digest, names)) for names in (_STYLES, _SCRIPTS))
    return f"default-src 'none'; style-src {styles}; script-src {scripts}; base-uri 'none'; form-action 'none'"


def _digest(name: str) -> str:
    """The name of a part's content, as a policy has it."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(_part(name).encode()).digest()).decode()}'"


def _drawn(content: Content) -> dict[str, Any]:
    """What the page's scripts draw, and the words that they use."""
    say = Say(content.language)
    return {
        "timeline": content.timeline,
        "flame": content.flame,
        "words": {
            "more": say("more", "个未列出"),
            "light": say("Light", "浅色"),
            "dark": say("Dark", "深色"),
        },
    }


def _json(value: Any) -> str:
    """As a script's element may hold it."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=vars)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
