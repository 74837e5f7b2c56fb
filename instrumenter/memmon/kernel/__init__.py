"""What the kernel tells of memory and of kills for want of it: the cgroup, the counters, the log.

The report reads it after a program's end, and the supervisor of `memmon run` around it. What can't be read is None,
never guessed. All of it is light, since the supervisor shares the memory of the program.
"""
