"""How conclusions are put into words, in the reader's language."""
