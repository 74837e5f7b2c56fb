"""Worker processes of multiprocessing: those that spawn and forkserver start are watched as the program itself is."""

from __future__ import annotations

from memmon.run import descendants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import CodeType
    from typing import Any

_STARTERS = ("multiprocessing.spawn", "multiprocessing.forkserver")


def hand_on_to_workers(handover: Callable[[], str], otherwise: str) -> None:
    """Let the Pythons that multiprocessing starts for its workers be given what *handover* returns.

    All others are given *otherwise*.
    """
    from multiprocessing import util  # noqa: PLC0415  # about to be imported by the caller's caller

    original = util.spawnv_passfds
    if hasattr(original, "memmon"):
        return

    def spawnv_passfds(path: Any, args: Sequence[Any], passfds: Any) -> int:
        if not any(starter in word for word in args if isinstance(word, str) for starter in _STARTERS):
            return original(path, args, passfds)
        descendants.hand_on(handover())
        try:
            return original(path, args, passfds)
        finally:
            descendants.hand_on(otherwise)

    spawnv_passfds.memmon = True  # type: ignore[attr-defined]
    util.spawnv_passfds = spawnv_passfds


def read_main_script_by(code_of: Callable[[str], CodeType | None]) -> None:
    """Let a worker, which reads the main script again, get its code from *code_of*; None is for Python's own way."""
    import runpy  # noqa: PLC0415  # multiprocessing.spawn imports it too

    original: Callable[..., Any] = runpy._get_code_from_file  # type: ignore[attr-defined]  # noqa: SLF001

    def get_code_from_file(*names: str) -> Any:
        code = code_of(names[-1])
        if code is None:
            return original(*names)
        return code if len(names) == 1 else (code, names[-1])  # Python 3.13 or older ones, which give the run's name

    runpy._get_code_from_file = get_code_from_file  # type: ignore[attr-defined]  # noqa: SLF001
