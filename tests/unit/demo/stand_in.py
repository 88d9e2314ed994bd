"""A Spool in memory that speaks the HTTP contract, behind httpx's mock transport."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import quote, unquote

import httpx
from PIL import Image

EDGE = "http://edge.test"
API = f"{EDGE}/api"
STORAGE = "http://storage.test"
PART = 1000  # bytes
SIZE = (400, 200)
RENDITIONS = {
    "lqip.webp": (32, 16),
    "thumb_small.webp": (150, 75),
    "thumb_medium.webp": (300, 150),
    "thumb_large.webp": SIZE,
    "thumbnail.webp": (200, 200),
    "preview.webp": SIZE,
    "optimized.webp": SIZE,
}
KEY = "originals/default/demo/media1-näme + (1).jpg"
IMG_PATH = f"/img/{KEY}"


@dataclass
class StandIn:
    """Assets become what `ending` says after each status in turn was asked for."""

    ending: dict[str, Any] = field(default_factory=lambda: {"status": "ready"})
    stored: dict[str, bytes] = field(default_factory=dict)
    presigned: dict[str, Any] = field(default_factory=dict)
    completed: dict[str, Any] = field(default_factory=dict)
    aborted: list[str] = field(default_factory=list)
    statuses: Iterator[str] = field(default_factory=lambda: iter(("queued", "processing")))
    percents: Iterator[int] = field(default_factory=lambda: iter(()))
    answers: dict[str, Callable[[httpx.Request], httpx.Response]] = field(default_factory=dict)

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Whatever `answers` holds for the path goes first."""
        path = unquote(request.url.path)
        if path in self.answers:
            return self.answers[path](request)
        if path.startswith("/api/"):
            return self._api(request, path)
        return self._put(request) if request.method == "PUT" else self._picture(request)

    def _api(self, request: httpx.Request, path: str) -> httpx.Response:
        if path == "/api/uploads/presign":
            return self._presign(request)
        if path == "/api/uploads/upload1/complete":
            self.completed = json.loads(request.content)
            return httpx.Response(200, json={})
        if request.method == "DELETE":
            self.aborted.append(request.url.params["key"])
            return httpx.Response(204)
        return httpx.Response(200, json=self._asset())

    def _presign(self, request: httpx.Request) -> httpx.Response:
        wish = self.presigned = json.loads(request.content)
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
        etag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        return httpx.Response(200, headers={"etag": f'"{etag}"'})

    def _asset(self) -> dict[str, Any]:
        status = next(self.statuses, None)
        if status is None:
            return {"id": "media1", **self.ending}
        percent = next(self.percents, None)
        progress = {} if percent is None else {"progress": {"percent": percent}}
        return {"id": "media1", "status": status, **progress}

    def _picture(self, request: httpx.Request) -> httpx.Response:
        """A rendition by its name, the manifest, or the variant that the query asks for."""
        name = request.url.path.rpartition("/")[2]
        if name == "manifest.json":
            return httpx.Response(200, json={"id": "media1"})
        width = int(request.url.params.get("w", SIZE[0]))
        size = RENDITIONS.get(name, (width, width // 2) if width < SIZE[0] else SIZE)
        out = BytesIO()
        Image.new("RGB", size, "teal").save(out, request.url.params.get("f", "webp").upper())
        return httpx.Response(200, content=out.getvalue())


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
