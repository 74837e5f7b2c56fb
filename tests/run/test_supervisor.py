"""The parent of a watched program: signals, terminals and exit codes go through, and it outlives the program."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support import cgroup, marks
from support.tool import memmon

if TYPE_CHECKING:
    from conftest import Place

READY = "import os, signal, sys, time\ndef say(*words): print(*words, flush=True)\n"
WITHIN = 30.0


def until(condition, what: str):
    """Wait for *condition* to hold, and return what it returns."""
    end = time.monotonic() + WITHIN
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.02)
    pytest.fail(f"{what} did not come about within {WITHIN} s")


def child_of(pid: int) -> int:
    """The one child of a process."""
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    return int(text.split()[0]) if text.split() else 0


@pytest.mark.parametrize(
    "code", ["sys.exit(0)", "sys.exit(7)", "sys.exit('no')", "os._exit(200)", "1/0", "sys.exit(-1)"]
)
def test_exit_codes(place: Place, code: str) -> None:
    """The program's exit code is the command's."""
    place.write("main.py", f"{READY}{code}\n")
    assert place.memmon("--quiet", "main.py").returncode == place.plain("main.py").returncode


def test_the_switch_keeps_stderr_silent(place: Place) -> None:
    """With MEMMON_QUIET=1 there is on stderr what the program writes, and no verdict on it."""
    place.write("main.py", "import os, sys\nsys.stderr.write('mine')\nsys.stderr.flush()\nos.kill(os.getpid(), 9)\n")
    place.environment["MEMMON_QUIET"] = "1"
    assert place.memmon("main.py").stderr == b"mine"


def test_the_end_is_written_where_no_memory_is_left(place: Place) -> None:
    """An uncaught MemoryError whose program still holds all that there was is in the log, with the log's end."""
    place.write(
        "main.py",
        "import resource\nresource.setrlimit(resource.RLIMIT_AS, (220 << 20, 220 << 20))\nkept = []\n"
        "def fill():\n    while True:\n        kept.append('x%d' % len(kept) * 500)\nfill()\n",
    )
    for runs in range(1, 5):
        done = place.memmon("--quiet", "main.py")
        assert done.returncode == 1, done.stderr.decode()
        assert [raised["type"] for raised in place.facts("exception")] == ["MemoryError"] * runs
        assert place.facts("end") == [{"exit": "exception"}] * runs


@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGSEGV", "SIGABRT", "SIGUSR1"])
def test_a_signal_ends_it(place: Place, name: str) -> None:
    """A program that signal N ends is 128+N, and the supervisor writes which."""
    place.write("main.py", f"{READY}os.kill(os.getpid(), signal.{name})\ntime.sleep(9)\n")
    place.environment["PYTHONFAULTHANDLER"] = ""
    done = place.memmon("--quiet", "main.py")
    assert done.returncode == 128 + getattr(signal, name)
    (word,) = place.facts("supervisor")
    assert (word["outcome"], word["signal"], word["status"]) == ("signaled", name, None)
    assert word["oom_kill"]["kernel"] == [] or name == "SIGSEGV"


@pytest.mark.parametrize(
    "name", ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGINT", "SIGALRM", "SIGWINCH", "SIGCONT", "SIGTSTP"]
)
def test_signals_go_through_once(place: Place, name: str) -> None:
    """A signal to the supervisor alone reaches the program's own handler, once."""
    place.write(
        "main.py",
        f"{READY}got = []\nsignal.signal(signal.{name}, lambda *_: got.append(1))\nsay('ready')\n"
        "end = time.monotonic() + 20\nwhile not got and time.monotonic() < end: time.sleep(.01)\n"
        "time.sleep(.2)\nsay(got)\n",
    )
    process = place.start("main.py")
    assert process.stdout.readline() == b"ready\n"
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=WITHIN)
    assert (out, err, process.returncode) == (b"[1]\n", b"", 0)


def _may_lower() -> bool:
    """Whether processes started here may lower their score with the OOM killer."""
    lower = ["sh", "-c", "echo -500 > /proc/self/oom_score_adj"]
    return subprocess.run(lower, capture_output=True, check=False).returncode == 0


@marks.needs_cgroup
@pytest.mark.skipif(not _may_lower(), reason="no right to lower oom_score_adj (CAP_SYS_RESOURCE)")
def test_the_kernel_chooses_the_program_first(place: Place) -> None:
    """The supervisor lowers its own score with the OOM killer, and neither the program's nor the report's."""
    place.write("main.py", f"{READY}say(open('/proc/self/oom_score_adj').read())\ninput()\n1 / 0\n")
    before = Path("/proc/self/oom_score_adj").read_text(encoding="ascii")
    with cgroup.limited(300) as group:
        process = subprocess.Popen(
            group.wrap([*place.command, "main.py"]),
            cwd=place.folder,
            env=place.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout.readline().decode() == before
        score = Path(f"/proc/{process.pid}/oom_score_adj")
        until(lambda: int(score.read_text(encoding="ascii")) == -500, "the lower score")
        process.stdin.write(b"\n")
        process.stdin.flush()
        reports = until(lambda: child_of(process.pid) and _report_of(process.pid), "the report's process")
        assert reports == before
        process.communicate(timeout=WITHIN)


def _report_of(pid: int) -> str:
    """The score of the process that says the verdict; nothing where there is none yet."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split():
        if b"report" in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
            return Path(f"/proc/{child}/oom_score_adj").read_text(encoding="ascii")
    return ""


def test_signals_that_end_it_go_through(place: Place) -> None:
    """SIGTERM to the supervisor ends a program that has no handler: the exit code says so, and it is no incident."""
    place.write("main.py", f"{READY}say('ready')\ntime.sleep(20)\n")
    process = place.start("main.py")
    process.stdout.readline()
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=WITHIN)
    assert (err, process.returncode) == (b"", 128 + signal.SIGTERM)
    report = memmon("report", "--json", cwd=place.folder)
    told = json.loads(report.stdout)
    assert (told["incidents"], told["verdict"]["signal"], report.returncode) == ([], "SIGTERM", 0)


def test_a_signal_that_was_not_passed_on_is_told(place: Place) -> None:
    """SIGTERM to the program alone, as from a guard against a lack of memory, is told on stderr."""
    place.write("main.py", f"{READY}os.kill(os.getpid(), signal.SIGTERM)\ntime.sleep(9)\n")
    done = place.memmon("main.py")
    assert done.returncode == 128 + signal.SIGTERM
    assert b"SIGTERM" in done.stderr
    (incident,) = json.loads(memmon("report", "--json", cwd=place.folder).stdout)["incidents"]
    assert (incident["cause"], incident["signal"]) == ("signal", "SIGTERM")


@pytest.mark.parametrize("to", ["group", "each"])
@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGUSR1"])
def test_what_all_are_sent_is_not_passed_on(place: Place, name: str, to: str) -> None:
    """A signal to the whole process group, or to each process as systemd does, reaches the handler once."""
    place.write(
        "main.py",
        f"{READY}got = []\nsignal.signal(signal.{name}, lambda *_: got.append(1))\nsay('ready')\n"
        "end = time.monotonic() + 20\nwhile not got and time.monotonic() < end: time.sleep(.01)\n"
        "time.sleep(.5)\nsay(len(got))\n",
    )
    process = (
        place.start("main.py", process_group=0)
        if sys.version_info >= (3, 11)
        else place.start("main.py", preexec_fn=os.setpgrp)
    )
    assert process.stdout.readline() == b"ready\n"
    time.sleep(0.2)
    number = getattr(signal, name)
    if to == "group":
        os.killpg(process.pid, number)
    else:
        text = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
        for pid in (process.pid, *map(int, text.split())):
            os.kill(pid, number)
    out, err = process.communicate(timeout=WITHIN)
    assert (out, err, process.returncode) == (b"1\n", b"", 0)


def test_a_mask_and_ignored_signals_are_handed_on(place: Place) -> None:
    """What the shell ignores or blocks is ignored and blocked in the program, and nothing else is."""
    place.write(
        "main.py",
        "import signal\nprint(sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])),"
        "[s for s in signal.valid_signals() if signal.getsignal(s) == signal.SIG_IGN])\n"
        "import re\nnamed = (1 << 31) - 1 & ~(1 << signal.SIGURG - 1)  # the C library's and the runtime's own\n"
        "status = open('/proc/self/status').read()\n"
        "print([int(mask, 16) & named for mask in re.findall(r'Sig(?:Blk|Ign|Cgt):\\s+(\\w+)', status)])\n",
    )
    program = (
        "import os, signal, sys\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])\nos.execv(sys.argv[1], sys.argv[1:])\n"
    )
    ends = [
        subprocess.run(
            [sys.executable, "-c", program, *command, "main.py"],
            cwd=place.folder, env=place.environment, capture_output=True, check=True,
        ).stdout
        for command in ([sys.executable], place.command)
    ]  # fmt: skip
    assert ends[0] == ends[1]


def test_streams_are_the_same(place: Place) -> None:
    """What goes in comes out, in bytes, in order, on the streams it was meant for."""
    place.write(
        "main.py",
        "import sys\ndata = sys.stdin.buffer.read()\nsys.stdout.buffer.write(data)\nsys.stderr.write('err')\n",
    )
    data = bytes(range(256)) * 5000
    done = subprocess.run(
        [*place.command, "main.py"],
        input=data,
        cwd=place.folder,
        env=place.environment,
        capture_output=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (data, b"err")


def is_broken(pipe: int) -> bool:
    """Whether nobody can read from a pipe any more."""
    try:
        os.write(pipe, b"x")
    except BrokenPipeError:
        return True
    return False


def test_a_closed_stream_is_closed(place: Place) -> None:
    """Who reads what the program writes sees its end when the program closes it, not when the program ends."""
    place.write(
        "main.py", f"{READY}say('ready')\nos.close(0); os.close(1); os.close(int(sys.argv[1]))\ntime.sleep(60)\n"
    )
    reader, writer = os.pipe()
    process = place.start("--quiet", "main.py", str(writer), stdin=subprocess.PIPE, pass_fds=[writer])
    os.close(writer)
    assert process.stdout.read() == b"ready\n"
    assert os.read(reader, 1) == b""
    os.close(reader)
    until(lambda: is_broken(process.stdin.fileno()), "the end of what it reads")  # as for `yes | python main.py`
    assert process.poll() is None
    process.terminate()
    process.communicate(timeout=WITHIN)


class Terminal:
    """A real terminal with a shell that has job control on it."""

    def __init__(self, place: Place) -> None:
        """Start the shell in the program's folder."""
        self.written = b""
        self.pid, self.end = pty.fork()
        if self.pid == 0:
            os.chdir(place.folder)
            os.execvpe(
                "bash", ["bash", "--norc", "--noediting", "-i"], {**place.environment, "PS1": "$ ", "TERM": "dumb"}
            )
        os.set_blocking(self.end, False)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self.end, text.encode())

    def read(self) -> bytes:
        """All that was written so far."""
        try:
            while part := os.read(self.end, 65536):
                self.written += part
        except OSError:
            pass
        return self.written

    def shows(self, text: str, count: int = 1) -> None:
        """Wait until *text* was written so many times."""
        wanted = text.encode()
        until(lambda: self.read().count(wanted) >= count, f"{text!r} on the terminal (there is {self.written!r})")

    def close(self) -> None:
        """Hang up."""
        os.close(self.end)
        os.waitpid(self.pid, 0)


@pytest.fixture
def terminal(place: Place):
    """A terminal in the program's folder, and `run` in it as a command."""
    found = Terminal(place)
    words = " ".join(place.command)
    found.type(f"stty -echo; run() {{ {words} \"$@\"; }}; echo be''gun\n")
    found.shows("begun")
    yield found
    found.close()


def test_a_terminal_stays_one(place: Place, terminal: Terminal) -> None:
    """The program is on the terminal, in the foreground, and sees its size and what is typed."""
    place.write(
        "main.py",
        "import os, sys\nprint('tty', [os.isatty(n) for n in range(3)], os.tcgetpgrp(0) == os.getpgrp())\n"
        "print('got', input())\n",
    )
    terminal.type("run main.py; echo co''de $?\n")
    terminal.shows("tty [True, True, True] True")
    terminal.type("价格 x\n")
    terminal.shows("got 价格 x")
    terminal.shows("code 0")


def test_ctrl_c_arrives_once(place: Place, terminal: Terminal) -> None:
    """Ctrl-C is one KeyboardInterrupt for the program, which may finish its work; no verdict is printed."""
    place.write(
        "main.py",
        f"{READY}n = 0\ntry:\n    say('ready'); time.sleep(20)\nexcept KeyboardInterrupt:\n    n += 1\n"
        "    try: time.sleep(.5)\n    except KeyboardInterrupt: n += 1\nsay('interrupts', n)\nsys.exit(5)\n",
    )
    terminal.type("run main.py; echo co''de $?\n")
    terminal.shows("ready")
    terminal.type("\x03")
    terminal.shows("interrupts 1")
    terminal.shows("code 5")


IN_A_SHELL = f"-- sh -c '{sys.executable} main.py; exit $?'"
"""A command that is no Python, and starts one."""


@pytest.mark.parametrize("words", ["main.py", pytest.param(IN_A_SHELL, id="in a shell")])
def test_ctrl_c_ends_it(place: Place, terminal: Terminal, words: str) -> None:
    """A program that Ctrl-C ends says what it says under plain Python, and the code is 130."""
    place.write("main.py", f"{READY}say('ready')\ntime.sleep(20)\n")
    terminal.type(f"run {words}; echo co''de $?\n")
    terminal.shows("ready")
    terminal.type("\x03")
    terminal.shows("KeyboardInterrupt")
    terminal.shows("code 130")
    assert b"ENDED" not in terminal.read()
    assert b"KILLED" not in terminal.read()


@pytest.mark.parametrize("words", ["main.py", pytest.param(IN_A_SHELL, id="in a shell", marks=marks.full)])
def test_ctrl_z_and_back(place: Place, terminal: Terminal, words: str) -> None:
    """Ctrl-Z stops the job for the shell, `bg` and `fg` let it go on, and the program is stopped meanwhile."""
    place.write("main.py", f"{READY}say('ready', os.getpid())\nn = input()\nsay('went on', n)\nsys.exit(3)\n")
    terminal.type(f"run {words}; echo co''de $?\n")
    terminal.shows("ready")
    pid = int(re.search(rb"ready (\d+)", terminal.read())[1])
    for count in (1, 2):
        terminal.type("\x1a")
        terminal.shows("Stopped", count)
        until(lambda: ") T " in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8"), "the stop")
        terminal.type("fg; echo co''de $?\n")
        until(lambda: ") T " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8"), "going on")
    terminal.type("x\n")
    terminal.shows("went on x")
    terminal.shows("code 3")


def test_a_resize_arrives(place: Place, terminal: Terminal) -> None:
    """A new size of the window reaches the program."""
    place.write(
        "main.py",
        # No handler runs where a signal comes just before a call that waits for input: it is waited for in between.
        f"{READY}sizes = []\nsignal.signal(signal.SIGWINCH, lambda *_: sizes.append(os.get_terminal_size()))\n"
        f"say('ready')\nend = time.monotonic() + {WITHIN}\n"
        "while not sizes and time.monotonic() < end: time.sleep(.01)\nsay('size', *sizes[0])\ninput()\n",
    )
    terminal.type("run main.py\n")
    terminal.shows("ready")
    fcntl.ioctl(terminal.end, termios.TIOCSWINSZ, struct.pack("HHHH", 33, 77, 0, 0))
    terminal.shows("size 77 33")
    terminal.type("\n")


def test_the_program_outlives_its_supervisor(place: Place) -> None:
    """If the supervisor is killed, the program goes on to its end and its log is whole."""
    place.write("main.py", f"{READY}say('ready')\ntime.sleep(1)\nsay('done')\n")
    process = place.start("main.py")
    process.stdout.readline()
    pid = child_of(process.pid)
    process.kill()
    assert process.communicate(timeout=WITHIN)[0] == b"done\n"
    until(lambda: not Path(f"/proc/{pid}").exists(), "the program's end")
    assert place.facts("end") == [{"exit": "normal"}]
    assert place.facts("supervisor") == []


def test_it_sees_the_children(place: Place) -> None:
    """The supervisor's word has the peak of each process below, also while a call holds the interpreter's lock."""
    place.write(
        "main.py",
        "import subprocess, sys\n"
        "hold = 'import time; x = bytearray(90 << 20); time.sleep(1.5)'\n"
        "subprocess.run([sys.executable, '-c', hold])\n"
        "import re\nx = bytearray(40 << 20)\nre.match('(a*)*b', 'a' * 26)\n",
    )
    assert place.memmon("main.py").returncode == 0
    (word,) = place.facts("supervisor")
    peaks = {process["pid"] == word["pid"]: process["peak_mb"] for process in word["processes"]}
    assert peaks[False] > 90
    assert 40 < peaks[True] == word["peak_mb"] < 90
    assert word["tree_peak_mb"] > 100
    assert word["last"] in ("program end", "程序结束")


def test_it_knows_the_dead_and_the_orphans(place: Place) -> None:
    """A child that nobody has waited for keeps its peak and command; what a daemon starts later belongs to the run."""
    place.write(
        "main.py",
        "import os, subprocess, sys, time\n"
        "hold = 'import time; x = bytearray(60 << 20); time.sleep(1.5)'\n"
        "dead = subprocess.Popen([sys.executable, '-c', hold])\n"
        'late = "sleep 2; cat /dev/zero | head -c 40000000 | tail -c 39000000 | (sleep 2; cat >/dev/null)"\n'
        "subprocess.run(['sh', '-c', f'({late}) & sleep 1'])\n"
        "time.sleep(4)\n",
    )
    assert place.memmon("main.py").returncode == 0
    (word,) = place.facts("supervisor")
    seen = {process["command"].partition(" ")[0].rpartition("/")[2]: process for process in word["processes"]}
    dead = next(one for one in word["processes"] if "bytearray(60" in one["command"])
    assert dead["peak_mb"] > 60
    assert dead["ended"] > 1
    assert seen["tail"]["peak_mb"] > 30


def killed_by_the_kernel(place: Place, *options: str) -> tuple[subprocess.CompletedProcess[bytes], str]:
    """Run a program that grows on its fifth line in 150 MB; return its end and the path of the cgroup.

    The kernel may take the supervisor along while the program's memory is not free yet. Then the report has the same
    line and cause, and the program is run once more.
    """
    place.write(
        "main.py",
        "import time\ndef load():\n    rows = []\n    while True:\n        rows.append(bytearray(1 << 20))\n"
        "time.sleep(.3)\nload()\n",
    )
    for _ in range(10):
        with cgroup.limited(150) as group:
            words = [*place.command, *options, "main.py"]
            done = group.run(words, cwd=place.folder, env=place.environment, capture_output=True)
            if group.oom_kills() == 1:
                return done, str(group.path)
            assert (done.returncode, group.oom_kills()) == (-signal.SIGKILL, 2)
            told = json.loads(memmon("report", "--json", cwd=place.folder).stdout)
        assert (told["verdict"]["outcome"], told["verdict"]["cause"], told["verdict"]["culprit"]["line"]) == (
            "killed",
            "oom-kill",
            5,
        )
        for path in place.folder.glob("*memory_monitor_*"):
            path.unlink()
    pytest.fail("the kernel killed the supervisor too, ten times of ten")


@marks.needs_cgroup
def test_a_kernel_kill(place: Place) -> None:
    """The kernel's kill is status 137; the supervisor lives, writes its proof down, and prints the verdict."""
    done, path = killed_by_the_kernel(place)
    assert done.returncode == 137
    (word,) = place.facts("supervisor")
    assert word["signal"] == "SIGKILL"
    counter = word["oom_kill"]["cgroup"]
    assert (counter["after"] - counter["before"], counter["path"]) == (1, path)
    assert 130 < word["peak_mb"] < 170  # however short the last rise: the kernel keeps the peak
    assert len(word["samples"]) > 1
    said = done.stderr.decode()
    assert "KILLED" in said
    assert "main.py:5" in said


@marks.needs_cgroup
def test_the_verdict_after_the_cgroup_is_gone(place: Place) -> None:
    """The supervisor's word is in the log, so that a later report needs no cgroup."""
    killed_by_the_kernel(place, "--quiet")
    (word,) = place.facts("supervisor")
    assert word["oom_kill"]["cgroup"]["after"] > word["oom_kill"]["cgroup"]["before"]


def test_kill_by_hand_is_no_proof(place: Place) -> None:
    """`kill -9` by someone shows as SIGKILL without any rise of a counter or line of the kernel."""
    place.write("main.py", f"{READY}say('ready')\ntime.sleep(20)\n")
    process = place.start("--quiet", "main.py")
    process.stdout.readline()
    os.kill(child_of(process.pid), signal.SIGKILL)
    process.communicate(timeout=WITHIN)
    assert process.returncode == 137
    (word,) = place.facts("supervisor")
    assert word["signal"] == "SIGKILL"
    assert word["oom_kill"]["kernel"] == []
    counter = word["oom_kill"]["cgroup"]
    assert counter is None or counter["after"] == counter["before"]


def rss(pid: int) -> float:
    """What a process holds now, in MB."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(encoding="utf-8"))[1]) / 1024


def test_it_is_small(place: Place) -> None:
    """The supervisor is at most 3 MB above a bare interpreter, and has no site packages."""
    place.write("main.py", f"{READY}say('ready')\ninput()\n")
    process = place.start("main.py", stdin=subprocess.PIPE)
    process.stdout.readline()
    bare = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    until(lambda: rss(bare.pid) > 6, "the bare interpreter")
    time.sleep(0.5)
    assert rss(process.pid) <= rss(bare.pid) + 3
    for one in (process, bare):
        one.communicate(b"\n", timeout=WITHIN)
