"""Results as people read them: the verdict, tables, diffs, progress; and the verdict as programs read it."""
