"""Find, place, transform, prove: from a source's bytes to its instrumented bytes, without touching a disk."""
