"""`memmon try`: a program run twice under one limit, as it is and with a fix, in copies of its folder."""
