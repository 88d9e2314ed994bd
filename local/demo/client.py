"""A client of Spool's HTTP contract: presign, upload, complete, ask; as a frontend has it."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

from local.tokens import Session

CHUNK = 256 * 1024
# Not in every system's table, and Python's own lacks some of them before 3.13.
TYPES = {
    ".3gp": "video/3gpp",  # audio, says Python
    ".avif": "image/avif",
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".m2ts": "video/mp2t",
    ".m4v": "video/x-m4v",
    ".mkv": "video/x-matroska",
    ".mts": "video/mp2t",
    ".svg": "image/svg+xml",
    ".ts": "video/mp2t",  # elsewhere a translator's file
    ".webp": "image/webp",
}

Sent = Callable[[int], None]
"""Called with the number of bytes that went out."""


class Refused(Exception):
    """A server's no; `code` is the problem's stable one, or the HTTP status."""

    def __init__(self, code: str, sentence: str) -> None:
        self.code, self.sentence = code, sentence
        super().__init__(f"{code}: {sentence}")


@dataclass(frozen=True)
class Slot:
    """What presign answers: where one file goes, in one piece or in parts of `part_size` bytes."""

    media_id: str
    key: str
    upload_id: str | None
    part_size: int | None
    urls: Sequence[str]
    headers: Mapping[str, str]

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            media_id=data["mediaId"],
            key=data["key"],
            upload_id=data["uploadId"],
            part_size=data["partSize"],
            urls=data["presignedUrls"],
            headers=data.get("headers") or {},
        )


class Client:
    """`http` is any httpx client; `api` the base address, `http://localhost:8080/api`, where alone
    the token of `session` is sent: a signed URL needs none."""

    def __init__(self, http: httpx.Client, api: str, session: Session) -> None:
        self.http, self.api, self.session = http, api, session

    def presign(self, path: Path, project_id: str, *, private: bool = False) -> Slot:
        """Announce the file: from now on it is an asset. Raises Refused or httpx.HTTPError."""
        wish = {
            "filename": path.name,
            "contentType": content_type(path),
            "projectId": project_id,
            "size": path.stat().st_size,
            **({"private": True} if private else {}),
        }
        return Slot.from_json(self._json("POST", "/uploads/presign", json=wish))

    def upload(self, slot: Slot, path: Path, sent: Sent) -> None:
        """Raises Refused or httpx.HTTPError."""
        if slot.upload_id is None:
            self._put(slot.urls[0], path, 0, path.stat().st_size, slot.headers, sent)
        else:
            self._put_parts(slot, path, sent)

    def live_ticket(self) -> Mapping[str, str]:
        """To listen with, once and within a minute: `{url}?ticket={ticket}`."""
        return self._json("POST", "/live/tickets")

    def asset(self, media_id: str) -> Mapping[str, Any]:
        return self._json("GET", f"/assets/{media_id}")

    def delete(self, media_id: str) -> None:
        self._json("DELETE", f"/assets/{media_id}")

    def access(self, media_id: str, seconds: int) -> Mapping[str, Any]:
        """`urls` of a private asset that are signed until `expiresAt`."""
        granted = self._json("POST", f"/assets/{media_id}/access", json={"seconds": seconds})
        self.http.cookies.clear()  # they come with it, and would open the asset without its URLs
        return granted

    def download(self, media_ids: Sequence[str]) -> Mapping[str, Any]:
        """Ask for a zip of the originals: its `id` and `status`."""
        return self._json("POST", "/downloads", json={"ids": list(media_ids)})

    def downloaded(self, download_id: str) -> Mapping[str, Any]:
        """How far it is; when it is `ready`, its `url`."""
        return self._json("GET", f"/downloads/{download_id}")

    def manifest(self, asset: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """The public manifest of a ready asset, if it answers."""
        try:
            return dict(self.http.get(asset["processed"]["manifest"]).raise_for_status().json())
        except (KeyError, ValueError, httpx.HTTPError):
            return None

    def _put_parts(self, slot: Slot, path: Path, sent: Sent) -> None:
        """All parts in turn, then complete; gives the upload up when either fails."""
        upload = f"/uploads/{slot.upload_id}"
        try:
            parts = list(self._sent_parts(slot, path, sent))
            self._json("POST", f"{upload}/complete", json={"key": slot.key, "parts": parts})
        except (Refused, httpx.HTTPError):
            self._ask("DELETE", upload, params={"key": slot.key})
            raise

    def _sent_parts(self, slot: Slot, path: Path, sent: Sent) -> Iterator[Mapping[str, Any]]:
        size, step = path.stat().st_size, slot.part_size or path.stat().st_size
        for number, url in enumerate(slot.urls, 1):
            start = (number - 1) * step
            etag = self._put(url, path, start, min(step, size - start), slot.headers, sent)
            yield {"partNumber": number, "etag": etag}

    def _put(
        self, url: str, path: Path, start: int, size: int, headers: Mapping[str, str], sent: Sent
    ) -> str:
        """`size` bytes from `start`; the ETag. S3 takes no chunked body: the length is stated."""
        answer = self.http.put(
            url,
            content=_slice(path, start, size, sent),
            headers={**headers, "content-length": str(size)},
        )
        if answer.is_error:
            raise Refused(str(answer.status_code), f"the storage refused {path.name}")
        return answer.headers["etag"]

    def _json(self, method: str, path: str, **request: Any) -> Mapping[str, Any]:
        answer = self._ask(method, path, **request)
        if answer.is_error:
            raise _refusal(answer)
        return dict(answer.json())

    def _ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        headers = self.session.headers
        return self.http.request(method, self.api + path, headers=headers, **request)


def content_type(path: Path) -> str:
    """By the name, as a browser does: what the bytes are is for the server to say."""
    known = TYPES.get(path.suffix.lower())
    return known or mimetypes.guess_type(path.name)[0] or "application/octet-stream"


def _slice(path: Path, start: int, size: int, sent: Sent) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while size and (chunk := file.read(min(CHUNK, size))):
            yield chunk
            size -= len(chunk)
            sent(len(chunk))


def _refusal(answer: httpx.Response) -> Refused:
    """From an RFC 9457 problem, or from whatever a proxy in between had to say."""
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        problem = answer.json()
        return Refused(problem["code"], problem["detail"])
    return Refused(str(answer.status_code), f"{answer.request.url.path}: {answer.reason_phrase}")
