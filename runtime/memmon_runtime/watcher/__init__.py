"""The background thread, and the stack of a call that locks it out."""
