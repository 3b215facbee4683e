"""The bot: what people in a chat may ask, and the answers."""
