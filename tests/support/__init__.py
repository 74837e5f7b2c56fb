"""Helpers that more than one test folder needs; standard library only, except for `marks`."""
