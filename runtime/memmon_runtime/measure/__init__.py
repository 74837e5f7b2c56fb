"""How much memory there is: the process's, its peak, and what limits it."""
