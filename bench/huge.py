"""A video of any size that takes no room: a real one with a hole in it."""

from __future__ import annotations

import struct
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import imageio_ffmpeg

from spool.services.storage_ports import Head, Stored


class Stretched:
    """`movie`, an MP4, with a box of zeros before its media, which makes it `size` bytes (less than
    4 GiB, as far as its offsets reach). The zeros are made up as they are asked for."""

    def __init__(self, movie: bytes, size: int) -> None:
        at = movie.index(b"mdat") - 4
        self.size, gap = size, size - len(movie)
        moved = _moved(movie, gap)
        self._front = moved[:at] + struct.pack(">I4sQ", 1, b"free", gap)
        self._back = moved[at:]

    def fetch(self, start: int, length: int) -> bytes:
        end = min(start + length, self.size)
        behind = self.size - len(self._back)
        front = self._front[start:end]
        back = self._back[max(start - behind, 0) : max(end - behind, 0)]
        return front + bytes(end - start - len(front) - len(back)) + back


def clip(path: Path) -> Path:
    """One second of what decodes in the most memory that is allowed."""
    source = ("-f", "lavfi", "-i", "testsrc2=size=4096x2304:rate=25:duration=1")
    codec = ("-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none")
    command = (imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-y", *source, *codec)
    subprocess.run([*command, "-pix_fmt", "yuv420p10le", path], check=True)
    return path


class NoCatalogue:
    """Takes the metadata, and forgets it."""

    def store_metadata(self, *_: object) -> None: ...


@dataclass
class Bucket:
    """Implements `Objects` as `probe_video` uses it; whatever is asked for is `video`."""

    video: Stretched

    def head(self, _key: str, version_id: str | None = None) -> Head:
        return Head(size=self.video.size, content_type="", etag="", version_id=version_id)

    def get(self, _key: str, _version_id: str | None = None) -> Stored:
        return Stored(self.video.size, "video/mp4", "", _Body(self.video))

    def read_range(self, _key: str, _version_id: str | None, start: int, length: int) -> bytes:
        return self.video.fetch(start, length)


@dataclass
class _Body:
    video: Stretched
    position: int = field(default=0, init=False)

    def read(self, length: int | None = None, /) -> bytes:
        start = self.position
        wanted = self.video.size - start if length is None else length
        data = self.video.fetch(start, wanted) if start < self.video.size else b""
        self.position += len(data)
        return data

    def close(self) -> None: ...


def _moved(movie: bytes, by: int) -> bytes:
    """`movie`, each chunk said to lie `by` bytes further on (ISO/IEC 14496-12, 8.7.5)."""
    out, at = bytearray(movie), 0
    while (at := out.find(b"stco", at) + 4) >= 4:
        [count] = struct.unpack_from(">I", out, at + 4)
        chunks = struct.unpack_from(f">{count}I", out, at + 8)
        struct.pack_into(f">{count}I", out, at + 8, *(chunk + by for chunk in chunks))
    return bytes(out)
