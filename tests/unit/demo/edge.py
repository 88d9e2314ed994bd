"""An edge in memory: it makes any picture of one colour, and says what it had kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from io import BytesIO

import httpx
from PIL import Image

from local.demo import extras

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
PRIVATE, DOOMED = "private1", "doomed1"  # as large as the demo's extras
SIGNATURE = "Signature=good"


@dataclass
class Edge:
    """`deleted` are ids of assets that are served as often as it says, and then are not there.
    `open` is whether strangers get what is private."""

    deleted: dict[str, int] = field(default_factory=dict)
    open: bool = False
    kept: Counter[str] = field(default_factory=Counter)

    def handle(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.startswith("/p/") and SIGNATURE not in str(request.url) and not self.open:
            return httpx.Response(403)
        for media_id in [one for one in self.deleted if one in path]:
            if self.deleted[media_id] == 0:
                return httpx.Response(404)
            self.deleted[media_id] -= 1
        kind, content = _file(request)
        before = self.kept[f"{request.url} {kind}"]
        self.kept[f"{request.url} {kind}"] += 1
        cache = {"x-cache": f"{'Hit' if before else 'Miss'} from cloudfront"}
        timing = {} if before else {"server-timing": "mip;dur=3.5, encode;dur=12.5, store;dur=1"}
        return httpx.Response(200, content=content, headers=cache | timing)


def _file(request: httpx.Request) -> tuple[str, bytes]:
    """A rendition by its name, the manifest, or the variant that query and Accept ask for."""
    name = request.url.path.rpartition("/")[2]
    if name == "manifest.json":
        return "json", b'{"id": "media1"}'
    format_ = "webp" if name in RENDITIONS else _format(request)
    out = BytesIO()
    Image.new("RGB", RENDITIONS.get(name) or _size(request), "teal").save(out, format_)
    return format_, out.getvalue()


def _format(request: httpx.Request) -> str:
    accept = request.headers["accept"]
    auto = next((f for f in ("avif", "webp") if f"image/{f}" in accept), "jpeg")
    return str(request.url.params.get("f", auto))


def _size(request: httpx.Request) -> tuple[int, int]:
    is_extra = any(media_id in request.url.path for media_id in (PRIVATE, DOOMED))
    width, height = extras.SIZE if is_extra else SIZE
    asked = int(request.url.params.get("w", width))
    if "h" in request.url.params:
        return (min(asked, width, height),) * 2  # every box is a square
    scale = min(1.0, asked / width)
    return round(width * scale), round(height * scale)
