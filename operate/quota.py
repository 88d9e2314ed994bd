"""What an organisation holds and may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from spool.quotas import Limits
from spool.services.ports import Ledger

_BINARY = {"": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
_UNITS = {**_BINARY, "kB": 10**3, "MB": 10**6, "GB": 10**9, "TB": 10**12}
_MOST = 1 << 60


class BadQuota(ValueError):
    """What was asked for can't be an organisation's limits; the message says why."""


def read_bytes(text: str) -> int:
    """`1000`, `100GiB` or `1.5TB`. Raises BadQuota."""
    found = re.fullmatch(r"(\d{1,18}(?:\.\d{1,6})?) ?([A-Za-z]*)", text)
    if found is None or found[2] not in _UNITS:
        raise BadQuota(f"{text!r} is no size: write 1000, 100GiB or 1.5TB.")
    size = int(Decimal(found[1]) * _UNITS[found[2]])
    if size > _MOST:
        raise BadQuota(f"{text!r} is more than the {_MOST:,} bytes that can be counted.")
    return size


def changed(current: Limits | None, size: int | None, assets: int | None) -> Limits:
    """Limits with what is named, and the rest as it is. Raises BadQuota."""
    if current is None and (size is None or assets is None):
        raise BadQuota("It has no limits of its own yet: name both bytes and assets.")
    if assets is not None and assets < 0:
        raise BadQuota("It can't have fewer than no assets.")
    before = current or Limits(bytes=0, assets=0)
    return Limits(
        bytes=before.bytes if size is None else size,
        assets=before.assets if assets is None else assets,
    )


def lines(org_id: str, ledger: Ledger) -> Iterator[str]:
    usage, limits = ledger.usage(org_id), ledger.limits(org_id)
    most_bytes = f"{limits.bytes:,}" if limits else "as the setting orgBytesLimit says"
    most_assets = f"{limits.assets:,}" if limits else "as the setting orgAssetsLimit says"
    yield f"{org_id} holds {usage.stored_bytes:,} bytes"
    yield f"  and reserves {usage.reserved_bytes:,} for uploads on their way"
    yield f"  of at most {most_bytes}"
    yield f"{org_id} has {usage.assets:,} assets of at most {most_assets}"
