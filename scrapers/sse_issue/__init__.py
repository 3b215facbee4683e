"""The exchange's new-share list and issue bulletins: the issue and listing phase (发行上市)."""
