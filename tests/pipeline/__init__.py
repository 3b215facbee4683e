"""Polls of the embedded exchange, end to end: HTTP, parser, diff, store."""
