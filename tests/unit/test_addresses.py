"""No address but a public one gets through, however it is spelt."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.addresses import checked, is_public
from spool.errors import AddressRefused

BLOCKS = (
    *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
    *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16", "198.18.0.0/15"),
    *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
)
BLOCKS_6 = (
    *("::/128", "::1/128", "::ffff:0:0/96", "::/96", "fc00::/7", "fe80::/10", "ff00::/8"),
    *("2001::/32", "2002::/16", "2001:db8::/32", "64:ff9b:1::/48", "fec0::/10", "100::/64"),
)
inner = st.one_of([st.ip_addresses(v=4, network=block) for block in BLOCKS])


@given(inner)
def test_no_private_ipv4_address_gets_through(address: IPv4Address) -> None:
    assert not is_public(address)


@given(st.one_of([st.ip_addresses(v=6, network=block) for block in BLOCKS_6]))
def test_no_private_ipv6_address_gets_through(address: IPv6Address) -> None:
    assert not is_public(address)


@given(inner)
def test_no_private_address_gets_through_within_ipv6(address: IPv4Address) -> None:
    number = int(address)
    for spelt in (
        number,  # compatible
        0xFFFF << 32 | number,  # mapped
        0x2002 << 112 | number << 80,  # 6to4
        0x20010000 << 96 | (number ^ 0xFFFFFFFF),  # Teredo
        0x64FF9B << 96 | number,  # NAT64
        0x2A00145040010000 << 64 | 0x5EFE << 32 | number,  # ISATAP
    ):
        with pytest.raises(AddressRefused):
            checked([str(IPv6Address(spelt))], loopback=False)


@given(st.ip_addresses())
def test_what_gets_through_is_global(address: IPv4Address | IPv6Address) -> None:
    if is_public(address):
        nat64 = IPv6Address("64:ff9b::")
        is_nat64 = address.version == 6 and int(address) >> 32 == int(nat64) >> 32
        assert is_nat64 or (address.is_global and not address.is_multicast)


@pytest.mark.parametrize("text", ["8.8.8.8", "2a00:1450:4001::1", "64:ff9b::808:808"])
def test_the_public_internet_can_be_reached(text: str) -> None:
    assert checked([text, text]) == [text]


@pytest.mark.parametrize(
    "found", [[], ["8.8.8.8", "10.0.0.1"], ["169.254.169.254"], ["fd00:ec2::254"], ["fe80::1%1"]]
)
def test_one_private_address_among_others_is_refused(found: list[str]) -> None:
    with pytest.raises(AddressRefused):
        checked(found, loopback=True)


def test_loopback_is_for_tests_and_not_within_ipv6() -> None:
    assert checked(["127.0.0.1"], loopback=True) == ["127.0.0.1"]
    with pytest.raises(AddressRefused):
        checked(["127.0.0.1"])
    with pytest.raises(AddressRefused):
        checked([str(ip_address("::ffff:127.0.0.1"))], loopback=True)
