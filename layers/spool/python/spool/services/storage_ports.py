"""What the use cases need of S3: objects, uploads, versions, signed URLs.

As of `ports`, each may raise Transient, and NotFound only where a method says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from spool.checksums import Checksum

MAX_PARTS = 10_000  # of a multipart upload, S3's limit


class Body(Protocol):
    """An object's bytes as they flow; BytesIO is one. To be closed where not read to the end."""

    def read(self, length: int | None = None, /) -> bytes:
        """The next `length` bytes, fewer only at the end, or all that are left."""

    def close(self) -> None: ...


@dataclass(frozen=True)
class Stored:
    """An object as S3 answered for it."""

    size: int
    content_type: str
    etag: str
    body: Body
    cache_control: str = ""

    def read(self) -> bytes:
        """All its bytes; once."""
        with closing(self.body):
            return self.body.read()


@dataclass(frozen=True, kw_only=True)
class Head:
    """What is known of an object without its bytes. `version_id` is the one asked for, else the
    newest; None in a bucket that keeps no versions."""

    size: int
    content_type: str
    etag: str
    version_id: str | None


class Objects(Protocol):
    """One S3 bucket."""

    def head(self, key: str, version_id: str | None = None) -> Head:
        """Raises NotFound."""

    def get(self, key: str, version_id: str | None = None) -> Stored:
        """Raises NotFound."""

    def read_range(self, key: str, version_id: str | None, start: int, length: int) -> bytes:
        """`length` bytes from `start`, fewer only at the object's end, which `start` lies before.
        Raises NotFound."""

    def sizes(self, prefix: str) -> Mapping[str, int]:
        """Every key that begins so, with its object's size in bytes, in the keys' order."""

    def put(self, key: str, body: bytes, content_type: str) -> None:
        """Store immutable bytes, or what belongs to a download, which nobody caches. Here and
        below, a key with a cache tag (`keys.cache_tag`) bears it as metadata `cache-tag`."""

    def put_parts(self, key: str, parts: Iterable[tuple[int, bytes]], content_type: str) -> int:
        """Store immutable bytes that come in parts, numbered from 1 and in any order, each but the
        highest of at least 5 MiB; their size. What `parts` raises goes through, and nothing is
        stored."""

    def put_new(
        self, key: str, body: bytes, content_type: str, *, max_age: int | None = None
    ) -> bool:
        """As `put`, unless `key` exists, or another is just storing it: then theirs stays. Whether
        it was stored. With `max_age` (seconds) it may be replaced later."""

    def replace(self, key: str, etag: str, body: bytes, content_type: str) -> bool:
        """As `put`, if what is there still has this ETag; whether it was stored."""

    def copy(self, source: str, target: str, version_id: str | None = None) -> None:
        """Store under `target` what is stored under `source`, its headers included, without its
        bytes coming here. Raises NotFound."""

    def delete(self, keys: Sequence[str]) -> None:
        """Remove these objects; those that are not there don't matter."""


@dataclass(frozen=True)
class Part:
    """A part of a multipart upload; `size` in bytes."""

    number: int
    etag: str
    size: int


class Uploads(Protocol):
    """S3 multipart uploads. All but `create` raise NotFound for an upload that isn't."""

    def create(self, key: str, content_type: str) -> str:
        """Its upload id."""

    def parts(self, key: str, upload_id: str, *, after: int, limit: int) -> Sequence[Part]:
        """Up to `limit` (at most 1,000) of the parts uploaded so far whose number is higher."""

    def complete(
        self,
        key: str,
        upload_id: str,
        parts: Sequence[tuple[int, str]],
        checksum: Checksum | None = None,
        *,
        new: bool,
    ) -> None:
        """Make the object of `parts` (number, ETag), if it has this checksum. Raises PartMismatch,
        and Conflict when it is to be `new` and the key exists."""

    def abort(self, key: str, upload_id: str) -> None: ...


class ObjectVersion(NamedTuple):
    key: str
    version_id: str


class OriginalVersions(Protocol):
    """The versions of originals in their bucket."""

    def restore(self, key: str, version_id: str) -> None:
        """Store these bytes as the key's newest version. Raises NotFound."""

    def remove(self, key: str, version_id: str) -> None:
        """Remove this version for good; one that is not there doesn't matter."""

    def all(self, prefix: str) -> Sequence[ObjectVersion]:
        """Every version, and delete marker, of the keys that begin so."""

    def remove_all(self, versions: Sequence[ObjectVersion]) -> None:
        """`remove`, of many."""


class Presigner(Protocol):
    """Makes URLs by which a client without credentials may use objects of a bucket."""

    @property
    def bucket(self) -> str: ...

    def put(self, key: str, headers: Mapping[str, str], seconds: int) -> str:
        """A URL good for one PUT of `key` that bears exactly `headers`."""

    def part(self, key: str, upload_id: str, number: int, seconds: int) -> str:
        """A URL good for a PUT of one part."""

    def get(self, key: str, filename: str, seconds: int) -> str:
        """A URL good for GETs of `key`, which is saved as `filename`: ASCII, without quotes."""
