"""What an injected call does: brackets, the recorder, the hot path."""
