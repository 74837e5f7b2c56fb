"""From what was read and found to a conclusion: cause, culprit, figures."""
