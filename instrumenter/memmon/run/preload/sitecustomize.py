"""What Python imports first in a program that `memmon run` starts: it lets memmon in and leaves no trace of itself."""  # noqa: INP001  # a folder for sys.path, not a package

import sys


def _start() -> None:
    import _frozen_importlib  # noqa: PLC0415  # nothing may stay here: the real module of this name is to come
    import marshal  # noqa: PLC0415  # nothing may stay here: the real module is to come
    import os  # noqa: PLC0415  # nothing may stay here: the real module is to come
    from _frozen_importlib_external import PathFinder  # noqa: PLC0415  # nothing may stay here: the real module is to come

    here = os.path.dirname(__file__)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    sys.path_importer_cache.pop(here, None)
    handover = marshal.loads(bytes.fromhex(os.environ.pop("MEMMON_RUN", "")) or b"N")
    if handover is None:
        return  # whoever has named this folder was not memmon
    if handover["pythonpath"] is None:
        os.environ.pop("PYTHONPATH", None)
    else:
        os.environ["PYTHONPATH"] = handover["pythonpath"]
    try:
        root = os.path.dirname(os.path.dirname(os.path.dirname(here)))
        spec = PathFinder.find_spec("memmon", [root])
        _frozen_importlib._load(spec)  # type: ignore[attr-defined]  # noqa: SLF001  # importlib is not imported
        from memmon.run import bootstrap  # noqa: PLC0415  # findable from here on

        bootstrap.start(handover)
    except Exception as error:  # noqa: BLE001  # the program runs all the same
        if os.environ.get("MEMMON_QUIET", "").lower() in ("", "0", "false", "no", "off"):  # as in run/switches
            sys.stderr.write(f"memmon: {type(error).__name__}: {error}; the program runs unwatched\n")
        if handover["mode"] == "script":
            # What was to run is an entry of the cache, which needs what has just failed.
            os.execv(sys.executable, [sys.executable, *["-O"] * sys.flags.optimize, *handover["words"]])


_start()
del sys.modules["sitecustomize"]
import sitecustomize  # type: ignore[import-not-found]  # noqa: E402, F401  # the real one, where there is one
