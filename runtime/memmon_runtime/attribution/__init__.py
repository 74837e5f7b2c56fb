"""Which line memory grows at: windows of tracing and of line events while it does."""
