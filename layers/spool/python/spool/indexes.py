"""The catalogue's indexes. Lists of assets and of jobs have one for every set of filters, so that a
page reads what it gives and nothing else.

An item is in those indexes whose partition key it has; in each its list is in the order of
`listedKey`, the time and the id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Final

_FILTERS = ("project", "status", "type")

LISTED = "listedKey"


@dataclass(frozen=True, kw_only=True)
class Index:
    """The attributes that are its keys; `projected` names what it holds beside keys, None for
    all."""

    name: str
    partition_key: str
    sort_key: str | None
    projected: tuple[str, ...] | None = None


def _sets() -> Iterator[tuple[str, ...]]:
    sizes = range(len(_FILTERS) + 1)
    return chain.from_iterable(combinations(_FILTERS, size) for size in sizes)


def _words(filters: tuple[str, ...]) -> str:
    return "".join(name.capitalize() for name in filters) or "Org"


def _list_index(filters: tuple[str, ...]) -> Index:
    words = _words(filters)
    key = f"{words[0].lower()}{words[1:]}Key"
    return Index(name=f"by{words}", partition_key=key, sort_key=LISTED)


_LISTS: Final = {filters: _list_index(filters) for filters in _sets()}

LISTS = tuple(_LISTS.values())
EXPIRY = Index(name="byExpiry", partition_key="expiring", sort_key="expiryKey")
"""Of assets that have uploads on their way; the sweep reads it."""
INDEXES = (*LISTS, EXPIRY)


@dataclass(frozen=True, kw_only=True)
class Filters:
    """What a list is narrowed to: `kind` says of what it is, and None what is not asked for."""

    kind: str
    org_id: str
    project: str | None = None
    status: str | None = None
    type: str | None = None

    def partition(self) -> tuple[Index, str]:
        """The index that serves exactly these, and the value of its partition key."""
        asked = tuple(name for name in _FILTERS if getattr(self, name) is not None)
        return _LISTS[asked], self._value(asked)

    def memberships(self) -> Mapping[str, str]:
        """The partition keys of an item that has these: of what it has None, it is in no list."""
        has = {name for name in _FILTERS if getattr(self, name) is not None}
        return {
            index.partition_key: self._value(filters)
            for filters, index in _LISTS.items()
            if has.issuperset(filters)
        }

    def _value(self, filters: tuple[str, ...]) -> str:
        return "#".join([self.org_id, self.kind, *(getattr(self, name) for name in filters)])
