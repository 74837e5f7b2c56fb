"""Read, judge: from a run log to a verdict."""
