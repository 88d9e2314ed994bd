"""S3 in and out, with the rights of a job's role."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from botocore.exceptions import BotoCoreError, ClientError

from local.mediaconvert.encode.errors import Cancelled
from local.mediaconvert.errors import DENIED, NOT_FOUND, UNKNOWN, JobFailed
from local.mediaconvert.outputs import Upload

CHUNK_BYTES = 1 << 20
UPLOADS_AT_ONCE = 4

CONTENT_TYPES = {
    ".m3u8": "application/vnd.apple.mpegurl",
    ".mpd": "application/dash+xml",
    ".cmfv": "video/mp4",
    ".cmfa": "audio/mp4",
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
}
PLAYLISTS = {".m3u8", ".mpd"}

_CODES = {
    "403": DENIED,
    "AccessDenied": DENIED,
    "404": NOT_FOUND,
    "NoSuchBucket": NOT_FOUND,
    "NoSuchKey": NOT_FOUND,
}
_WORDS = {DENIED: "Access Denied", NOT_FOUND: "HeadObject failed"}


class Storage:
    """`s3` is a client with the credentials of one job's role; all raise JobFailed."""

    def __init__(self, s3: Any, cancelled: threading.Event) -> None:
        self._s3, self._cancelled = s3, cancelled

    def fetch(self, uri: str, target: Path) -> None:
        """Raises also Cancelled."""
        bucket, key = split(uri)
        with _input_errors(uri), target.open("wb") as file:
            body = self._s3.get_object(Bucket=bucket, Key=key)["Body"]
            for chunk in body.iter_chunks(CHUNK_BYTES):
                self._go_on()
                file.write(chunk)

    def store(self, files: Sequence[Upload], *, on_progress: Callable[[int], None]) -> None:
        """Each to its URI; playlists once all they name is there. Raises also Cancelled."""
        segments = [file for file in files if file[0].suffix not in PLAYLISTS]
        playlists = [file for file in files if file[0].suffix in PLAYLISTS]
        done = 0
        with ThreadPoolExecutor(UPLOADS_AT_ONCE) as pool:
            for batch in (segments, playlists):
                for _ in pool.map(self._put, batch):
                    done += 1
                    on_progress(100 * done // len(files))

    def _put(self, file: Upload) -> None:
        path, uri = file
        self._go_on()
        bucket, key = split(uri)
        with _output_errors(uri), path.open("rb") as body:
            self._s3.put_object(
                Bucket=bucket, Key=key, Body=body, ContentType=content_type(path.suffix)
            )

    def _go_on(self) -> None:
        if self._cancelled.is_set():
            raise Cancelled


def content_type(suffix: str) -> str:
    return CONTENT_TYPES.get(suffix, "binary/octet-stream")


def split(uri: str) -> tuple[str, str]:
    """Bucket and key of an `s3://` URI."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return bucket, key


@contextmanager
def _input_errors(uri: str) -> Iterator[None]:
    why = "Unable to open input file [{}]: [Failed probe/open: [Failed to read data: {}]]"
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        _fail(why, uri, error)


@contextmanager
def _output_errors(uri: str) -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        _fail("Unable to write to output file [{}]: [Failed to write data: {}]", uri, error)


def _fail(why: str, uri: str, error: BotoCoreError | ClientError) -> NoReturn:
    code = UNKNOWN
    if isinstance(error, ClientError):
        code = _CODES.get(error.response["Error"]["Code"], UNKNOWN)
    raise JobFailed(code, why.format(uri, _WORDS.get(code, error))) from error
