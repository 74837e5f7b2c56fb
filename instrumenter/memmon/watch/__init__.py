"""A run as it goes on, like ``top``: look at its processes and its record, draw what was seen, heed keys."""
