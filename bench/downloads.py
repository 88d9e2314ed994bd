"""A download of any size that takes no room: the same noise again and again."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from spool.keys import DownloadRef
from spool.model import Asset, Status, utc_now
from spool.services.download_records import Download, Entry
from spool.services.storage_ports import Stored
from spool.services.zipping import Zipper

REF = DownloadRef("org", f"download_{'0' * 32}")
NOISE = 10 << 20  # bytes, which the files are made of
HOURS = 3600.0


def download(sizes: Iterable[int]) -> Download:
    """Of originals of these sizes."""
    return Download(
        [
            Entry(name=f"{n}.mov", media_id=f"m{n}", key=f"m{n}", version_id="v", bytes=size)
            for n, size in enumerate(sizes)
        ]
    )


class Catalogue:
    def get(self, org_id: str, media_id: str) -> Asset:
        return Asset(
            id=media_id,
            org_id=org_id,
            project_id="proj",
            filename="",
            original_key="",
            status=Status.READY,
            uploaded_at="",
        )


@dataclass
class Bucket:
    """Implements `Objects` as `zip_download` uses it, originals and renditions in one. A
    request takes `latency` seconds, and a second for every `rate` bytes. Parts are counted, and
    gone."""

    noise: bytes
    wanted: Download
    latency: float = 0
    rate: float = float("inf")
    documents: dict[str, bytes] = field(default_factory=dict)
    stored: int = 0

    def __post_init__(self) -> None:
        self.wanted.store(self, REF)  # type: ignore[arg-type]  # which has no use for the rest

    def get(self, key: str, _version_id: str | None = None) -> Stored:
        body = self.documents[key]
        return Stored(len(body), "", "", io.BytesIO(body))

    def sizes(self, prefix: str) -> Mapping[str, int]:
        return {key: len(body) for key, body in self.documents.items() if key.startswith(prefix)}

    def put(self, key: str, body: bytes, _content_type: str) -> None:
        self.documents[key] = body

    def put_new(
        self, key: str, body: bytes, _content_type: str, *, max_age: int | None = None
    ) -> bool:
        del max_age
        self.documents[key] = body
        return True

    def read_range(self, _key: str, _version_id: str | None, start: int, length: int) -> bytes:
        self._wait(length)
        first = start % (len(self.noise) - length)
        return self.noise[first : first + length]

    def put_parts(self, _key: str, parts: Iterable[tuple[int, bytes]], _content_type: str) -> int:
        size = 0
        for _, body in parts:
            self._wait(len(body))
            size += len(body)
        self.stored += size
        return size

    def _wait(self, size: int) -> None:
        seconds = self.latency + size / self.rate
        if seconds:
            time.sleep(seconds)


def make(bucket: Bucket, seconds_left: Callable[[], float] = lambda: HOURS) -> None:
    """Raises ValueError when the zip is smaller than what should be in it."""
    zipper = Zipper(
        catalogue=Catalogue(),  # type: ignore[arg-type]
        originals=bucket,  # type: ignore[arg-type]
        renditions=bucket,  # type: ignore[arg-type]
        clock=utc_now,
    )
    zipper.make(REF, seconds_left)
    if bucket.stored < bucket.wanted.bytes:
        raise ValueError("not everything is in the zip")
