"""The advice where the process that died kept no record: why it has none, and how to get one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from memmon.processes import is_python, unfollowed_by
from memmon.verdict.wording.language import place

if TYPE_CHECKING:
    from memmon.verdict.model import Verdict
    from memmon.verdict.wording.language import Say


def as_run_takes_it(target: str | None) -> str:
    """What stands behind `memmon run`: a script, a package that is run as a module, or a command."""
    name = place(target, None)
    if target and name == "__main__.py":
        return f"-m {place(target[: -len(name)].rstrip('/'), None) or 'MODULE'}"
    return f"-- {name}" if name and not name.endswith((".py", ".pyw")) else name or "SCRIPT"


def for_unrecorded(verdict: Verdict, say: Say) -> str:
    """What to do for a record, or where none is to be had, for less memory."""
    ran = verdict.subject.program or ""
    if ran and ran != verdict.target and (verdict.is_watched or not is_python(ran)):
        return _for_another_program(ran, say)
    script = as_run_takes_it(verdict.target)
    return say(
        "the process that was killed kept no record, so no line is known: "
        f"start the program as `memmon run {script}`, which watches each Python that it starts",
        "被杀的进程没有留下记录，无法得知是哪一行："
        f"用 `memmon run {script}` 启动程序，它所启动的每个 Python 都会被监视",
    )


def _for_another_program(ran: str, say: Say) -> str:
    """The same for one that was seen from outside, by its command line."""
    if not is_python(ran):
        return say(
            f"“{ran}” kept no record and is no Python by its name, so no line is known: "
            "have it take less (Java: -Xmx), or give the run more memory",
            f"“{ran}” 没有留下记录，按名称也不是 Python，无法得知是哪一行："
            "让它少用内存（Java：-Xmx），或给这次运行更多内存",
        )
    option = unfollowed_by(ran)
    if option:
        why = say(
            f"with {option} it ignores the variables by which `memmon run` follows a Python",
            f"{option} 使它忽略 `memmon run` 用来跟踪 Python 的环境变量",
        )
    else:
        why = say(
            "it was started without the variables by which `memmon run` follows a Python",
            "启动它时没有带上 `memmon run` 用来跟踪 Python 的环境变量",
        )
    return say(
        f"“{ran}” kept no record ({why}), so no line is known: put `memmon instrument` on its script, then run again",
        f"“{ran}” 没有留下记录（{why}），无法得知是哪一行：对它的脚本执行 `memmon instrument`，然后重新运行",
    )
