"""The version, where it costs nothing to read."""

__version__ = "0.2.0"
