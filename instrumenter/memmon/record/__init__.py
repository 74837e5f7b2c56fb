"""The form of what a run leaves, as memmon knows it: names of files and sites, lines of events. It is light."""
