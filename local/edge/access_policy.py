"""The policy statement of a signed URL or cookie: what it opens, from when to when, for whom.

Source: "Create a signed URL using a custom policy" in the CloudFront Developer Guide.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any, Self

from local.edge.paths import wildcard


@dataclass(frozen=True)
class AccessPolicy:
    """Times are seconds since 1970. `resource` may hold the wildcards `*` and `?`."""

    resource: str
    before: int
    after: int
    network: IPv4Network | IPv6Network | None

    @classmethod
    def parse(cls, text: bytes) -> Self:
        """Raises ValueError for what is no policy of exactly one statement."""
        try:
            [statement] = json.loads(text)["Statement"]
            condition = statement["Condition"]
            network = condition.get("IpAddress", {}).get("AWS:SourceIp")
            after = condition.get("DateGreaterThan")
            return cls(
                _string(statement.get("Resource", "*")),
                _seconds(condition["DateLessThan"]),
                _seconds(after) if after is not None else 0,
                ip_network(_string(network), strict=False) if network is not None else None,
            )
        except (AttributeError, KeyError, TypeError, UnicodeDecodeError) as error:
            raise ValueError("The policy lacks something or has it of a wrong type.") from error

    @classmethod
    def canned_text(cls, url: str, expires: str) -> bytes:
        """What a signer signs who only says until when."""
        condition = f'{{"DateLessThan":{{"AWS:EpochTime":{expires}}}}}'
        return f'{{"Statement":[{{"Resource":"{url}","Condition":{condition}}}]}}'.encode()

    def allows(self, client: str, now: float) -> bool:
        """Whether it is the time, and `client` the address."""
        if not self.after <= now < self.before:
            return False
        return self.network is None or ip_address(client) in self.network

    def opens(self, url: str) -> bool:
        return wildcard(self.resource).fullmatch(url) is not None


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _seconds(date: Any) -> int:
    seconds = date["AWS:EpochTime"]
    if type(seconds) is not int:
        raise TypeError(seconds)
    return seconds
