"""What a person sees of a killed run: its log as a whole, and what the four commands of a reader give of it."""

from __future__ import annotations

import itertools
import re
import subprocess
import unicodedata

import pytest
from runtime_programs import BACKGROUND_LINE, CARD_LINE, Left, named_in

from support import cgroup
from support.marks import needs_cgroup

pytestmark = [needs_cgroup, pytest.mark.slow]

# The program waits until the log has the lines that are claimed of it, and goes slowly where the next is due: what
# counts is the cgroup's usage, which is a few MB from what a process sees of its own.
GROW = """
        for mb, line, times, pause in (
            (230, "", 0, 0.001), (250, "[WARNING]", 1, 0.02), (275, "[WARNING]", 2, 0.001), (350, "", 0, 0.1),
        ):
            while int(open("/proc/self/statm").read().split()[1]) >> 8 < mb:
                kept.append(bytearray(b"x" * (1 << 20)))
                time.sleep(pause)
            end = time.monotonic() + 30
            while open(log, encoding="utf-8").read().count(line + " [") < times and time.monotonic() < end:
                time.sleep(0.02)
"""
# A dozen sites that grow; then the thread that takes the memory is at work, while the main thread waits for it.
MANY = f"""
    import glob, threading, time
    (log,) = glob.glob("memory_monitor_*.log")
    kept = []
    for i in range(12):
        __memmon__.before(f"第{{i}}阶段", 5)
        kept.append(bytearray(b"x" * ((i + 2) << 19)))
        __memmon__.after(f"第{{i}}阶段", 5)
    def consume():
        __memmon__.start("取", 9)
{GROW.rstrip()}
    thread = threading.Thread(target=consume)
    thread.start()
    thread.join()
"""
# Few sites, and a bracket that never ends: as the first log that memmon was made for.
FEW = f"""
    import glob, time
    (log,) = glob.glob("memory_monitor_*.log")
    def work():
        kept = [bytearray(30 << 20)]
        __memmon__.before("参数变化检测", 5)
        kept.append(bytearray(2 << 20))
        __memmon__.after("参数变化检测", 5)
        __memmon__.before("加载config", 8, normal=20, alarm=100)
{GROW.rstrip()}
    work()
"""
CONSUMES = range(9, 20)
"""The lines of the function that takes the memory."""
RANKED = re.compile(r" *(\d+)\. \+\d+\.\d\dMB  \S+  RSS=\d+\.\d\dMB  line=\d+")


def kill(bench, source, **settings):
    """Run a program in 300 MB until the kernel kills it; the lines of its log."""
    bench.write(source, settings="".join(f"{key}={value!r}, " for key, value in settings.items()))
    with cgroup.limited(300) as group:
        done = group.run(bench.command(), cwd=bench.folder, env=bench.environment(), stderr=subprocess.DEVNULL)
        assert done.returncode == -9
        assert group.oom_kills() == 1
    text = Left(-9, "", "", bench.folder).log
    lines = text.split("\n")
    assert lines.pop() == ""
    assert lines == text.splitlines()
    return lines


def width(line):
    """Columns of a terminal: two for what Unicode calls wide."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)


def shell(bench, command):
    """What a command prints in the folder, line by line."""
    done = subprocess.run(["sh", "-c", command], cwd=bench.folder, capture_output=True, encoding="utf-8", check=False)
    assert done.stderr == ""
    return done.stdout.splitlines()


def blocks(lines):
    """The Top 10 blocks: where each title stands, and the lines under it that belong to it."""
    for at, line in enumerate(lines):
        if "] [INFO] [Top 10]" in line:
            yield at, list(itertools.takewhile(RANKED.match, lines[at + 1 :]))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_person_can_read_it(one_python, language):
    """Words alone: a short header, checkpoints, where the program is, Top 10 under its title; and no line is long."""
    lines = kill(one_python, MANY, language=language)
    header = list(itertools.takewhile(lambda line: line.startswith("# "), lines))
    assert 5 <= len(header) <= 10
    background = [line for line in lines if BACKGROUND_LINE.fullmatch(line)]
    found = list(blocks(lines))
    ranked = [line for _, block in found for line in block]
    # Nothing else stands there but checkpoints and the one word of warning.
    others = [line for line in lines if line not in header + background + ranked and "[Top 10]" not in line]
    unknown = [line for line in others if not CARD_LINE.fullmatch(line)]
    assert len(unknown) == 1
    assert "] [CRITICAL] ⚠️ " in unknown[0]
    assert not any("{" in line or line.startswith("#") for line in lines[len(header) :])
    assert max(map(len, lines)) <= 200
    assert max(map(width, header + background + ranked)) <= 100
    # The thread that takes the memory is named, not the one that waits for it.
    # Where the level rises, the line says by which rule, and the title of the Top 10 before it has the place.
    pressed = [line for line in background if "] [INFO] " not in line]
    rises = [line for line in pressed if " fired=cgroup:" in line]
    assert {line.split("] [")[1] for line in rises} == {"WARNING", "CRITICAL"}
    places = [re.search(r" at=program\.py:(\d+) consume last=取_START$", line) for line in pressed if line not in rises]
    assert places
    assert all(place and int(place[1]) in CONSUMES for place in places)
    assert all(" last=取_START" in line for line in pressed)
    titles = [lines[at] for at, _ in found]
    assert all(re.search(r" \[Top 10\] last=取_START at=program\.py:\d+ consume$", title) for title in titles)
    assert max(map(width, titles)) <= 100
    assert [len(block) for _, block in found] == [10, 10]
    assert [int(RANKED.match(line)[1]) for line in ranked] == [*range(1, 11)] * 2


def test_the_commands_of_a_reader(one_python):
    """The last lines, the Top 10, the warnings, and the last checkpoint: each command gives that and no more."""
    lines = kill(one_python, MANY)
    name = next(one_python.folder.glob("memory_monitor_*.log")).name
    assert shell(one_python, "tail -100 memory_monitor_*.log") == lines[-100:]
    assert any("[取_START]" in line for line in lines[-100:])
    # Each title with its ten lines, which -A 15 has room for.
    shown = shell(one_python, 'grep "Top 10" memory_monitor_*.log -A 15')
    assert shown[:11] == [lines[at] for at, _ in list(blocks(lines))[:1]] + next(blocks(lines))[1]
    assert [line for line in shown if RANKED.match(line)] == [line for _, block in blocks(lines) for line in block]
    warned = shell(one_python, r'grep "WARNING\|CRITICAL" memory_monitor_*.log')
    assert warned == [line for line in lines if re.match(r"\[[^\]]*\] \[(WARNING|CRITICAL)\] ", line)]
    assert all("取_START" in line or "⚠️" in line for line in warned)
    assert {re.match(r"\[[^\]]*\] \[(\w+)\]", line)[1] for line in warned} == {"WARNING", "CRITICAL"}
    last = shell(one_python, r'tail -20 memory_monitor_*.log | grep "\[INFO\]"')
    assert [named_in(line) for line in last if named_in(line)][-1] == "取_START"
    assert name.startswith("memory_monitor_")


def test_the_last_checkpoint_of_few(one_python):
    """In the log that the commands were written for the last is found at INFO, among the last twenty lines."""
    lines = kill(one_python, FEW, language="zh")
    last = shell(one_python, r'tail -20 memory_monitor_*.log | grep "\[INFO\]"')
    assert [named_in(line) for line in last if named_in(line)][-1] == "加载config_BEFORE"
    assert named_in(lines[-1]) == "加载config_BEFORE"


# A name that no terminal and no reader of lines takes well, in two places; in a file far down.
NAMES = ("长" * 200, "x" * 200, "a\nb\x1b[2J\u2028c\x85d\udc80" * 20, '"quoted" {braces} = [b] \\')


def test_long_and_wild_names_stay_on_their_lines(one_python):
    """Whatever a site, a function and a folder are named; the site's fact says how the lines print them."""
    folder = one_python.folder / ("很深的文件夹" * 12) / "d" / ("e" * 100)
    folder.mkdir(parents=True)
    (folder / "deep.py").write_text(
        "import time\n"
        f"def {'f' * 200}(kept, names):\n"
        "    for name in names:\n"
        "        __memmon__.before(name, 4)\n"
        "        kept.append(bytearray(b'x' * (4 << 20)))\n"
        "        __memmon__.after(name, 4)\n"
        "    __memmon__.before(names[0], 7)\n"
        "    while True:\n"
        "        kept.append(bytearray(b'x' * (1 << 20)))\n"
        "        time.sleep(0.001)\n",
        "utf-8",
    )
    source = f"import sys\nsys.path.insert(0, {str(folder)!r})\nimport deep\ndeep.{'f' * 200}([], {NAMES!a})\n"
    lines = kill(one_python, source, interval=0.05)
    assert max(map(len, lines)) <= 200
    assert all(unicodedata.category(char) != "Cc" for line in lines for char in line)
    sites = Left(-9, "", "", one_python.folder).told("site")
    assert [site["name"].encode("utf-8", "backslashreplace") for site in sites] == [
        name.encode("utf-8", "backslashreplace") for name in (*NAMES, NAMES[0])
    ]
    for site in sites:
        printed = f"[{site['printed']}_BEFORE] "
        assert any(printed in line and f" line={site['line']} " in line for line in lines)
        assert width(site["printed"]) <= 60
        assert site["printed_file"].endswith("/deep.py")
        assert len(site["printed_file"]) <= 60
        # Where the line is full, the rest of the path is cut off.
        cut = [line[line.index(' file="') :].rstrip("…") for line in lines if printed in line]
        assert all(f' file="{site["printed_file"]}"'.startswith(text) for text in cut)
    assert named_in(lines[-1]) == f"{sites[0]['printed']}_BEFORE"
