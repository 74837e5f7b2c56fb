"""The log's size is bounded: lines are thinned, and a log that is full is made shorter in place."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from runtime_programs import CARD_LINE

from memmon_runtime.record import bounded_file, log_file
from memmon_runtime.record.fitting import short_name

LOOP = """
    for i in range({n}):
        __memmon__.before("hot", 2)
        __memmon__.after("hot", 2)
    __memmon__.before("cold", 4)
    __memmon__.after("cold", 4)
"""


def check_loop(left, n):
    """The promises for a loop of ``n`` brackets that finished."""
    assert left.status == 0, left.stderr
    path = next(left.folder.glob("memory_monitor_*.log"))
    assert path.stat().st_size < 20 << 20
    assert [site["opened"] for site in left.facts["totals"]] == [n, 1]
    assert all(line.startswith(("[", "# ", "  ")) for line in left.log.splitlines())
    assert left.names[-1] == "program end"
    # What came after the loop stands in the log too, wherever the last padded line stood.
    assert "cold_AFTER" in left.names


def test_a_loop_is_thinned_and_its_totals_are_exact(every_python):
    """Some ten thousand lines as they come, then a line a second and the padded last one."""
    left = every_python.run(LOOP.format(n=30_000))
    check_loop(left, 30_000)
    assert len(left.lines) < 25_000


@pytest.mark.slow
def test_a_million_brackets(bench):
    """Two million checkpoints stay far below 20 MB."""
    left = bench.run(LOOP.format(n=1_000_000), timeout=200)
    check_loop(left, 1_000_000)
    assert next(left.folder.glob("memory_monitor_*.log")).stat().st_size < 3 << 20


def test_a_log_goes_on_within_the_file_size_limit(every_python):
    """It is made shorter in time, so that the newest lines are there; what it had before the limit came down goes."""
    left = every_python.run(
        """
        import resource, time
        def work(n):
            for _ in range(n):
                __memmon__.before("step", 4)
                __memmon__.after("step", 4)
        work(1000)
        resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
        time.sleep(1.3)  # the watcher finds it out within a second
        work(3000)
        """
    )
    assert (left.status, left.stderr) == (0, "")
    assert len(left.log.encode()) <= 50_000
    assert left.log.startswith("# memmon")
    assert left.names[-2:] == ["step_AFTER", "program end"]
    assert left.facts["totals"][0]["opened"] == 4000


@pytest.fixture
def small(tmp_path, monkeypatch):
    """A log that is full at 200 kB, of which the first 4 kB are kept."""
    monkeypatch.setattr(log_file, "_FULL", 200_000)
    monkeypatch.setattr(bounded_file, "_KEPT_HEAD", 4096)
    log = log_file.RunLog([str(tmp_path / "memory_monitor_20261122_103048.log")])
    yield log
    log.close()


def lines_of(log):
    """The log's lines as they are on the disk."""
    return Path(log.path).read_text("utf-8").splitlines()


def test_a_full_log_is_made_shorter_in_place(small):
    """The header, what is no checkpoint in order, the newest half and the last line stay, in order, in bounds."""
    small.append("# memmon 1\n")
    size = 0
    for i in range(20_000):
        level = "WARNING" if i % 1000 == 999 else "INFO"
        small.append(f"[2026-11-22 10:30:48.123] [{level}] [x_AFTER] RSS=1.00MB (Δ+1.00MB, +1.00MB) line={i:06d}\n")
        size = max(size, Path(small.path).stat().st_size)
    lines = lines_of(small)
    assert size <= 200_000
    assert lines[0] == "# memmon 1"
    assert all(CARD_LINE.fullmatch(line) for line in lines[1:])
    numbers = [int(line[-6:]) for line in lines[1:]]
    assert numbers == sorted(numbers)
    assert numbers[:40] == list(range(40))
    assert [number for number in numbers if number % 1000 == 999] == list(range(999, 20_000, 1000))
    newest = 100_000 // len(lines[-1].encode() + b"\n")
    assert numbers[-newest:] == list(range(20_000 - newest, 20_000))


def test_thinned_lines_of_any_length_leave_no_remains(small, monkeypatch):
    """A short line after a long one in the same place; names of every length, Chinese among them."""
    monkeypatch.setattr(small, "_allowance", 1)
    for i in range(400):
        body = f"] [INFO] [{short_name('长' * (i * 7 % 90) + '名')}_AFTER] RSS=1.00MB (Δ+1.00MB, +1.00MB) line={i}"
        small.checkpoint(1_700_000_000_000_000_000 + i * 10**6, small.shape(body))
        last = lines_of(small)[-1]
        assert len(last) <= 200
        match = CARD_LINE.fullmatch(last.rstrip())
        assert match
        assert match["more"] == f" line={i}"
    assert len(lines_of(small)) < 10


def test_a_padded_line_is_no_longer_than_any_other(small, monkeypatch):
    """A slot that was made for many Chinese characters does not pad a plain line beyond 200; the amounts stay."""
    monkeypatch.setattr(small, "thin", True)
    monkeypatch.setattr(small, "_slot_until", 1 << 62)
    for name in ("长" * 30, "x"):
        body = f'] [INFO] [{name}_AFTER] RSS=1.00MB (Δ+1.00MB, +1.00MB) line=7 file="{"路" * 50}.py"'
        small.checkpoint(1, small.shape(body))
        small.checkpoint(2, small.shape(body.partition(" file=")[0]))
        (line,) = lines_of(small)
        assert len(line) <= 200
        assert CARD_LINE.fullmatch(line.rstrip())["name"] == f"{name}_AFTER"
        assert line.rstrip().endswith(" line=7")


def test_a_limit_of_the_address_space_stays_the_programs(every_python):
    """Our thread takes little of it: of 200 MB, a program that starts in 20 can have 130 more."""
    every_python.write("kept = [bytearray(1 << 20) for _ in range(130)]\nprint(len(kept))\n")
    done = subprocess.run(
        ["sh", "-c", f"ulimit -v {200 << 10} && exec {every_python.python} program.py"],
        cwd=every_python.folder, env=every_python.environment(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "130\n", "")


def test_a_line_written_amid_another_is_not_written_over(small, monkeypatch):
    """A handler that writes while a thinned line is being rewritten: the next checkpoint's line is the last one."""
    monkeypatch.setattr(small, "thin", True)
    monkeypatch.setattr(small, "_slot_until", 1 << 62)
    small.checkpoint(1, small.shape("] first"))
    before = small.ready
    real = log_file.pwrite

    def interrupted(fd, data, at):
        written = real(fd, data, at)
        monkeypatch.setattr(log_file, "pwrite", real)
        small.append("amid\n")
        return written

    monkeypatch.setattr(log_file, "pwrite", interrupted)
    small.checkpoint(2_000_001, small.shape("] second"))
    assert before[-1] > 0
    assert small.ready[-1] == 0
    small.checkpoint(2_000_002, small.shape("] third"))
    assert [line.rpartition("] ")[2].strip() for line in lines_of(small)] == ["second", "amid", "third"]
