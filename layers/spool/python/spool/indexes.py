"""The catalogue's indexes. Lists of assets and of jobs have one for every set of filters, so that a
page reads what it gives and nothing else; duplicates have one by content, and one for each band of
the perceptual hash (spool.similarity).

An item is in those indexes whose partition key it has; in each its list is in the order of
`listedKey`, the time and the id.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, combinations
from typing import Final

from spool import similarity

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
CONTENT = Index(
    name="byHash",
    partition_key="hashKey",
    sort_key=LISTED,
    projected=("projectId", "private", "status"),
)
"""Of assets by what their bytes are."""
BANDS = tuple(
    Index(
        name=f"byBand{number}",
        partition_key=f"band{number}Key",
        sort_key=LISTED,
        projected=("perceptualHash",),
    )
    for number in range(similarity.BANDS)
)
"""Of assets by what their pictures look like."""
INDEXES = (*LISTS, EXPIRY, CONTENT, *BANDS)


def fingerprint(org_id: str, value: str) -> str:
    """The partition of `CONTENT` by a SHA-256, or of one of `BANDS` by the band's value."""
    return f"{org_id}#{value}"


def fingerprints(org_id: str, sha256: str | None, perceptual_hash: str | None) -> Mapping[str, str]:
    """The partition keys of an asset that has these; by its bands none of a flat picture."""
    content = {} if sha256 is None else {CONTENT.partition_key: fingerprint(org_id, sha256)}
    values = () if perceptual_hash is None else similarity.bands(perceptual_hash)
    bands = zip(BANDS, values, strict=False)
    return {
        **content,
        **{index.partition_key: fingerprint(org_id, value) for index, value in bands},
    }


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
