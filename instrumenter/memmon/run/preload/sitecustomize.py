"""What Python imports first in a program that `memmon run` starts: it lets memmon in and leaves no trace of itself."""  # noqa: INP001  # a folder for sys.path, not a package
# ruff: noqa: PTH  # pathlib is not for the program's memory

import sys


def _start() -> None:
    import os  # noqa: PLC0415  # this module goes away, and the real one of its name comes

    here = os.path.dirname(__file__)
    sys.path[:] = [entry for entry in sys.path if entry != here]
    sys.path_importer_cache.pop(here, None)
    given = os.environ.pop("MEMMON_RUN", None)
    try:
        from _frozen_importlib_external import PathFinder  # noqa: PLC0415  # importlib is not the program's either

        root = os.path.dirname(os.path.dirname(os.path.dirname(here)))
        spec = PathFinder.find_spec("memmon", [root])
        package = type(sys)("memmon")
        package.__spec__, package.__path__ = spec, list(spec.submodule_search_locations)
        package.__loader__, package.__file__, package.__package__ = spec.loader, spec.origin, "memmon"
        sys.modules["memmon"] = package
        spec.loader.exec_module(package)
        from memmon.run import boot  # noqa: PLC0415  # findable from here on

        boot.start(given)
    except Exception as error:  # noqa: BLE001  # the program runs all the same
        sys.stderr.write(f"memmon: {type(error).__name__}: {error}; the program runs unwatched\n")


_start()
del sys.modules["sitecustomize"]
import sitecustomize  # noqa: E402, F401, PLW0406  # the real one, where there is one
