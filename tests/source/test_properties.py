"""What holds for every program: generated ones, and real files that were mangled on the way."""

from __future__ import annotations

import codecs
import random
import re
import sysconfig
import warnings
from pathlib import Path

import hypothesmith
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from memmon.model import AlreadyInstrumented, Config, Hotspot, Instrumented, Selector
from memmon.source import prove
from memmon.source.instrument import instrument
from memmon.source.strip import strip

EVERYTHING = (
    Hotspot("函数", function="*", normal_mb=1, alarm_mb=2.5),
    Hotspot("call", Selector(match="$F($$$A)")),
    Hotspot("assignment", Selector(match="$X = $Y")),
    Hotspot("return", Selector(match="return $X")),
    Hotspot("statement", Selector(text=r"\S")),
    Hotspot("name", Selector(match="$X"), within="*"),
)
_NO_HURRY = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
BOUNDED = settings(deadline=None, max_examples=40, database=None, suppress_health_check=_NO_HURRY)


def check(source: bytes, hotspots: tuple[Hotspot, ...] = EVERYTHING) -> Instrumented:
    """Instrument ``source`` and hold the result to all that holds for every program."""
    outcome = instrument(source, "target.py", Config("memmon.toml", hotspots=hotspots))
    assert isinstance(outcome, Instrumented)
    assert strip(outcome.source, "target.py") == source
    assert prove.compiles(outcome.source, "target.py") is None
    assert isinstance(instrument(outcome.source, "target.py", Config()), AlreadyInstrumented)
    assert instrument(source, "target.py", Config("memmon.toml", hotspots=hotspots)) == outcome
    return outcome


def compiles(source: bytes) -> bool:
    """Whether Python takes ``source``, without a word on what it thinks of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return prove.compiles(source, "target.py") is None


@BOUNDED
@given(hypothesmith.from_node())
def test_generated_programs(program: str) -> None:
    """Whatever the grammar can say comes back byte for byte, and compiles in between."""
    source = program.encode("utf-8", "surrogatepass")
    assume(compiles(source))
    check(source)


def _real_files() -> list[Path]:
    folder = Path(sysconfig.get_path("stdlib"))
    files = [path for path in sorted(folder.glob("*.py")) if path.stat().st_size < 12_000]
    return random.Random(3).sample(files, 40)  # the same ones in every run


REAL = _real_files()


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """A real file with other line ends, tabs, an encoding of its own, and its beginning or end cut off."""
    text = draw(st.sampled_from(REAL)).read_text(encoding="utf-8")
    if draw(st.booleans()):
        lines = text.split("\n")
        end = draw(st.integers(0, len(lines)))
        text = "\n".join(lines[draw(st.integers(0, end)) : end])
    if draw(st.booleans()):
        text = text.rstrip()
    if draw(st.booleans()):
        text = re.sub(r"(?m)^ +", lambda blanks: "\t" * (len(blanks[0]) // 4) + " " * (len(blanks[0]) % 4), text)
    if draw(st.booleans()):
        text = re.sub(r"(?m)^(?=\S)", draw(st.sampled_from(["\f", "", "\\\n", "# comment\n"])), text)
    ends = draw(st.lists(st.sampled_from(["\n", "\r\n", "\r"]), min_size=1, max_size=3))
    lines = text.split("\n")
    text = "".join(line + ends[number % len(ends)] for number, line in enumerate(lines[:-1])) + lines[-1]
    encoding = draw(st.sampled_from(["utf-8", "latin-1", "gbk", "utf-8-sig"]))
    if encoding == "utf-8-sig":
        return codecs.BOM_UTF8 + text.encode()
    cookie = f"# -*- coding: {encoding} -*-{ends[0]}" if encoding != "utf-8" or draw(st.booleans()) else ""
    return (cookie + text).encode(encoding, "replace")


@BOUNDED
@given(mangled())
def test_mangled_real_files(source: bytes) -> None:
    """A real file comes back byte for byte whatever line ends, blanks and encodings it was given."""
    assume(compiles(source))
    check(source, EVERYTHING[:4])


@BOUNDED
@given(st.sampled_from(REAL), st.data())
def test_any_lines_of_real_files(path: Path, data: st.DataObject) -> None:
    """Any choice of lines of a real file can be bracketed together."""
    source = path.read_bytes()
    numbers = data.draw(st.sets(st.integers(1, source.count(b"\n") + 2), max_size=30))
    check(source, tuple(Hotspot(f"line {number}", Selector(line=number)) for number in sorted(numbers)))
