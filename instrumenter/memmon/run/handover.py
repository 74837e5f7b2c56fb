"""What one process of `memmon run` hands on to the next: dictionaries, since marshal carries them without an import.

Only the type checker reads this module; nothing imports it while a program runs.
"""

from __future__ import annotations

from typing import Any, TypedDict


class Family(TypedDict):
    """What each Python needs that a run starts, by whatever ways it comes to be."""

    mode: str
    """``follow``: the process finds out for itself which program it is to run."""
    pythonpath: str | None
    """As in `ForProgram`."""
    tool: str
    """The Python that memmon itself runs on, which need not be the program's."""
    form: str
    """The form of its code, as `cache.form` tells it there."""
    path: list[str]
    """Its ``sys.path``."""
    runtime: str
    """As in `ForProgram`."""
    cache: str
    """As in `CacheRequest`."""
    explicit: str | None
    """As in `CacheRequest`."""
    include: list[str]
    """As in `CacheRequest`."""
    limit: float
    """As in `ForProgram`."""
    command: str
    """What the user named, where that is no script of theirs; it stands for the program in the record."""
    supervisor: int
    """The process that supervises the run."""
    origin: list[int]
    """The process that the run began with, and its start in clock ticks since boot; empty where that is not known."""


class CacheRequest(TypedDict):
    """What the process that fills the cache needs; with the ``jobs`` of a call it is a `CacheJobs`."""

    tool: str
    """As in `Family`."""
    path: list[str]
    """Its ``sys.path``."""
    python: str
    """The Python that is to run the code."""
    form: str
    """The form of this Python's code, as `cache.form` tells it there."""
    target: str
    """The file whose configuration applies, by its real path."""
    explicit: str | None
    """The configuration that ``--config`` names."""
    config: str
    """A digest of all that the configuration depends on."""
    cache: str
    """The cache's folder."""
    settings: str
    """The file of the entry for the settings."""
    base: str
    """The folder below which files are instrumented."""
    include: list[str]
    """The patterns of ``--include``, which take the place of ``base``."""


class CacheJobs(CacheRequest):
    """A request with the files to make entries of."""

    jobs: list[tuple[str, str, bool]]
    """Of each file its path, the name that its code shall have, and whether it is the script."""


class ForProgram(TypedDict):
    """What the program's process needs, and those that it starts by multiprocessing."""

    mode: str
    """How Python was started: ``script`` where it runs an entry of the cache in the script's place, ``plain`` for a
    script or command that runs as it is, ``module`` under ``-m``, ``child`` in a process of multiprocessing."""
    pythonpath: str | None
    """The user's PYTHONPATH, which memmon's own stands in front of; None where there is none."""
    script: str
    """The script as it was named on the command line, or nothing."""
    words: list[str]
    """All that stood behind the name of the interpreter: its options, the script, and the script's arguments."""
    file: str
    """The script's path, absolute; nothing under ``-m``."""
    path0: str
    """What ``sys.path`` begins with under plain Python: the script's folder."""
    cache0: str
    """What it begins with while an entry of the cache runs in its place."""
    module: str
    """The module of ``-m``, or nothing."""
    base: str
    """As in `CacheRequest`."""
    include: list[str]
    """As in `CacheRequest`."""
    cache: str
    """As in `CacheRequest`."""
    config: str
    """As in `CacheRequest`."""
    request: CacheRequest | None
    """What to hand on to the process that fills the cache; None where the cache can't be used."""
    runtime: str
    """The folder that holds ``memmon_runtime``."""
    limit: float
    """``--limit`` in MB, or 0."""
    settings: dict[str, Any]
    """The keywords of the runtime's ``install``."""
    hotspots: list[tuple[str, str]]
    """The configured hotspots, by name and the place of their configuration."""
    notes: list[str]
    """Sentences for the log, once there is one."""
    known: dict[str, Any] | None
    """What the cache knows of the script's entry."""
    runs: str
    """What runs in the mode ``plain``: a path, or what Python calls the code where there is none."""
    family: Family
    """What the processes need that this one starts."""


class ForSupervisor(TypedDict):
    """What the supervisor needs."""

    pid: int
    """The program's process."""
    mask: list[int]
    """The signals that were blocked before `memmon run` blocked all."""
    before: dict[str, Any]
    """The kernel's counters of kills before the program began."""
    limit: float
    """``--limit`` in MB, or 0."""
    quiet: bool
    """``--quiet``, or its switch in the environment."""
    hotspots: list[tuple[str, str]]
    """As in `ForProgram`."""
    log_dir: str
    """Where the program's logs are, relative to the current folder."""
    report: list[str]
    """The command that a report's arguments are appended to."""
    tell: list[str]
    """The command that says short verdicts, which an `Untold` is appended to."""
    path: list[str]
    """The ``sys.path`` of these commands."""


class Untold(TypedDict):
    """What the process needs that tells of deaths while the program goes on."""

    path: list[str]
    """Its ``sys.path``."""
    log: str
    """A log of the run."""
    deaths: list[tuple[int, str, list[tuple[int, float, str]]]]
    """Of each process that died its id; what is to be said where there is no verdict, if anything; and who held what
    then, by id, MB and command line, the largest first."""
    sums_up: bool
    """Whether all deaths of the run are to be told in a line: it has ended."""
