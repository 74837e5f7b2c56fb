"""The page of `memmon report --html`: one file with all that the run's records tell, to be opened in any browser."""
