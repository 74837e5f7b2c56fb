"""`memmon run`: the same checkpoints with no file changed, and a parent that outlives the victim.

`launch` reads the command line (`options`), has the code ready and starts the program; then it becomes the supervisor
(`supervise`, with `process_tree`, `limit_enforcer`, `group_signals` and `record`). In the program,
`preload/sitecustomize` starts `bootstrap`, which hands Python the code that is in the `cache`; what is not there yet is
made by `fill_cache`, in a process of its own that `cache_process` starts. Only `fill_cache` imports anything beyond the
standard library.
"""
