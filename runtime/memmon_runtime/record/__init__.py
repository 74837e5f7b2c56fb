"""What is kept of a run: sites and their totals, the crash page, the run log."""
