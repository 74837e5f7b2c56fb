"""What can be found outside a log at the time of the report: the process, the kernel's counters and its log."""
