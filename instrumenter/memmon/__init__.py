"""memmon: which line got the script killed, how much it took, and what to do."""

__version__ = "0.2.0"
