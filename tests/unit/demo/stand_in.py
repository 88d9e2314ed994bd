"""A Spool in memory that speaks the HTTP contract, behind httpx's mock transport."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import quote, unquote

import httpx

from local.demo import extras
from tests.unit.demo.edge import DOOMED, PRIVATE, RENDITIONS, SIGNATURE, SIZE, Edge
from tests.unit.demo.wire import Wire

EDGE = "http://edge.test"
API = f"{EDGE}/api"
STORAGE = "http://storage.test"
SIGN_IN = "http://identity.test/"
TOKEN = "a.signed.token"
AUTH: dict[str, Any] = {
    "username": "somebody@example.com",
    "organisation": "default",
    "token": {"method": "POST", "url": SIGN_IN, "headers": {}, "body": "{}", "field": "a.token"},
}
PART = 1000  # bytes
EXTRAS = {"for some only.jpg": PRIVATE, "soon gone.jpg": DOOMED}
LAG = 4  # answers of the edge after a deletion
ZIPPED = {
    "status": "ready",
    "url": f"{STORAGE}/download1.zip",
    "expiresAt": "2099-01-15T10:15:00.000Z",
}
TOLD = ("error", "processedAt", "width", "height")  # the message is shorter than the record
KEY = "originals/default/demo/media1-näme + (1).jpg"
IMG_PATH = f"/img/{KEY}"


@dataclass
class StandIn:
    """What was uploaded becomes what `ending` says, or ready, after each status in turn was told on
    `wire`, with `percents` once it is processed; EXTRAS are ready at once, or what `extra_endings`
    says. `zipped` are the states of downloads in turn, the last for ever."""

    ending: dict[str, Any] | None = None
    extra_endings: dict[str, dict[str, Any]] = field(default_factory=dict)
    wire: Wire = field(default_factory=Wire)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    presigned: dict[str, Any] = field(default_factory=dict)
    completed: dict[str, Any] = field(default_factory=dict)
    aborted: list[str] = field(default_factory=list)
    statuses: Sequence[str] = ("queued", "processing")
    percents: Sequence[int] = ()
    edge: Edge = field(default_factory=Edge)
    zipped: list[dict[str, Any]] = field(default_factory=lambda: [{"status": "working"}, ZIPPED])
    asked_for: list[str] = field(default_factory=list)
    answers: dict[str, Callable[[httpx.Request], httpx.Response]] = field(default_factory=dict)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Whatever `answers` holds for the path goes first."""
        path = unquote(request.url.path)
        if path in self.answers:
            return self.answers[path](request)
        if request.url == SIGN_IN:
            return httpx.Response(200, json={"a": {"token": TOKEN}})
        known = request.headers.get("authorization") == f"Bearer {TOKEN}"
        if path.startswith("/api/"):
            return self._api(request, path) if known else httpx.Response(401)
        if "authorization" in request.headers:
            raise AssertionError(f"{path} is told the token")
        if request.method == "PUT":
            return self._put(request)
        return self._zip() if request.url == ZIPPED["url"] else self.edge.handle(request)

    def _api(self, request: httpx.Request, path: str) -> httpx.Response:
        if path == "/api/uploads/presign":
            return self._presign(request)
        if path == "/api/uploads/upload1/complete":
            self.completed = json.loads(request.content)
            self._process()
            return httpx.Response(200, json={})
        if path == "/api/live/tickets":
            return httpx.Response(201, json=self.wire.ticket())
        if path.startswith("/api/downloads"):
            return self._download(request)
        if path.startswith("/api/assets"):
            return self._of_asset(
                request, path.removeprefix("/api/assets").strip("/").split("/")[0]
            )
        self.aborted.append(request.url.params["key"])
        return httpx.Response(204)

    def _of_asset(self, request: httpx.Request, path: str) -> httpx.Response:
        media_id = path.removeprefix("/api/assets").strip("/").partition("/")[0]
        if request.method == "POST":
            return httpx.Response(200, json=ACCESS, headers={"set-cookie": SIGNATURE})
        if request.method == "DELETE":
            self.edge.deleted[media_id] = LAG
            return httpx.Response(202, json={"status": "deleted"})
        return httpx.Response(200, json=self.records[media_id] if media_id else {"items": []})

    def _presign(self, request: httpx.Request) -> httpx.Response:
        wish = json.loads(request.content)
        media_id = EXTRAS.get(wish["filename"], "media1")
        self._become(media_id, {"id": media_id, "status": "uploading"})
        if media_id != "media1":
            return httpx.Response(200, json=_ticket(media_id, wish))
        self.presigned = wish
        parts = -(-wish["size"] // PART) if wish["size"] > PART else 0
        answer = {
            "mediaId": "media1",
            "key": f"originals/default/demo/media1-{wish['filename']}",
            "uploadId": "upload1" if parts else None,
            "partSize": PART if parts else None,
            "presignedUrls": [f"{STORAGE}/{n + 1}" for n in range(parts or 1)],
            "headers": {} if parts else {"content-type": wish["contentType"]},
        }
        return httpx.Response(200, json=answer)

    def _put(self, request: httpx.Request) -> httpx.Response:
        if "transfer-encoding" in request.headers:
            return httpx.Response(501)  # as S3 answers a chunked body
        body = request.read()
        self.stored[request.url.path] = body
        name = request.url.path.strip("/")
        if name in EXTRAS.values():
            self._become(name, self.extra_endings.get(name, extra_asset(name)))
        elif self.presigned["size"] <= PART:
            self._process()
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        return httpx.Response(200, headers={"etag": f'"{etag}"'})

    def _process(self) -> None:
        for status in self.statuses:
            self._become("media1", {"status": status})
        for percent in self.percents:
            self.wire.progress("media1", percent)
        self._become("media1", self.ending or ready_asset())

    def _become(self, media_id: str, record: Mapping[str, Any]) -> None:
        """The record and the message of that."""
        rev = self.records.get(media_id, {}).get("rev", 0) + 1
        run = {"versionId": "version1", "attempt": 1}
        self.records[media_id] = {**record, **run, "id": media_id, "rev": rev}
        told = {name: value for name, value in record.items() if name in TOLD}
        self.wire.status(media_id, record["status"], rev, **told)

    def _download(self, request: httpx.Request) -> httpx.Response:
        if request.method == "POST":
            self.asked_for = json.loads(request.content)["ids"]
            return httpx.Response(202, json={"id": "download1", "status": "queued"})
        state = self.zipped.pop(0) if len(self.zipped) > 1 else self.zipped[0]
        return httpx.Response(200, json={"id": "download1", **state})

    def _zip(self) -> httpx.Response:
        """Of what was uploaded last, for all who ask."""
        out = BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            archive.writestr("a photo.jpg", self.stored["/1"])
        return httpx.Response(200, content=out.getvalue())


def _ticket(media_id: str, wish: Mapping[str, Any]) -> dict[str, Any]:
    """For a single PUT. What is private has to be asked for as such."""
    if wish.get("private", False) is not (media_id == PRIVATE):
        raise AssertionError(f"{media_id} is asked for as {wish}")
    return {
        "mediaId": media_id,
        "key": f"originals/default/demo/{media_id}-{wish['filename']}",
        "uploadId": None,
        "partSize": None,
        "presignedUrls": [f"{STORAGE}/{media_id}"],
    }


def problem(status: int, code: str, detail: str) -> httpx.Response:
    return httpx.Response(
        status,
        json={"code": code, "detail": detail, "status": status},
        headers={"content-type": "application/problem+json"},
    )


def ready_asset(**changes: Any) -> dict[str, Any]:
    """What GET /assets/{id} says of a ready photograph of SIZE."""
    base = f"{EDGE}/renditions/default/demo/media1/0123456789ab"
    return {
        "id": "media1",
        "status": "ready",
        "originalKey": KEY,
        "tag": "0123456789ab",
        "width": SIZE[0],
        "height": SIZE[1],
        "blurhash": "LGF5]+Yk^6#M@-5c,1J5@[or[Q6.",
        "perceptualHash": "a0e597daacb85a25",
        "sha256": "00",
        "palette": ["#1b2a3c", "#d0e0f0"],
        "exif": {"Make": "Spool Optics"},
        "warnings": [],
        "error": None,
        "processedAt": "2099-01-15T10:00:30.000Z",
        "processed": {
            "onDemandResize": True,
            "img": f"{EDGE}{quote(IMG_PATH)}?v=0123456789ab",
            **{name.removesuffix(".webp"): f"{base}/{name}" for name in RENDITIONS},
            "manifest": f"{base}/manifest.json",
        },
        **changes,
    }


def extra_asset(media_id: str) -> dict[str, Any]:
    """What it says of the demo's extras, which are ready."""
    place = "/p" if media_id == PRIVATE else ""
    base = f"{EDGE}{place}/renditions/default/demo/{media_id}/{media_id}"
    return {
        "id": media_id,
        "status": "ready",
        "private": media_id == PRIVATE,
        "width": extras.SIZE[0],
        "height": extras.SIZE[1],
        "processedAt": "2099-01-15T10:00:30.000Z",
        "processed": {
            "img": f"{EDGE}{place}/img/originals/default/demo/{media_id}-a.jpg?v={media_id}",
            "preview": f"{base}/preview.webp",
        },
    }


ACCESS = {
    "expiresAt": "2099-01-15T11:00:00.000Z",
    "urls": {"img": f"{extra_asset(PRIVATE)['processed']['img']}&{SIGNATURE}"},
}
