"""Whom the channels trust on the way to a service."""

from __future__ import annotations

import ssl
from functools import cache

import certifi


@cache
def trusted_roots() -> ssl.SSLContext:
    """The certificate authorities of `certifi`, read once: reading them takes 20 ms and most of a MiB."""
    return ssl.create_default_context(cafile=certifi.where())
