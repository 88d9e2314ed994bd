"""Which addresses Spool may call for a customer: those of the public Internet, and no others.

IPv6 that stands for IPv4 is refused whole (mapped, compatible, 6to4, Teredo, ISATAP), but for NAT64
(RFC 6052), which is how a host without IPv4 reaches the rest: there the IPv4 address decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from spool.errors import AddressRefused

Address = IPv4Address | IPv6Address

_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")
_REFUSED_6 = (
    IPv6Network("2001::/23"),  # IETF protocols, Teredo among them
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),  # 6to4
    IPv6Network("3fff::/20"),  # documentation: RFC 9637, newer than some ipaddress
)
_REFUSED_4 = (
    IPv4Network("100.64.0.0/10"),
    IPv4Network("192.0.0.0/24"),
    IPv4Network("192.88.99.0/24"),  # relays of 6to4
)
_ISATAP = frozenset({0x00005EFE, 0x02005EFE})


def is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return _is_plain(address) and not any(address in network for network in _REFUSED_4)
    if address in _NAT64:
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address.scope_id is not None or address not in _UNICAST:
        return False
    if int(address) >> 32 & 0xFFFFFFFF in _ISATAP:
        return False
    return _is_plain(address) and not any(address in network for network in _REFUSED_6)


def _is_plain(address: Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved)


def checked(found: Sequence[str], *, loopback: bool = False) -> Sequence[str]:
    """The addresses that a name has now, each once. All must be public (or with `loopback`, this
    machine's): a name with a private one among them is a mistake or an attack, and which one a
    connection took would be chance. Raises AddressRefused."""
    if not found:
        raise AddressRefused("The host has no address.")
    for text in found:
        address = _parsed(text)
        if not (is_public(address) or (loopback and _is_loopback(address))):
            raise AddressRefused("The host has an address that is not of the public Internet.")
    return list(dict.fromkeys(found))


def _parsed(text: str) -> Address:
    try:
        return ip_address(text)
    except ValueError as error:
        raise AddressRefused("The host has an address that can't be read.") from error


def _is_loopback(address: Address) -> bool:
    return address.is_loopback and getattr(address, "ipv4_mapped", None) is None
