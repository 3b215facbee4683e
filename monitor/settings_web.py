"""The section `web`: whether feeds are served, where, and the secret their addresses come from."""

from __future__ import annotations

from pathlib import Path

from monitor.domain.addresses import names_this_host_or_net
from monitor.settings_schema import Secret, WebSettings
from monitor.settings_values import Values

_SHORTEST = 32


def web(values: Values, home: Path | None) -> WebSettings:
    """The checked section; a secret that could be guessed is refused."""
    enabled = values.flag("web.enabled", False)
    host = values.text(
        "web.host", "127.0.0.1", shape=r"[0-9A-Za-z.:-]+", must="must be an address of this host"
    )
    port = values.number("web.port", 8787, 1, 65_535, "integer")
    secret, raw = values.secret("web.secret", "secret", home)
    if secret is not None and len(secret) < _SHORTEST:
        values.problem(
            "web.secret", f"must have {_SHORTEST} characters or more, as random ones", raw, show=False
        )
    if enabled and raw is None:
        values.problem("web.secret", "must be set (or web.secret_file) while web.enabled is true")
    return WebSettings(enabled=enabled, host=host, port=port, secret=Secret(secret) if secret else None)


def describe_web(settings: WebSettings) -> str:
    """One line that says where feeds are served."""
    if not settings.enabled:
        return "web: off"
    own = names_this_host_or_net(settings.host)
    return f"web: feeds on {settings.host}:{settings.port}{'' if own else ', which others can reach'}"
