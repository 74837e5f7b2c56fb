"""Taking out what was injected: from files as memmon left them, and from files that somebody edited since."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from memmon import __version__
from memmon.model import Config, Hotspot, Instrumented, Selector, Settings, Threshold
from memmon.source import preamble, prove
from memmon.source.injected_text import UNCOUNTED
from memmon.source.instrument import instrument
from memmon.source.preamble import version_in
from memmon.source.strip import strip

SOURCE = '''\
def load(value):
    """Documented."""
    if value: return (value)
    return [
        value,
    ]


class Holder:
    number = load(1); text = load("text")
'''
HOTSPOTS = (
    Hotspot("函数", function="*", normal_mb=1e-5, alarm_mb=1e9),
    Hotspot("load", Selector(match="load($$$)"), normal_mb=0.25),
    Hotspot("return", Selector(text="^return"), alarm_mb=3),
)


def instrumented(source: str, *hotspots: Hotspot, settings: Settings | None = None) -> str:
    """The instrumented text."""
    outcome = instrument(source.encode(), "target.py", Config("m", settings or Settings(), hotspots or HOTSPOTS))
    assert isinstance(outcome, Instrumented)
    assert outcome.refusals == ()
    assert prove.compiles(outcome.source, "target.py") is None
    return outcome.source.decode()


def stripped(text: str) -> str:
    """Without what was injected."""
    return strip(text.encode(), "target.py").decode()


def test_what_was_not_instrumented_stays_as_it_is() -> None:
    """No preamble, no change, even where the text looks injected."""
    text = 'x = 1\n__memmon__.before("n", 1)\n'
    assert stripped(text) == text
    assert version_in(text.encode()) is None


def test_a_marker_in_a_string_is_none() -> None:
    """Sources that speak of memmon, as this one does, can be instrumented themselves."""
    text = f'text = """\n{instrumented(SOURCE)}"""\n'.replace('"""Documented."""', "'Documented.'")
    assert version_in(text.encode()) is None
    assert stripped(text) == text
    assert stripped(instrumented(text, Hotspot("n", Selector(text="^text")))) == text


EDITS = {
    "a line is added": ("    if value: ", "    value += 1\n    if value: "),
    "a value is changed": ("        value,\n", "        value, 2,\n"),
    "a name is changed": ("number", "count"),
    "a comment is added at the end": ("load(1)", "load(1)  # new"),
    "a line is deleted": ("        value,\n", ""),
    "it no longer parses": ("class Holder:", "class Holder"),
    "a line end is added": ("class Holder:\n", "class Holder:\n\n"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_edits_since_are_kept(edit: str) -> None:
    """What the user changed stays, all that was injected goes."""
    old, new = EDITS[edit]
    output = instrumented(SOURCE)
    assert old in output
    assert stripped(output.replace(old, new)) == SOURCE.replace(old, new)


def test_injected_lines_that_were_moved_or_deleted_do_not_matter() -> None:
    """Each injected piece is known by its own form, wherever it stands by now."""
    lines = instrumented(SOURCE).splitlines(keepends=True)
    calls = [line for line in lines if re.match(r"\s*__memmon__\.(start|end)", line)]
    assert calls
    without = [line for line in lines if line not in calls]
    assert stripped("".join(without)) == SOURCE
    assert stripped("".join([*without, *(call.strip() + "\n" for call in calls)])) == SOURCE


def test_lines_that_coverage_still_counts_go_too() -> None:
    """As memmon wrote them before, at a file's unended last line as well."""
    for source in (f"{SOURCE}one = load(2)\n", f"{SOURCE}one = load(2)"):
        output = instrumented(source)
        assert output.count(UNCOUNTED) == 3 + 2
        assert stripped(output.replace(UNCOUNTED, "")) == source


@pytest.mark.parametrize("lead", ["# {}{}", "#{}{}", "{}# {}", "# {}# {}"])
def test_calls_that_were_commented_out_go_too(lead: str) -> None:
    """A comment that holds nothing but an injected call is one; a remark that speaks of one is the user's."""
    output = instrumented(SOURCE)
    commented = re.sub(
        rf"(?m)^( *)(__memmon__\.(?:before|after|start|end)\(.*\){UNCOUNTED})$", lead.format(r"\1", r"\2"), output
    )
    assert commented != output
    assert stripped(commented) == SOURCE
    remark = '# see __memmon__.before("load", 3)\n'
    assert stripped(output + remark) == SOURCE + remark


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (f"try:{UNCOUNTED}\n", f"mine = 1\ntry:{UNCOUNTED}\n"),
        (f"except Exception:{UNCOUNTED}\n", f"    import os\nexcept Exception:{UNCOUNTED}\n"),
        (f"except Exception:{UNCOUNTED}\n", f"except Exception:{UNCOUNTED}\n    print('alone')\n"),
        (f"except Exception:{UNCOUNTED}\n", f"except Exception:{UNCOUNTED} of mine\n"),
        ("# <<< memmon <<<\n", "\n# mine\n# <<< memmon <<<\n"),
        ("# <<< memmon <<<\n", "# <<< memmon <<< mine\n"),
        ("takes it out\n", "takes it out # mine\n"),
        ("))\nexcept", "))  # mine\nexcept"),
    ],
)
def test_a_preamble_that_was_added_to_is_none(old: str, new: str) -> None:
    """What the user put between the markers is not memmon's to take out: the file stays as it is."""
    output = instrumented(SOURCE)
    assert old in output
    edited = output.replace(old, new, 1)
    assert stripped(edited) == edited
    assert version_in(edited.encode()) is not None


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_an_edit_above_the_preamble_that_does_not_parse_yet(newline: str) -> None:
    """A file that is half-way through an edit is instrumented still, and loses what was injected alone."""
    source = SOURCE.replace("\n", newline)
    broken = f"x = ({newline}" + instrumented(source)
    assert version_in(broken.encode()) is not None
    assert stripped(broken) == f"x = ({newline}" + source


def test_the_version_that_put_it_in_is_told() -> None:
    """A file from another version of memmon is recognised, and taken back."""
    output = instrumented(SOURCE).replace(f"# >>> memmon {__version__} >>>", "# >>> memmon 7.2rc1 >>>")
    assert preamble.version_in(output.encode()) == "7.2rc1"
    assert stripped(output) == SOURCE


def test_every_setting_comes_back() -> None:
    """Whatever the settings, the preamble compiles and goes."""
    odd = Settings(Threshold(mb=0.5), Threshold(percent=99.5), 0.05, 'a"b\\c\n日志', "zh", peak=False)
    assert stripped(instrumented(SOURCE, settings=odd)) == SOURCE


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="[]\u2028\u2029"), min_size=1)


@settings(deadline=None, max_examples=100, database=None)
@given(NAMES, st.floats(0, 1e12), st.sampled_from(["utf-8", "ascii", "latin-1", "gbk"]))
def test_any_name_and_size(name: str, size: float, encoding: str) -> None:
    """Quotes, backslashes, what looks like an injected call, and what the encoding lacks: all of it comes back."""
    source = f"# coding: {encoding}\n{SOURCE}".encode(encoding)
    hotspots = tuple(Hotspot(name, spot.select, spot.function, normal_mb=size, alarm_mb=size) for spot in HOTSPOTS)
    outcome = instrument(source, "target.py", Config("m", hotspots=hotspots))
    assert isinstance(outcome, Instrumented)
    assert strip(outcome.source, "target.py") == source
    assert prove.compiles(outcome.source, "target.py") is None
