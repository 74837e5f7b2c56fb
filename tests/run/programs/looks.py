"""Prints all that a program can see of how it is run."""

import inspect
import os
import pickle
import sys


class Thing:
    """Something to pickle."""

    def __init__(self, size):
        self.size = size


def grow(n):
    rows = [n] * 3
    return rows


def is_log(fd):
    return "memory_monitor" in os.readlink(f"/proc/self/fd/{fd}")


def main():
    module = sys.modules["__main__"]
    print("argv", sys.argv, [os.path.basename(word) for word in sys.orig_argv[:1]], sys.orig_argv[1:])
    print("path", sys.path)
    print(
        "main",
        {name: repr(value).partition(" at 0x")[0] for name, value in vars(module).items() if name != "__builtins__"},
    )
    print("builtins", type(module.__builtins__), [name for name in dir(__builtins__) if not name.startswith("__mem")])
    print("loader", vars(__loader__) if __loader__ else None)
    print("spec", __spec__ and (__spec__.name, __spec__.origin, __spec__.cached, type(__spec__.loader)))
    print("environment", sorted(os.environ.items()))
    print("flags", sys.flags)
    print(
        "hooks",
        [getattr(one, "__name__", type(one)) for one in sys.meta_path],
        len(sys.path_hooks),
        sys.excepthook,
        sys.gettrace(),
        sys.getprofile(),
    )
    print("source", inspect.getsource(grow), inspect.getsource(Thing), inspect.getsourcefile(grow))
    print("code", grow.__code__.co_filename, grow.__code__.co_firstlineno, grow.__qualname__, grow.__module__)
    print("pickled", pickle.loads(pickle.dumps(Thing(3))).size, pickle.dumps(Thing))
    print("stack", [(frame.filename, frame.lineno, frame.function, frame.code_context) for frame in inspect.stack()])
    print("threads", __import__("threading").active_count())
    print("rows", grow(2))
    print("open", [fd for fd in range(100) if os.path.exists(f"/proc/self/fd/{fd}") and not is_log(fd)])
    print("cwd", os.getcwd(), __file__)


main()
