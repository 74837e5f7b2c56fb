"""Results as people read them: tables, diffs, progress."""
