"""A ready video, as the contract tells of it and as the edge serves it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import httpx
from PIL import Image

from tests.unit.demo.edge import SIZE
from tests.unit.demo.stand_in import EDGE, ready_asset

BASE = "/renditions/default/demo/media1/0123456789ab"
SECONDS = 12
TILE = (160, 80)
RUNGS = {"480p": (960, 480), "1080p": (1920, 960)}

Answers = dict[str, Callable[[httpx.Request], httpx.Response]]


def video_asset(**changes: Any) -> dict[str, Any]:
    """What GET /assets/{id} says of it."""
    base = f"{EDGE}{BASE}"
    picture = ready_asset()
    stills = {k: v for k, v in picture["processed"].items() if k not in {"preview", "optimized"}}
    made = {
        "hls": "stream/video.m3u8",
        "dash": "stream/video.mpd",
        "preview": "preview.mp4",
        "master": "master.mp4",
        "poster": "poster.jpg",
        "thumbnails": "thumbnails.vtt",
    }
    return {
        **picture,
        "type": "video",
        "duration": float(SECONDS),
        "container": "mp4",
        "bitRate": 3_300_000,
        "recordedAt": "2024-05-18T09:30:00.000Z",
        "video": {"codec": "h264", "profile": "High", "frameRate": 25, "rotation": 0, "hdr": None},
        "audio": {"codec": "aac", "channels": 2, "channelLayout": "stereo"},
        "processed": {**stills, **{name: f"{base}/{path}" for name, path in made.items()}},
        **changes,
    }


def answers() -> Answers:
    """By path, all that is made of it but the pictures that the stand-in makes of anything."""
    stream = f"{BASE}/stream"
    files = {
        f"{stream}/video.m3u8": master_playlist().encode(),
        f"{stream}/video.mpd": b'<?xml version="1.0"?><MPD></MPD>',
        f"{BASE}/thumbnails.vtt": track().encode(),
        f"{BASE}/sprites/sprite_0001.jpg": jpeg((TILE[0] * 3, TILE[1] * 2)),
        f"{BASE}/poster.jpg": jpeg(SIZE),
    }
    for name in [*RUNGS, "audio"]:
        files[f"{stream}/video_{name}.m3u8"] = media_playlist(name).encode()
        for part in ("init.cmfv", "_000000001.cmfv", "_000000002.cmfv", "_000000003.cmfv"):
            files[f"{stream}/video_{name}{part}"] = b"media"
    served: Answers = {path: whole(content) for path, content in files.items()}
    for name in ("preview", "master"):
        served[f"{BASE}/{name}.mp4"] = partial(mp4(b"moov", b"mdat"))
    return served


def master_playlist() -> str:
    sound = '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="a",NAME="a",URI="video_audio.m3u8"'
    lines = ["#EXTM3U", sound]
    for name, (width, height) in RUNGS.items():
        codecs = 'CODECS="avc1.640028,mp4a.40.2"'
        bandwidth = width * 2000
        info = f"BANDWIDTH={bandwidth},RESOLUTION={width}x{height},{codecs}"
        lines += [f'#EXT-X-STREAM-INF:{info},AUDIO="a"', f"video_{name}.m3u8"]
    return "\n".join(lines)


def media_playlist(name: str) -> str:
    segments = [f"#EXTINF:4,\nvideo_{name}_00000000{n}.cmfv" for n in (1, 2, 3)]
    head = f'#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI="video_{name}init.cmfv"'
    return "\n".join([head, *segments, "#EXT-X-ENDLIST"])


def track(seconds: int = SECONDS, tiles: int = 6) -> str:
    """Tiles three in a row, the cues without gaps."""
    step = seconds / tiles
    cues = [
        f"\n{_time(n * step)} --> {_time((n + 1) * step)}\n"
        f"sprites/sprite_0001.jpg#xywh={n % 3 * TILE[0]},{n // 3 * TILE[1]},{TILE[0]},{TILE[1]}\n"
        for n in range(tiles)
    ]
    return "WEBVTT\n" + "".join(cues)


def jpeg(size: tuple[int, int], *, flat: bool = False) -> bytes:
    shade = Image.linear_gradient("L").resize(size)
    out = BytesIO()
    (shade.point([0] * 256) if flat else shade).save(out, "JPEG")
    return out.getvalue()


def mp4(*kinds: bytes, inside: bytes = b"") -> bytes:
    """Boxes that hold `inside`, after an `ftyp`."""
    body = inside or bytes(8)
    boxes = [(len(body) + 8).to_bytes(4, "big") + kind + body for kind in (b"ftyp", *kinds)]
    return b"".join(boxes)


def partial(content: bytes) -> Callable[[httpx.Request], httpx.Response]:
    """An edge that answers a range with 206."""

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["range"].startswith("bytes=0-")
        told = {"content-range": f"bytes 0-{len(content) - 1}/{len(content)}"}
        return httpx.Response(206, content=content, headers=told)

    return answer


def whole(content: bytes) -> Callable[[httpx.Request], httpx.Response]:
    kept = {"x-cache": "Hit from cloudfront"}
    return lambda _: httpx.Response(200, content=content, headers=kept)


def _time(seconds: float) -> str:
    return f"00:{int(seconds) // 60:02}:{seconds % 60:06.3f}"
