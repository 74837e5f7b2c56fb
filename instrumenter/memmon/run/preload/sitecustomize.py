"""What Python imports first in a program that `memmon run` starts: it lets memmon in and leaves no trace of itself."""  # noqa: INP001  # a folder for sys.path, not a package

import sys


def _start():  # type: () -> None  # noqa: ANN202  # a Python 2 that the program starts reads this too
    import marshal  # noqa: PLC0415  # nothing may stay here: the real module is to come
    import os  # noqa: PLC0415  # nothing may stay here: the real module is to come

    here = os.path.dirname(__file__)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    sys.path_importer_cache.pop(here, None)
    given = os.environ.pop("MEMMON_RUN", "")
    others = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry != here]
    if others:
        os.environ["PYTHONPATH"] = os.pathsep.join(others)
    else:
        os.environ.pop("PYTHONPATH", None)
    if not given or sys.version_info < (3, 8) or sys.implementation.name != "cpython":
        return
    handover = marshal.loads(bytes.fromhex(given))
    if handover["pythonpath"] == "":
        os.environ["PYTHONPATH"] = ""
    try:
        import _frozen_importlib  # noqa: PLC0415  # nothing may stay here: the real module is to come
        from _frozen_importlib_external import PathFinder  # noqa: PLC0415  # nothing may stay here either

        root = os.path.dirname(os.path.dirname(os.path.dirname(here)))
        spec = PathFinder.find_spec("memmon", [root])
        _frozen_importlib._load(spec)  # type: ignore[attr-defined]  # noqa: SLF001  # importlib is not imported
        if handover["mode"] == "follow":
            from memmon.run import follow  # noqa: PLC0415  # findable from here on

            follow.start(handover)
        else:
            from memmon.run import bootstrap  # noqa: PLC0415  # findable from here on

            bootstrap.start(handover)
    except Exception as error:  # noqa: BLE001  # the program runs all the same
        if os.environ.get("MEMMON_QUIET", "").lower() in ("", "0", "false", "no", "off"):  # as in run/switches
            text = "memmon: {}: {}; the program runs unwatched\n"  # no f-string: see above
            sys.stderr.write(text.format(type(error).__name__, error))
        if handover["mode"] == "script":
            # What was to run is an entry of the cache, which needs what has just failed.
            import posix  # noqa: PLC0415  # os may have been given a call by which Pythons are followed

            posix.execve(sys.executable, [sys.executable] + handover["words"], os.environ)


_start()
del sys.modules["sitecustomize"]
import sitecustomize  # type: ignore[import-not-found]  # noqa: E402, F401  # the real one, where there is one
