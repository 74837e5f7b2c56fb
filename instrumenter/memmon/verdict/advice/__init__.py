"""What to do about a culprit: known fixes, chosen by its code and its name."""
