"""A script that loads a file and copies it, for the commands that look for such places."""

from __future__ import annotations

SCRIPT = """\
import copy
import json


def load(path):
    with open(path) as file:
        return json.load(file)


def main():
    settings = load("settings.json")
    kept = copy.deepcopy(settings)
    return len(kept)


print(main())
"""
