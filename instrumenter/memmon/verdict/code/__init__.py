"""The user's code: its source as it was written, and which frames of a stack are the user's."""
