"""Zoom: which lines keep the memory while it grows, looked at for a fraction of a second at a time.

A gradual leak is killed on whatever line happens to run, which need not be the one that keeps the memory. So once
memory has grown by a step, the watcher opens a window: `tracing` shows what is allocated and kept meanwhile, and
samples of the threads show where they were as the RSS grew. Where the tracing explains little of the growth, Python's
allocators don't know of the memory: then a second window follows, in which `rises` reads the RSS at every line. The
result is a ``# zoom`` line in the log::

    # zoom: {"by": "tracemalloc", "seconds": 0.12, "rss_mb": 120.5, "grown_mb": 14.2, "seen_mb": 13.8, "lines":
    [{"mb": 12.1, "blocks": 30211, "running": 2, "frames": [["/abs/f.py", 123, "func"], …]}, …]}

``by`` is ``tracemalloc``; or ``lines``, RSS growth by the line that ran; or ``stacks``, RSS growth by where the threads
were when the watcher looked; or ``call``, where memory grew by a step while no thread came to another line, and so
needed no window. ``grown_mb`` is what the RSS grew by in the window,
``seen_mb`` what the method tells the lines of, ``rss_mb`` the RSS at its end. Each of ``lines`` is a line of the user's
by its heaviest path; the outermost ``running`` of its frames were on the stack at every look.

Without growth it costs a comparison a tick. While more than half of the limit is left, nothing is traced: what is
allocated meanwhile takes twice as much memory at the worst, and while a call holds the GIL nobody can end it. A fast
leak has the RSS read at every line then, which takes no memory. All windows together take at most ``_SHARE`` of the
run's time in processor seconds, and ``_CREDIT`` seconds more for each of three stages of the way to the limit, where
that is near in time; in a window a program that does nothing but allocate runs five to ten times slower. A window ends
at ``_MOST_BLOCKS`` blocks, so it takes some 10 MB at most where it can be ended, and none is opened or evaluated where
the headroom is less.
"""

from __future__ import annotations

from time import monotonic, process_time

from memmon_runtime.attribution import call_paths
from memmon_runtime.attribution.step_detector import Pace, is_importing
from memmon_runtime.system.isolation import BUILTINS
from memmon_runtime.system.sizes import MB

__builtins__ = BUILTINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from memmon_runtime.attribution.call_paths import Path, Paths
    from memmon_runtime.attribution.line_rss import Rises
    from memmon_runtime.attribution.tracemalloc_window import Tracing
    from memmon_runtime.checkpoints.recorder import Recorder
    from memmon_runtime.record.event_file import Fact

_STEP_SHARE = 25
"""A step of growth is this fraction of the limit …"""
_LEAST_STEP, _LARGEST_STEP = 8 * MB, 512 * MB
"""… within these bounds."""
_SHARE = 0.02
_CREDIT = 0.25
_FAR = 0.5
"""While more than this share of the limit is left, nothing is traced, …"""
_FAST = 3.0
"""… and no window opens but for a leak that will be at the limit in so many seconds."""
_STAGES = (0.5, 0.25)
"""From these shares of the limit on there is one more credit."""
_SOON = 30.0
"""The credit is for programs that will be at the limit in so many seconds at their present rate."""
_SHORT, _LONG = 0.2, 1.0
"""Seconds of processor time that a window lasts at most: of a fast leak, and of a slow one …"""
_PATIENCE = 4
"""… on the clock it may be so many times as long."""
_HALF = 0.5
_LOOKS = 3
"""So many looks in succession have to find a call at work before growth is put down to it."""
_POLL = 0.01
_MOST_BLOCKS = 20_000
_BLOCK_COST = 56
"""Bytes that tracemalloc takes for each block."""
_FEW_BLOCKS = 4_000
"""So few are looked at several times in the second half of a window, to tell what stays from what comes and goes."""
_ENOUGH = 3
"""A window has seen enough when memory has grown by this fraction of a step."""
_ROOM = 12 * MB
_LEAST_ROOM = 6 * MB
_MOST_WINDOWS = 200
_SEEN = 0.25
"""Where the tracing explains less than this share of the growth, the samples are written too."""
_LEAST_NATIVE = 2 * MB
_WAITS = ("/threading.py", "/queue.py", "/selectors.py", "/connection.py", "/popen_fork.py", "/subprocess.py")


class _Window:
    """What is known of the window that is open."""

    def __init__(self, rss: int, length: float, *, traced: bool = False, stepped: bool = False) -> None:
        self.begun, self.used = monotonic(), process_time()
        self.rss = self.last = rss
        self.length = length
        self.traced = traced
        self.stepped = stepped
        self.samples: list[tuple[int, list[Path]]] = []
        self.running: dict[int, Path] = {}
        """Of each thread the outermost levels of its stack, as far as every look has found them the same."""
        self.looks: list[Paths] = []

    def passed(self) -> float:
        """How much of it is over: 1 after its length in processor time, or where the program sleeps or starves."""
        return max(process_time() - self.used, (monotonic() - self.begun) / _PATIENCE) / self.length


class Zoom:
    """The windows of one process; used by its watcher alone."""

    def __init__(self, recorder: Recorder) -> None:
        """No window is open."""
        self._recorder = recorder
        self._unit = recorder.reader.unit
        self._limit = recorder.limits.tightest
        step = self._limit // _STEP_SHARE if self._limit else _LARGEST_STEP
        self._step = min(max(step, _LEAST_STEP), _LARGEST_STEP)
        self._mark = self._seen = recorder.baseline * self._unit
        self._begun = self._marked = monotonic()
        self._spent = 0.0
        self._windows = 0
        self._window: _Window | None = None
        self._tracing = _tracing()
        self._rises = _rises(recorder)
        self._closing = False
        self._wanted = False
        self._call: _Window | None = None
        self.pace = Pace()

    @property
    def open(self) -> bool:
        """Whether a window is open or about to be given up."""
        return self._window is not None or self._closing

    @property
    def attentive(self) -> bool:
        """Whether memory has grown by so much that the pace of the program will soon be asked for."""
        return self._seen - self._mark >= self._step // 2

    @property
    def busy(self) -> bool:
        """Whether the next look should come soon."""
        return self.open or self._wanted

    def look(self, units: int, now: float) -> list[Fact]:
        """Go on from here: open a window, look into it, or close it. Facts for the record, or none."""
        rss = self._seen = units * self._unit
        if self._closing and self._tracing is not None:
            self._closing = not self._tracing.close()
        if self._window is not None:
            return self._watch(self._window, rss)
        self._wanted = False
        if rss < self._mark:
            self._mark, self._marked = rss, now
        if rss - self._mark >= self._step and not self._closing and self._windows < _MOST_WINDOWS:
            return self._consider(rss, now)
        self._drop_call()
        return []

    def close(self) -> None:
        """Let go of tracemalloc: the process forks or ends."""
        if self._window is not None:
            self._spent += process_time() - self._window.used
        self._window = self._call = None
        self._closing = False
        if self._rises is not None:
            self._rises.close()
        if self._tracing is not None:
            self._tracing.close(at_once=True)

    def _headroom(self, rss: int) -> int:
        """Bytes that are left under the tightest limit; in a cgroup other processes use them too."""
        recorder = self._recorder
        vm = recorder.reader.vm() if recorder.limits.address_space else 0
        return recorder.limits.headroom(rss // self._unit, vm)

    def _consider(self, rss: int, now: float) -> list[Fact]:
        """Memory has grown by a step: open a window if there is room and time, or note the call that it grows in.

        What an import takes is no leak, and a window in it would be time that a leak after it is not given.
        """
        headroom = self._headroom(rss)
        soon = headroom * max(now - self._marked, 0.001) / (rss - self._mark)
        far = headroom > _FAR * self._limit > 0
        if (far and soon > _FAST) or is_importing():
            self._drop_call()
            self.pace.forget()
            self._mark, self._marked = rss, now
            return []
        length = self._length(headroom, soon, now)
        if not self.pace.is_short(now):
            self._wanted = True
            return self._within_call(rss, now, length)
        self._drop_call()
        if length and far:
            self._mark, self._marked = rss, now
            self._step_through(rss, headroom, length)
        elif length:
            self._windows += 1
            traced = self._tracing is not None and self._tracing.open()
            self._window = _Window(self._recorder.reader.rss_keeping_gil() * self._unit, length, traced=traced)
        return []

    def _length(self, headroom: int, soon: float, now: float) -> float:
        """Seconds that a window may last now; 0 where there is no room or no time for one."""
        allowed = _SHARE * (now - self._begun)
        if soon < _SOON:
            allowed += _CREDIT * (1 + sum(headroom <= share * self._limit for share in _STAGES))
        allowed -= self._spent
        if headroom < _ROOM or allowed < (_POLL if soon < _SHORT else _SHORT / 2):
            return 0.0
        return min(_SHORT if soon < _SOON else _LONG, allowed)

    def _within_call(self, rss: int, now: float, length: float) -> list[Fact]:
        """Where the threads stand while memory grows and none of them comes to another line.

        A loop that is looked at in its longest line seems to stand still too; then lines are told meanwhile.
        """
        call = self._call
        if call is None or not self.pace.still:
            self._drop_call()
            call = self._call = _Window(rss, _LONG)
        elif call.stepped and self._rises is not None and self._rises.told:
            if length:
                self._window, self._call = call, None
                self._windows += 1
                call.length = length
                return self._watch_steps(call, rss)
            self._end(call, rss)
            self._drop_call()
            return []
        elif not call.stepped and self._rises is not None and self._rises.open():
            call = self._call = _Window(rss, _LONG, stepped=True)
        self._sample(call, rss)
        if rss - call.rss < self._step or self.pace.still < _LOOKS:
            return []
        self._drop_call()
        self._windows += 1
        self._mark, self._marked = rss, now
        self.pace.forget()
        return self._line("call", call, rss, call_paths.growing(call.samples), call_paths.Threads())

    def _drop_call(self) -> None:
        if self._call is not None and self._call.stepped and self._rises is not None:
            self._rises.close()
        self._call = None

    def _sample(self, window: _Window, rss: int) -> None:
        """Note where the busy threads are and what memory has grown by since they were looked at."""
        threads = call_paths.Threads()
        for ident, path in threads.paths.items():
            same = call_paths.shared(path, window.running.get(ident, path)) if path else 0
            window.running[ident] = path[len(path) - same :]
        busy = [path for path in threads.paths.values() if path and not path[0][0].endswith(_WAITS)]
        if busy and rss > window.last:
            window.samples.append((rss - window.last, busy))
        window.last = rss

    def _watch(self, window: _Window, rss: int) -> list[Fact]:
        if window.stepped:
            return self._watch_steps(window, rss)
        seen, own = self._tracing.seen() if window.traced and self._tracing is not None else (0, 0)
        blocks = own // _BLOCK_COST
        rss -= own
        enough = self._step // _ENOUGH
        self._sample(window, rss)
        headroom = self._headroom(rss + own)
        passed = window.passed()
        grown = rss - window.rss
        over = passed >= 1 or blocks >= _MOST_BLOCKS or headroom < _ROOM
        over = over or (window.traced and self._rises is not None and grown >= enough and seen < _SEEN * grown)
        if not over and (grown < enough or (window.traced and seen < enough)):
            if window.traced and self._tracing is not None and passed >= _HALF and blocks < _FEW_BLOCKS:
                traces = self._tracing.take(last=False)
                window.looks.append(call_paths.kept(traces, call_paths.Threads()))
            return []
        return self._finish(window, rss, blocks, headroom)

    def _finish(self, window: _Window, rss: int, blocks: int, headroom: int) -> list[Fact]:
        facts: list[Fact] = []
        threads = call_paths.Threads()
        seen = 0
        grown = rss - window.rss
        if window.traced and self._tracing is not None:
            self._closing = True
            if headroom >= max(_LEAST_ROOM, blocks * 400):
                window.looks.append(call_paths.kept(self._tracing.take(last=True), threads))
                paths = call_paths.lasting(window.looks)
                seen = sum(size for size, _ in paths.values())
                facts = self._line("tracemalloc", window, rss, paths, threads)
            else:
                self._closing = not self._tracing.close()
        if seen < _SEEN * grown and grown >= _LEAST_NATIVE:
            paths = call_paths.growing(window.samples)
            facts += self._line("stacks", window, rss, paths, threads)
            self._end(window, rss)
            self._step_through(rss, headroom, window.length)
        else:
            self._end(window, rss)
        return facts

    def _end(self, window: _Window, rss: int) -> None:
        self._window = None
        self.pace.forget()
        self._spent += process_time() - window.used
        self._mark, self._marked = rss, monotonic()

    def _step_through(self, rss: int, headroom: int, length: float) -> None:
        """Let the lines be told whose growth the tracing has not seen."""
        if self._rises is not None and headroom >= _ROOM and self._rises.open():
            self._windows += 1
            self._window = _Window(rss, length, stepped=True)

    def _watch_steps(self, window: _Window, rss: int) -> list[Fact]:
        self._sample(window, rss)
        rises = self._rises
        over = window.passed() >= 1 or rss - window.rss >= self._step or self._headroom(rss) < _LEAST_ROOM
        if rises is None or not (over or rises.full):
            return []
        rises.close()
        facts: list[Fact] = []
        if rss - window.rss >= _LEAST_NATIVE:
            facts = self._line("lines", window, rss, rises.kept(), call_paths.Threads())
        self._end(window, rss)
        return facts

    def _line(self, by: str, window: _Window, rss: int, paths: Paths, threads: call_paths.Threads) -> list[Fact]:
        lines = call_paths.lines(paths, threads, window.running.values())
        seen = sum(size for size, _ in paths.values())
        return _zoom_fact(by, monotonic() - window.begun, (rss, rss - window.rss, seen), lines)


def _tracing() -> Tracing | None:
    """Make ready to trace now: to import it in the midst of a fast leak takes longer than there is time.

    None where it can't be had (no ctypes, another Python): then there are the samples alone.
    """
    try:
        from memmon_runtime.attribution.tracemalloc_window import Tracing  # noqa: PLC0415

        return Tracing()
    except Exception:
        return None


def _rises(recorder: Recorder) -> Rises | None:
    """Likewise for the growth by lines."""
    try:
        from memmon_runtime.attribution.line_rss import Rises  # noqa: PLC0415

        return Rises(recorder.reader)
    except Exception:
        return None


def _zoom_fact(by: str, seconds: float, sizes: tuple[int, int, int], lines: list[dict[str, object]]) -> list[Fact]:
    """``sizes``: the RSS, its growth, and what the method saw of that."""
    if not lines:
        return []
    rss, grown, seen = sizes
    fact = {
        "by": by,
        "seconds": round(seconds, 3),
        "rss_mb": round(rss / MB, 2),
        "grown_mb": round(grown / MB, 2),
        "seen_mb": round(seen / MB, 2),
        "lines": lines,
    }
    return [("zoom", fact)]
