"""ipo-monitor: watches IPO reviews and tells chats each milestone once."""

import sys

# httpx brings its own command line along, and with it a syntax highlighter: 3 MB a daemon never uses.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # None makes its import fail quietly
