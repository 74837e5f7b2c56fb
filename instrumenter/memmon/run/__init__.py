"""`memmon run`: the same checkpoints with no file changed, and a parent that outlives the victim.

`launch` reads the command line (`options`), chooses the Python (`interpreters`), has the code ready (`plan`) and
starts the program; then it becomes the supervisor (`supervise`, with `program`, `process_tree`, `limit_enforcer`,
`group_signals`, `record` and `outlive`), which notices who dies meanwhile (`incidents`) and has it told (`telling`).
In the program, `preload/sitecustomize` starts `bootstrap`, which hands Python the code that is in the `cache`. A
Python that something else has started, or that is not memmon's own, first finds out what it runs (`follow`); what each
hands on is in the environment (`descendants`, `workers`). Code that is not there yet is made by `fill_cache`, in a
process of its own that `cache_process` starts, and compiled by the Python that is to run it (`compiling`). Only
`fill_cache` imports anything beyond the standard library.

What runs in the program's process has to run on Python 3.8: `follow`, `plan`, `bootstrap`, `cache`, `compiling` and
what they import.
"""
