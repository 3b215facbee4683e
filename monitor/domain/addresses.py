"""Which network addresses lie on the public internet.

Rule: an address that only carries another one (mapped, 6to4, Teredo, NAT64) is judged by the one inside.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_NAT64 = IPv6Network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """An address is public when any host of the internet would reach the same machine by it.

    Loopback, private, link-local, carrier (100.64/10), multicast and reserved ranges are not; text that is
    no address raises ValueError.
    """
    return all(_is_public(found) for found in _with_carried(ip_address(address.partition("%")[0])))


def is_link_local(address: str) -> bool:
    """Link-local addresses hold the metadata services of cloud hosts: no source ever lives there."""
    return any(found.is_link_local for found in _with_carried(ip_address(address.partition("%")[0])))


def names_this_host_or_net(host: str) -> bool:
    """A URL's host that is certain, without asking DNS, to stay on this machine or its private net."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return not is_public(name)
    except ValueError:
        return False


def _is_public(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _with_carried(address: IPv4Address | IPv6Address) -> list[IPv4Address | IPv6Address]:
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    if address.sixtofour is not None:
        return [address, address.sixtofour]
    if address.teredo is not None:
        return [address, *address.teredo]
    if address in _NAT64:
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address]
