"""Pictures for chats: facts in, PNG bytes out; drawn offline with the font that lies beside this file.

Rule: pure: no clock, no network, no configuration; equal facts give equal bytes.
Rule: Pillow is imported by `alerts.pictures.paint` and `.metrics` alone, and they only when one is drawn.
"""
