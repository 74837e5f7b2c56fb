"""The floor that touches the user's files: backups, atomic writes, what stands where."""
