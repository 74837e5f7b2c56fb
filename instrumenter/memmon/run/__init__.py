"""`memmon run`: the same checkpoints with no file changed, and a parent that outlives the victim.

`launch` reads the command line, has the code ready and starts the program; then it becomes the supervisor
(`supervise`, with `descendants`, `kernel` and `record`). In the program, `preload/sitecustomize` starts `boot`, which
hands out the code that `store` keeps; what is not in the store is made by `transform` in a process of its own, which
`helper` starts. Only `transform` imports anything beyond the standard library.
"""
