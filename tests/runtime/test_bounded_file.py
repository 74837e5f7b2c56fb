"""The file that the log and the events are written to: whole lines or none, and shorter in place where it is full."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from memmon_runtime.record import bounded_file
from memmon_runtime.record.bounded_file import BoundedFile

MOST = 40_000


@pytest.fixture
def made(tmp_path):
    """A file of at most 40 kB, of which the first 5 kB and lines that begin with "!" are kept."""
    path = str(tmp_path / "lines")
    fd = os.open(path, os.O_RDWR | os.O_CREAT)
    file = BoundedFile(path, fd, MOST, lambda line: line.startswith(b"!"))
    yield file
    file.close()


def numbers(file, mark=""):
    """The numbers of the lines on the disk, in their order, of those that have the mark."""
    text = Path(file.path).read_text("utf-8")
    assert text.endswith("\n")
    return [int(line.strip("!").split()[0]) for line in text.split("\n")[:-1] if line.startswith(mark)]


def fill(file, count):
    """Write numbered lines, each hundredth one that matters."""
    for i in range(count):
        mark = "!" if i % 100 == 0 else ""
        assert file.put(f"{mark}{i:06d} {'x' * (i % 60)}\n".encode())
        assert Path(file.path).stat().st_size == file.end <= MOST


def test_what_fits_stays_as_it_is(made):
    """Line by line, to the last byte that there is room for."""
    line = b"0000000\n"
    for _ in range(MOST // len(line)):
        assert made.put(line)
    assert Path(made.path).read_bytes() == line * (MOST // len(line))


def test_one_that_begins_with_little_is_given_more(tmp_path):
    """It says that it has been full, and what it is given lets it grow, to the most that there is for it."""
    path = str(tmp_path / "lines")
    file = BoundedFile(path, os.open(path, os.O_RDWR | os.O_CREAT), MOST, lambda _: False, 1000)
    line = b"x" * 99 + b"\n"
    for _ in range(10):
        assert file.put(line)
    assert not file.wants_room
    assert file.put(line)
    assert file.wants_room
    assert file.end <= 1000
    file.give(500)
    assert not file.wants_room
    for _ in range(100):
        assert file.put(line)
        assert file.end <= 1500
    file.give(10 * MOST)
    fill(file, 2000)
    assert not file.wants_room
    assert 1500 < file.end <= MOST
    file.close()


def test_a_file_that_was_emptied_begins_anew(made):
    """With its head, and without a gap of NULs, for which `grep` would take it for a binary file."""
    assert made.begin(b"head\n")
    fill(made, 100)
    os.truncate(made.path, 0)
    assert made.put(b"next\n")
    assert Path(made.path).read_bytes() == b"head\nnext\n"


def test_a_full_file_keeps_its_head_what_matters_and_the_newest_half(made):
    """However often it was made shorter; what is there is whole and in its order."""
    fill(made, 10_000)
    found = numbers(made)
    assert found == sorted(found)
    assert found[:20] == list(range(20))
    assert numbers(made, "!") == list(range(0, 10_000, 100))
    newest = MOST // 2 // 70
    assert found[-newest:] == list(range(10_000 - newest, 10_000))


def test_what_matters_does_not_crowd_out_the_newest(made):
    """Where all lines matter, a quarter of the room is for the older ones, and the newest half stays."""
    for i in range(10_000):
        assert made.put(f"!{i:06d} {'x' * 40}\n".encode())
    found = numbers(made)
    newest = MOST // 2 // 49
    assert found[-newest:] == list(range(10_000 - newest, 10_000))


def test_lines_that_can_not_fit_are_dropped_whole(made):
    """More than the whole room: nothing of it, and the file goes on."""
    assert made.put(b"1\n")
    assert not made.put(b"x" * (MOST + 1) + b"\n")
    assert made.put(b"2\n")
    assert Path(made.path).read_bytes() == b"1\n2\n"


def test_a_half_written_line_is_taken_back(made):
    """As on a disk that has room for the beginning of it only."""
    assert made.put(b"1\n")
    assert not made.put(b"22222\n", lambda fd, data, at: os.pwrite(fd, data[:3], at))
    assert made.put(b"3\n")
    assert Path(made.path).read_bytes() == b"1\n3\n"


@pytest.mark.parametrize("full", [False, True], ids=["with room", "full"])
def test_a_closed_descriptor_costs_lines_until_it_is_mended(made, full):
    """No exception comes out, whether the file has to be made shorter or not; then the lines go on as before."""
    fill(made, 10 if not full else 900)
    if full:
        made.put(b"0000900 " + b"x" * (MOST - made.end - 9) + b"\n")
    os.close(made.fd)
    assert not made.put(b"lost\n")
    assert made.mend()
    assert not made.mend()
    assert made.put(b"9999999\n")
    assert numbers(made)[-1] == 9_999_999
    assert b"lost" not in Path(made.path).read_bytes()


def test_a_descriptor_that_is_another_files_is_let_alone_at_the_end(made, tmp_path):
    """What took over its number is neither closed nor written to once that is known."""
    other = os.open(tmp_path / "other", os.O_RDWR | os.O_CREAT)
    number = made.fd
    os.dup2(other, number)
    made.close()
    assert os.fstat(number).st_ino == os.fstat(other).st_ino
    assert not made.put(b"lost\n")
    assert os.fstat(other).st_size == 0
    os.close(number)
    os.close(other)


PROGRAM = """
import os, resource, signal, sys
sys.path.insert(0, sys.argv[1])
from memmon_runtime.record.bounded_file import BoundedFile
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
file = BoundedFile("lines", os.open("lines", os.O_RDWR | os.O_CREAT), 1 << 20, lambda line: False)
for i in range(3000):
    assert file.put(b"%06d\\n" % i)
resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
for i in range(3000, 9000):
    assert file.put(b"%06d\\n" % i), i
"""


def test_the_file_size_limit_of_the_process_is_kept(tmp_path):
    """The signal of one who goes beyond it ends no program: the file is made shorter before."""
    runtime = Path(bounded_file.__file__).parents[2]
    subprocess.run([sys.executable, "-c", PROGRAM, runtime], cwd=tmp_path, check=True)
    lines = (tmp_path / "lines").read_text("utf-8").split()
    assert (tmp_path / "lines").stat().st_size <= 10_000
    assert lines[-700:] == [f"{i:06d}" for i in range(8300, 9000)]
