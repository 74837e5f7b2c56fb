"""restore: edits are kept, nothing is lost silently, nothing of memmon's is left."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from support.tool import listing, memmon, plain_environment

if TYPE_CHECKING:
    from pathlib import Path

BACKUP = "bot.py.monitor_backup"


def _edit(path: Path, old: str, new: str) -> None:
    text = path.read_bytes().decode()
    assert old in text
    path.write_bytes(text.replace(old, new).encode())


def test_edits_are_kept(folder: Path, script: Path) -> None:
    """A file that was edited since loses what was injected and nothing else; the user is told; the backup goes."""
    original = script.read_text(encoding="utf-8")
    memmon("instrument", "bot.py", cwd=folder)
    script.chmod(0o711)
    _edit(script, "print(load())", "print(load(), '改')")
    done = memmon("restore", "bot.py", cwd=folder)
    assert done.returncode == 0
    assert "kept the edits" in done.stderr
    assert script.read_text(encoding="utf-8") == original.replace("print(load())", "print(load(), '改')")
    assert stat.S_IMODE(script.stat().st_mode) == 0o711
    assert {path.name for path in folder.iterdir()} == {"bot.py"}


def test_torn_injection_is_not_guessed_at(folder: Path, script: Path) -> None:
    """Where an edit changed an injected call, taking out the rest would break the script: all stays, exit 2."""
    memmon("instrument", "bot.py", cwd=folder)
    _edit(script, '__memmon__.before("json.loads", 10)', "call = __memmon__.before")
    before = listing(folder)
    done = memmon("restore", cwd=folder)
    assert done.returncode == 2
    line = script.read_text(encoding="utf-8").splitlines().index("    call = __memmon__.before  # pragma: no cover") + 1
    assert f"line {line} would still name __memmon__" in done.stderr
    assert "mv " in done.stderr
    assert BACKUP in done.stderr
    assert listing(folder) == before


@pytest.mark.parametrize("formatted", [False, True], ids=["", "formatted"])
def test_checkpoints_that_were_commented_out(folder: Path, script: Path, *, formatted: bool) -> None:
    """What an editor's comment toggle made of a statement and its checkpoints stays, without the checkpoints."""
    original = script.read_text(encoding="utf-8")
    memmon("instrument", "bot.py", cwd=folder)
    for call in ("before", "after"):
        _edit(script, f'    __memmon__.{call}("json.loads", 10)', f'    # __memmon__.{call}("json.loads", 10)')
    _edit(script, "    config = json.loads(TEXT)", "    # config = json.loads(TEXT)\n    config = 1")
    if formatted:
        _edit(script, "\nexcept Exception:  #", "\n\nexcept Exception:  #")
    done = memmon("restore", "bot.py", cwd=folder)
    assert (done.returncode, "kept the edits" in done.stderr) == (0, True)
    expected = original.replace("config = json.loads(TEXT)", "# config = json.loads(TEXT)\n    config = 1")
    assert script.read_text(encoding="utf-8") == expected


def test_a_formatter_went_over_it(folder: Path, script: Path) -> None:
    """What a formatter broke over lines, quoted anew or parted by blank lines is taken out all the same."""
    original = script.read_text(encoding="utf-8")
    memmon("instrument", "bot.py", cwd=folder)
    _edit(script, "\nexcept Exception:  #", "\n\nexcept Exception:  #")
    _edit(script, '__import__("memmon_runtime").install(', '__import__("memmon_runtime").install(\n        ')
    _edit(script, '__memmon__.before("json.loads", 10)', "__memmon__.before(\n'json.loads',\n 10,\n)")
    done = memmon("restore", cwd=folder)
    assert (done.returncode, "kept the edits" in done.stderr) == (0, True)
    assert script.read_text(encoding="utf-8") == original
    assert {path.name for path in folder.iterdir()} == {"bot.py"}


def test_a_copy_without_a_backup_is_pointed_out(folder: Path, script: Path) -> None:
    """Without a target only what has a backup is restored; an instrumented file that has none is named."""
    memmon("instrument", "bot.py", cwd=folder)
    (folder / BACKUP).unlink()
    left = script.read_bytes()
    done = memmon("restore", cwd=folder)
    assert (done.returncode, script.read_bytes()) == (0, left)
    assert "bot.py: is instrumented but has no backup; `memmon restore bot.py` takes it out" in done.stderr


@pytest.mark.parametrize("backup", [True, False], ids=["", "no backup"])
@pytest.mark.parametrize("form", ["statement", "expression"])
def test_checkpoints_under_another_name(folder: Path, script: Path, form: str, *, backup: bool) -> None:
    """A call whose runtime was given another name would be left behind, and break the script: all stays, exit 2."""
    if form == "expression":
        _edit(script, "    config = json.loads(TEXT)\n    return config", "    return json.loads(TEXT)")
    memmon("instrument", "bot.py", cwd=folder)
    head, _, calls = script.read_text(encoding="utf-8").partition("# <<< memmon <<<")
    script.write_text(f"{head}# <<< memmon <<<{calls.replace('__memmon__', 'watch')}", encoding="utf-8")
    if not backup:
        (folder / BACKUP).unlink()
    before = listing(folder)
    done = memmon("restore", "bot.py", cwd=folder)
    assert (done.returncode, "would be a checkpoint under another name" in done.stderr) == (2, True), done.stderr
    assert listing(folder) == before


def test_ones_own_calls_of_that_form(folder: Path, script: Path) -> None:
    """What looks like a checkpoint of another name and was there before is the user's, without a backup too."""
    _edit(script, "import json\n", 'import json\nwatch.before("a", 3)\n')
    before = listing(folder)
    memmon("instrument", "bot.py", "--runtime", "installed", cwd=folder)
    (folder / BACKUP).unlink()
    assert memmon("restore", "bot.py", cwd=folder).returncode == 0
    assert listing(folder) == before


def test_torn_preamble(folder: Path, script: Path) -> None:
    """A preamble that lost its end marker can't be told from the user's lines: all stays, exit 2."""
    memmon("instrument", "bot.py", cwd=folder)
    _edit(script, "# <<< memmon <<<\n", "")
    before = listing(folder)
    done = memmon("restore", "bot.py", cwd=folder)
    assert done.returncode == 2
    assert "preamble is not as memmon wrote it" in done.stderr
    assert listing(folder) == before


@pytest.mark.parametrize(
    ("old", "new"),
    [("# <<< memmon <<<\n", "MINE = 1\n# <<< memmon <<<\n"), ("# <<< memmon <<<\n", "# <<< memmon <<< MINE\n")],
    ids=["a line", "a remark"],
)
def test_lines_in_the_preamble(folder: Path, script: Path, old: str, new: str) -> None:
    """What somebody wrote into the preamble is not thrown away: status says edited, all stays, the way out is named."""
    memmon("instrument", "bot.py", cwd=folder)
    _edit(script, old, new)
    before = listing(folder)
    assert memmon("status", cwd=folder).stdout.startswith("edited since  bot.py")
    done = memmon("restore", "bot.py", cwd=folder)
    assert done.returncode == 2
    assert "its preamble is not as memmon wrote it; nothing was changed" in done.stderr
    assert f"mv {BACKUP} bot.py" in done.stderr
    assert listing(folder) == before


def test_half_way_through_an_edit(folder: Path, script: Path) -> None:
    """A file with a syntax error above its preamble loses what was injected, and only then does the runtime go."""
    memmon("instrument", "bot.py", cwd=folder)
    edited = '#!/usr/bin/env python3\nTABLE = {\n"""机器人."""\n'
    _edit(script, '#!/usr/bin/env python3\n"""机器人."""\n', edited)
    done = memmon("restore", "bot.py", cwd=folder)
    assert (done.returncode, "kept the edits" in done.stderr) == (0, True)
    assert script.read_text(encoding="utf-8").startswith(edited + "import json\n")
    assert {path.name for path in folder.iterdir()} == {"bot.py"}


def test_a_file_that_may_need_the_runtime(folder: Path, script: Path) -> None:
    """The runtime stays as long as a Python file there speaks of it, though no preamble can be made out in it."""
    (folder / "other.py").write_text("x = (\n  # >>> memmon\n__import__('memmon_runtime')\n", encoding="utf-8")
    memmon("instrument", "bot.py", cwd=folder)
    assert memmon("restore", script.name, cwd=folder).returncode == 0
    assert (folder / "memmon_runtime").exists()
    (folder / "other.py").unlink()
    assert memmon("restore", cwd=folder).returncode == 0
    assert {path.name for path in folder.iterdir()} == {"bot.py"}


@pytest.mark.parametrize("name", ["my bot's.py", "-x.py", "$HOME `x`.py", "机器人.py"])
def test_commands_to_be_copied_work_in_a_shell(folder: Path, script: Path, name: str) -> None:
    """What the messages say to run does what they say, whatever the file is called."""
    original = script.read_bytes()
    script.rename(folder / name)

    def in_shell(said: str, begin: str, end: str) -> None:
        command = said[said.index(begin) :].split(end, 1)[0].rstrip("\n")
        command = command.replace("memmon", f"{sys.executable} -m memmon", int(command.startswith("memmon")))
        subprocess.run(["/bin/sh", "-c", command], cwd=folder, check=True, capture_output=True)
        assert (folder / name).read_bytes() == original

    in_shell(memmon("instrument", f"./{name}", cwd=folder).stderr, "memmon restore ", "` takes it all out")
    memmon("instrument", f"./{name}", cwd=folder)
    (folder / f"{name}.monitor_backup").unlink()
    in_shell(memmon("restore", cwd=folder).stderr, "memmon restore ", "` takes it out")
    memmon("instrument", f"./{name}", cwd=folder)
    _edit(folder / name, "# <<< memmon <<<\n", "")
    in_shell(memmon("restore", cwd=folder).stderr, "mv ", "\n")
    memmon("instrument", f"./{name}", cwd=folder)
    (folder / name).write_text("__memmon__.mine\n", encoding="utf-8")
    in_shell(memmon("restore", cwd=folder).stderr, "mv ", "\n")


@pytest.mark.usefixtures("script")
def test_without_its_backup(folder: Path) -> None:
    """A deleted backup costs nothing: what was injected can be taken out of the text alone."""
    before = listing(folder)
    memmon("instrument", "bot.py", cwd=folder)
    (folder / BACKUP).unlink()
    done = memmon("restore", "bot.py", cwd=folder)
    assert done.returncode == 0
    assert "had no backup" in done.stderr
    assert listing(folder) == before


def test_target_that_is_gone(folder: Path, script: Path) -> None:
    """The backup of a deleted file brings it back, named or not."""
    for arguments in (["bot.py"], []):
        before = listing(folder)
        memmon("instrument", "bot.py", cwd=folder)
        script.unlink()
        done = memmon("restore", *arguments, cwd=folder)
        assert done.returncode == 0
        assert "given back from its backup" in done.stderr
        assert listing(folder) == before


@pytest.mark.usefixtures("script")
def test_named_by_its_backup(folder: Path) -> None:
    """Who names the backup means the file."""
    before = listing(folder)
    memmon("instrument", "bot.py", cwd=folder)
    assert memmon("restore", BACKUP, cwd=folder).returncode == 0
    assert listing(folder) == before


def test_restored_by_hand(folder: Path, script: Path) -> None:
    """After the reference card's `mv`, the runtime left behind is taken away, by `restore` and by `restore TARGET`."""
    for arguments in (["bot.py"], []):
        before = listing(folder)
        memmon("instrument", "bot.py", cwd=folder)
        (folder / BACKUP).replace(script)
        assert memmon("status", "bot.py", cwd=folder).returncode == 1
        assert memmon("restore", *arguments, cwd=folder).returncode == 0
        assert listing(folder) == before


def test_copied_back_by_hand(folder: Path, script: Path) -> None:
    """After a `cp` of the backup, the backup is what is left, and goes."""
    before = listing(folder)
    memmon("instrument", "bot.py", cwd=folder)
    script.write_bytes((folder / BACKUP).read_bytes())
    assert memmon("restore", cwd=folder).returncode == 0
    assert listing(folder) == before


def test_nothing_to_do(folder: Path) -> None:
    """A restore of all with nothing to restore is done, exit 0."""
    done = memmon("restore", cwd=folder)
    assert (done.returncode, done.stdout) == (0, "")
    assert "nothing to restore" in done.stderr


def test_named_target_that_is_not_instrumented(folder: Path, script: Path) -> None:
    """A named target that isn't instrumented is a "no": exit 1, and others named with it are still restored."""
    (folder / "other.py").write_bytes(script.read_bytes())
    memmon("instrument", "other.py", cwd=folder)
    done = memmon("restore", "bot.py", "other.py", cwd=folder)
    assert done.returncode == 1
    assert "bot.py: is not instrumented" in done.stderr
    assert "other.py: restored" in done.stderr


def test_missing_named_target(folder: Path) -> None:
    """A name that leads nowhere is bad input."""
    done = memmon("restore", "没有.py", cwd=folder)
    assert done.returncode == 2
    assert "没有.py: there is no such file" in done.stderr


def test_one_that_fails_does_not_stop_the_rest(folder: Path, script: Path) -> None:
    """Of two files, the torn one stays and the other comes back; the exit code tells."""
    (folder / "another.py").write_bytes(script.read_bytes())
    original = script.read_bytes()
    memmon("instrument", "another.py", "bot.py", cwd=folder)
    _edit(folder / "another.py", "# <<< memmon <<<\n", "")
    assert memmon("restore", cwd=folder).returncode == 2
    assert script.read_bytes() == original
    assert (folder / "another.py.monitor_backup").exists()
    assert (folder / "memmon_runtime").exists()  # the other one still needs it


def test_all_below(folder: Path, script: Path) -> None:
    """Every folder below is looked through, but for those that are not the user's own source."""
    places = ["a/b/c", ".hidden", "node_modules/x", ".git/hooks", "env/lib", "venv"]
    for place in places:
        (folder / place).mkdir(parents=True)
        (folder / place / "m.py").write_bytes(script.read_bytes())
    (folder / "env/pyvenv.cfg").touch()
    (folder / "a/b/up").symlink_to(folder)
    memmon("instrument", *(f"{place}/m.py" for place in places), cwd=folder)
    assert memmon("restore", cwd=folder).returncode == 0
    left = {str(path.parent.relative_to(folder)) for path in folder.rglob("*.monitor_backup")}
    assert left == {"node_modules/x", ".git/hooks", "env/lib"}


@pytest.mark.parametrize("mode", [0o000, 0o444, 0o333], ids=["closed", "only listed", "only entered"])
def test_folders_that_cannot_be_looked_into(folder: Path, script: Path, as_user, mode: int) -> None:
    """A folder below that this user may not read is passed over by status and restore, named target or not."""
    original = script.read_bytes()
    closed = folder / "closed"
    closed.mkdir()
    (closed / "m.py").write_bytes(original)
    (closed / "m.py.monitor_backup").write_bytes(original)
    for arguments in (["bot.py"], []):
        memmon("instrument", "bot.py", cwd=folder)
        closed.chmod(mode)
        try:
            asked, done = (as_user(command, *arguments, cwd=folder) for command in ("status", "restore"))
        finally:
            closed.chmod(0o755)
        assert asked.stdout.startswith("instrumented  bot.py")
        assert (done.returncode, script.read_bytes()) == (0, original), done.stderr
        assert {path.name for path in folder.iterdir()} == {"bot.py", "closed"}


def test_target_in_a_folder_that_cannot_be_entered(folder: Path, script: Path, as_user) -> None:
    """A target that this user can't reach is one message, and nothing changed."""
    before = script.read_bytes()
    folder.chmod(0o444)
    try:
        said = [as_user(command, script, cwd=folder.parent) for command in ("status", "restore")]
    finally:
        folder.chmod(0o755)
    for done in said:
        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert "permission denied" in done.stderr
    assert script.read_bytes() == before


def test_a_copy_of_the_runtime_that_is_somebody_elses(folder: Path, script: Path, as_user) -> None:
    """Where this user may not delete the copy, the source comes back all the same, and nothing is left half removed."""
    original = script.read_bytes()
    memmon("instrument", "bot.py", cwd=folder)
    copy = folder / "memmon_runtime"
    before = listing(copy)
    rooms = [copy, *(path for path in copy.rglob("*") if path.is_dir())]
    for room in rooms:
        room.chmod(0o555)
    done = as_user("restore", cwd=folder)
    for room in rooms:
        room.chmod(0o755)
    assert (done.returncode, "it belongs to another user, who has to remove it" in done.stderr) == (2, True)
    assert script.read_bytes() == original
    assert {path.name for path in folder.iterdir()} == {"bot.py", "memmon_runtime"}
    assert listing(copy) == before


def test_target_in_a_folder_that_cannot_be_listed(folder: Path, script: Path, as_user) -> None:
    """A named target is restored where its folder may be written to but not read."""
    original = script.read_bytes()
    memmon("instrument", "bot.py", cwd=folder)
    folder.chmod(0o333)
    try:
        done = as_user("restore", script, cwd=folder.parent)
    finally:
        folder.chmod(0o755)
    assert done.returncode == 0, done.stderr
    assert script.read_bytes() == original


def test_purge_logs(folder: Path, script: Path) -> None:
    """--purge-logs deletes memmon's logs and pages, here and beside the target, and nobody else's."""
    beside = folder / "sub"
    beside.mkdir()
    script.rename(beside / "bot.py")
    header = '# memmon: "0.1.0"\n'
    for place in (folder, beside):
        (place / "memory_monitor_20260101_000000.log").write_text(header, encoding="utf-8")
        (place / "memory_monitor_20260101_000000_77.log").write_text(header, encoding="utf-8")
        (place / ".memory_monitor_20260101_000000.page").write_bytes(b"\0")
        (place / ".memory_monitor_20260101_000000.stack.page").write_bytes(b"\0")
        (place / "memory_monitor_20250101_000000.log").write_text("the reference card's own\n", encoding="utf-8")
        (place / ".memory_monitor_20250101_000000.page").write_bytes(b"\0")
        (place / "memory_monitor_notes.log").write_text(header, encoding="utf-8")
    memmon("instrument", "sub/bot.py", cwd=folder)
    done = memmon("status", cwd=folder)
    assert "2 run logs" in done.stderr
    assert memmon("restore", "sub/bot.py", "--purge-logs", cwd=folder).returncode == 0
    for place in (folder, beside):
        assert {path.name for path in place.iterdir() if "monitor" in path.name} == {
            "memory_monitor_20250101_000000.log",
            ".memory_monitor_20250101_000000.page",
            "memory_monitor_notes.log",
        }


@pytest.mark.parametrize("switch", [False, True], ids=["memmon.toml", "MEMMON_LOG_DIR"])
@pytest.mark.usefixtures("script")
def test_logs_that_were_told_to_go_elsewhere(folder: Path, *, switch: bool) -> None:
    """`report`, `status` and --purge-logs find them from the folder that the program was started in."""
    environment = {"MEMMON_LOG_DIR": "日志"} if switch else {}
    if not switch:
        (folder / "memmon.toml").write_text('[memmon]\nlog_dir = "日志"\n', encoding="utf-8")
    memmon("instrument", "bot.py", cwd=folder)
    subprocess.run([sys.executable, "bot.py"], cwd=folder, env=plain_environment(**environment), check=True)
    (log,) = (folder / "日志").glob("memory_monitor_*.log")
    report = memmon("report", "--json", cwd=folder, **environment)
    assert json.loads(report.stdout)["run"]["log"] == str(log)
    assert "1 run log" in memmon("status", cwd=folder, **environment).stderr
    memmon("restore", "--purge-logs", cwd=folder, **environment)
    assert not log.exists()


def test_purge_leaves_the_log_of_a_running_program(folder: Path, script: Path) -> None:
    """A log that is still written to is kept, with its page, and named: the verdict may yet be needed."""
    script.write_text("import sys\nprint('up', flush=True)\nsys.stdin.read()\n", encoding="utf-8")
    memmon("instrument", "bot.py", cwd=folder)
    command = [sys.executable, "bot.py"]
    environment = plain_environment()
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as program:
        assert program.stdout.readline() == b"up\n"
        done = memmon("restore", "bot.py", "--purge-logs", cwd=folder)
        (log,) = folder.glob("memory_monitor_*.log")
        assert f"{log.name}: its program still runs: kept" in done.stderr
        assert (folder / f".{log.stem}.page").exists()
        program.communicate()
    memmon("restore", "--purge-logs", cwd=folder)
    assert {path.name for path in folder.iterdir()} == {"bot.py"}


def test_a_preamble_taken_out_by_hand(folder: Path, script: Path) -> None:
    """Checkpoints that lost their preamble are not taken for the user's own code: the way back is named."""
    memmon("instrument", "bot.py", cwd=folder)
    text = script.read_text(encoding="utf-8")
    start, end = text.index("# >>> memmon"), text.index("# <<< memmon <<<\n") + len("# <<< memmon <<<\n")
    script.write_text(text[:start] + text[end:], encoding="utf-8")
    left = script.read_bytes()
    done = memmon("restore", cwd=folder)
    assert (done.returncode, script.read_bytes()) == (2, left)
    assert "mv bot.py.monitor_backup bot.py" in done.stderr


@pytest.mark.usefixtures("script")
def test_pages_whose_log_is_gone(folder: Path, script: Path) -> None:
    """After that card's `rm` of the logs, status reports the hidden pages and restore takes them away, no others."""
    for arguments in ([], ["bot.py"]):
        for name in ("20260101_000000", "20260101_000000_7", "20260102_000000"):
            (folder / f".memory_monitor_{name}.page").touch()
            (folder / f".memory_monitor_{name}.stack.page").touch()
        (folder / "memory_monitor_20260102_000000.log").touch()
        memmon("instrument", "bot.py", cwd=folder)
        assert memmon("status", *arguments, cwd=folder).stdout.count("a run log that is gone") == 4
        assert memmon("restore", *arguments, cwd=folder).returncode == 0
        assert {path.name for path in folder.iterdir()} == {
            script.name,
            "memory_monitor_20260102_000000.log",
            ".memory_monitor_20260102_000000.page",
            ".memory_monitor_20260102_000000.stack.page",
        }


def test_without_purge_logs_stay(folder: Path) -> None:
    """Logs are results: a plain restore leaves them."""
    log = folder / "memory_monitor_20260101_000000.log"
    log.write_text('# memmon: "0.1.0"\n', encoding="utf-8")
    memmon("instrument", "bot.py", cwd=folder)
    memmon("restore", cwd=folder)
    assert log.exists()


def test_name_that_is_not_unicode(folder: Path, script: Path) -> None:
    """A file name of arbitrary bytes goes the whole way, and is shown as these bytes."""
    name = b"\xff\xfe bot.py"
    script.rename(folder / os.fsdecode(name))
    before = listing(folder)
    for command, code in (("instrument", 0), ("status", 1), ("restore", 0)):
        done = subprocess.run(
            [sys.executable, "-m", "memmon", command, name], cwd=folder, capture_output=True, check=False
        )
        assert done.returncode == code
        assert name in done.stdout + done.stderr
        assert b"Traceback" not in done.stderr
    assert listing(folder) == before
