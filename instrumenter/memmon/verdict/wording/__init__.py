"""How conclusions are put into words, in the log's language."""
