"""The user's code: its source as it was written, and which code is the user's at all."""
