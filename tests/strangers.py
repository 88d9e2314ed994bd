"""What one who belongs to another organisation may ask of things by their names: every route of the
OpenAPI document that takes a name, so that a walk over all of them forgets none."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).parents[1] / "lambdas" / "describe_api" / "openapi.json"


@dataclass(frozen=True, kw_only=True)
class Names:
    """Of things, or of what might be: all of another's are as long as the first's."""

    media_id: str
    version_id: str
    comment_id: str
    project_id: str
    filename: str
    upload_id: str
    download_id: str
    reprocessing_id: str
    webhook_id: str
    event_id: str
    cursor: str
    org_id: str

    @property
    def key(self) -> str:
        return f"originals/{self.org_id}/{self.project_id}/{self.media_id}-{self.filename}"

    @property
    def job_id(self) -> str:
        return f"{self.media_id}.1.1"

    def unknown(self) -> Names:
        """Names of nothing, in the same organisation and of the same shapes."""
        return Names(
            **{
                name: value if name == "org_id" else _other(value)
                for name, value in asdict(self).items()
            }
        )

    def without(self, text: str) -> str:
        """`text` without the names, and without what differs from one request to the next, so that
        texts about different things can be compared."""
        for name, value in sorted(asdict(self).items(), key=lambda pair: -len(pair[1])):
            if name != "org_id":
                text = text.replace(value, f"<{name}>")
        return _PASSING.sub("<passing>", text)


_PASSING = re.compile(
    r"\d{4}-\d\d-\d\dT[\d:.]+Z"  # times
    r"|(?<=X-Amz-Date=)\w+|(?<=X-Amz-Signature=)\w+"
    r"|(?<=urn:spool:request:)[^\"\\]+"
    r"|upload_[0-9a-f]{32}|reprocessing_[0-9a-f]{32}"
    r'|(?<="expiresAt": \{"N": ")\d+'
    r'|(?<="ClientRequestToken": ")[^"]+'
)


def _other(value: str) -> str:
    """Another value of the same shape: its last letters or digits turned."""
    head, tail = value[:-6], value[-6:]
    return head + re.sub(r"[0-9a-zA-Z]", lambda m: _TURNED[m[0]], tail)


_LETTERS = ["0123456789", "abcdef", "ghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
_TURNED = {row[i]: row[(i + 1) % len(row)] for row in _LETTERS for i in range(len(row))}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A request by its route."""

    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None


REQUESTS: Mapping[str, Callable[[Names], Asked]] = {
    "GET /assets": lambda n: Asked(query={"projectId": n.project_id, "limit": "1"}),
    "GET /assets/{id}": lambda n: Asked(path={"id": n.media_id}),
    "GET /assets/{id}/duplicates": lambda n: Asked(path={"id": n.media_id}),
    "PATCH /assets/{id}": lambda n: Asked(path={"id": n.media_id}, body={"private": True}),
    "DELETE /assets/{id}": lambda n: Asked(path={"id": n.media_id}),
    "POST /assets/{id}/access": lambda n: Asked(path={"id": n.media_id}, body={}),
    "GET /assets/{id}/stream/{file}": lambda n: Asked(
        path={"id": n.media_id, "file": "video.m3u8"}
    ),
    "GET /assets/{id}/versions": lambda n: Asked(path={"id": n.media_id}),
    "POST /assets/{id}/versions/{versionId}/restore": lambda n: Asked(
        path={"id": n.media_id, "versionId": n.version_id}
    ),
    "DELETE /assets/{id}/versions/{versionId}": lambda n: Asked(
        path={"id": n.media_id, "versionId": n.version_id}
    ),
    "GET /assets/{id}/comments": lambda n: Asked(path={"id": n.media_id}),
    "POST /assets/{id}/comments": lambda n: Asked(
        path={"id": n.media_id}, body={"text": "Seen?", "parentId": n.comment_id}
    ),
    "PATCH /assets/{id}/comments/{commentId}": lambda n: Asked(
        path={"id": n.media_id, "commentId": n.comment_id}, body={"text": "Seen."}
    ),
    "DELETE /assets/{id}/comments/{commentId}": lambda n: Asked(
        path={"id": n.media_id, "commentId": n.comment_id}
    ),
    "POST /downloads": lambda n: Asked(body={"ids": [n.media_id]}),
    "GET /downloads/{id}": lambda n: Asked(path={"id": n.download_id}),
    "POST /assets/{id}/reprocess": lambda n: Asked(path={"id": n.media_id}),
    "POST /webhooks": lambda n: Asked(
        body={"url": "https://a.example/", "description": n.media_id, "eventTypes": ["x"]}
    ),
    "GET /webhooks/{id}": lambda n: Asked(path={"id": n.webhook_id}),
    "PATCH /webhooks/{id}": lambda n: Asked(path={"id": n.webhook_id}, body={"status": "paused"}),
    "DELETE /webhooks/{id}": lambda n: Asked(path={"id": n.webhook_id}),
    "POST /webhooks/{id}/secret": lambda n: Asked(path={"id": n.webhook_id}),
    "GET /webhooks/{id}/deliveries": lambda n: Asked(path={"id": n.webhook_id}),
    "POST /webhooks/{id}/deliveries/{deliveryId}/replay": lambda n: Asked(
        path={"id": n.webhook_id, "deliveryId": n.event_id}
    ),
    "POST /reprocessings": lambda n: Asked(body={"projectId": n.project_id}),
    "GET /reprocessings/{id}": lambda n: Asked(path={"id": n.reprocessing_id}),
    "GET /jobs": lambda n: Asked(query={"projectId": n.project_id, "limit": "1"}),
    "POST /jobs/{id}": lambda n: Asked(path={"id": n.job_id}),
    "GET /jobs/{id}": lambda n: Asked(path={"id": n.job_id}),
    "DELETE /jobs/{id}": lambda n: Asked(path={"id": n.job_id}),
    "POST /uploads/presign": lambda n: Asked(
        body={
            "filename": n.filename,
            "contentType": "image/jpeg",
            "projectId": n.project_id,
            "mediaId": n.media_id,
            "size": 100,
        }
    ),
    "POST /uploads/{uploadId}/complete": lambda n: Asked(
        path={"uploadId": n.upload_id},
        body={"key": n.key, "parts": [{"partNumber": 1, "etag": "etag"}]},
    ),
    "GET /uploads/{uploadId}/parts": lambda n: Asked(
        path={"uploadId": n.upload_id}, query={"key": n.key}
    ),
    "POST /uploads/{uploadId}/urls": lambda n: Asked(
        path={"uploadId": n.upload_id}, body={"key": n.key, "partNumbers": [1]}
    ),
    "DELETE /uploads/{uploadId}": lambda n: Asked(
        path={"uploadId": n.upload_id}, query={"key": n.key}
    ),
}
"""How each route names things. A path's other parameter is a name of something too."""

WITH_CURSORS: Mapping[str, Callable[[Names], Asked]] = {
    "GET /assets": lambda n: Asked(
        query={"projectId": n.project_id, "limit": "1", "cursor": n.cursor}
    ),
    "GET /jobs": lambda n: Asked(
        query={"projectId": n.project_id, "limit": "1", "cursor": n.cursor}
    ),
    "GET /assets/{id}/versions": lambda n: Asked(
        path={"id": n.media_id}, query={"cursor": n.cursor}
    ),
    "GET /webhooks/{id}/deliveries": lambda n: Asked(
        path={"id": n.webhook_id}, query={"cursor": n.cursor}
    ),
    "GET /assets/{id}/comments": lambda n: Asked(
        path={"id": n.media_id}, query={"cursor": n.cursor}
    ),
    "GET /uploads/{uploadId}/parts": lambda n: Asked(
        path={"uploadId": n.upload_id}, query={"key": n.key, "cursor": n.cursor}
    ),
}

NAMELESS_PARAMETERS = frozenset({"distance", "from", "to", "limit", "status", "type"})


def naming_routes() -> set[str]:
    """The routes of the document that take a name of anything: in their path, query or body."""
    found = set()
    for path, item in json.loads(DOCUMENT.read_text())["paths"].items():
        for method, operation in item.items():
            named = {p["name"] for p in operation.get("parameters", ())} - NAMELESS_PARAMETERS
            if named or "requestBody" in operation:
                found.add(f"{method.upper()} {path}")
    return found
