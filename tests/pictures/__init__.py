"""Pictures: what stands on them, where, how large they are, and that their captions say the same."""
