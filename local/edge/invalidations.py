"""Invalidations: what they match, and how the edge learns of them.

Sources: "What you need to know when invalidating files" and "What you need to know when
invalidating tags" in the CloudFront Developer Guide.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

MOST_TAGS = 50  # of one object; CloudFront doesn't store more


def tags_in(header: str) -> frozenset[str]:
    """The cache tags that an origin lists, comma-separated; letters' case makes no difference."""
    listed = [tag.strip().lower() for tag in header.split(",") if tag.strip()]
    return frozenset(listed[:MOST_TAGS])


@dataclass(frozen=True)
class Invalidation:
    """`paths` are exact and `prefixes` were written with a `*` at their end; decoded."""

    tags: frozenset[str]
    paths: frozenset[str]
    prefixes: tuple[str, ...]

    @classmethod
    def of(cls, items: Iterable[str]) -> Invalidation:
        """`#tag`, `/path` or `/path*`, as in an invalidation batch. `*` elsewhere is itself."""
        listed = list(items)
        paths = [f"/{item.removeprefix('/')}" for item in listed if not item.startswith("#")]
        return cls(
            frozenset(item[1:].lower() for item in listed if item.startswith("#")),
            frozenset(unquote(path) for path in paths if not path.endswith("*")),
            tuple(unquote(path[:-1]) for path in paths if path.endswith("*")),
        )

    def matches(self, url: str, tags: frozenset[str]) -> bool:
        """`url` is a path with the query that is in the cache key, percent-encoded."""
        if not self.tags.isdisjoint(tags):
            return True
        plain = unquote(url)
        return plain in self.paths or plain.startswith(self.prefixes)


class InvalidationFeed:
    """The invalidations of a distribution, each once. Those made before are of no concern."""

    def __init__(self, cloudfront: Any, distribution_id: str) -> None:
        self._client, self._id = cloudfront, distribution_id
        self._seen = set(self._ids())

    def news(self) -> list[Invalidation]:
        """Those made since the last call."""
        new = [name for name in self._ids() if name not in self._seen]
        self._seen.update(new)
        return [self._read(name) for name in new]

    def _ids(self) -> list[str]:
        listed = self._client.list_invalidations(DistributionId=self._id)["InvalidationList"]
        return [item["Id"] for item in listed.get("Items", [])]

    def _read(self, name: str) -> Invalidation:
        answer = self._client.get_invalidation(DistributionId=self._id, Id=name)
        return Invalidation.of(
            answer["Invalidation"]["InvalidationBatch"]["Paths"].get("Items", [])
        )
