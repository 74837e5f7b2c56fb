"""From files to what they tell of a process: the log, the crash page, the lockout dump."""
