"""From a run log to a verdict: ``read``, then ``judge``, then ``advice``.

Beside them stand ``evidence`` (what is found outside a log), ``code`` (the user's source) and ``wording``; below them
all stands ``model``, the types that they hand on. ``write_back`` adds to a dead log what was found out, and
``investigate`` is the whole way. No import runs upwards.
"""
