"""Clips to measure with, made by code and kept in .cache: a camera's slow pan over a photo."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import imageio_ffmpeg

from bench import pictures

CACHE = Path(__file__).parent.parent / ".cache" / "bench"
RATE = 25
_MARGIN = 1.2  # of the picture over the frame: where the camera can move
_GRAIN = 6  # of the sensor, another in each frame, or a still picture would cost nothing

H264 = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "20")
HEVC = (
    "-c:v", "libx265", "-preset", "ultrafast", "-crf", "22", "-tag:v", "hvc1",
    "-x265-params", "log-level=none",
)  # fmt: skip


def clip(width: int, height: int, *, seconds: int, codec: Sequence[str]) -> Path:
    """MP4 without sound, `RATE` frames a second."""
    path = CACHE / f"{codec[1]}-{width}x{height}-{seconds}s.mp4"
    if path.exists():
        return path
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        picture = pictures.photo(round(width * _MARGIN), round(height * _MARGIN))
        still = pictures.jpeg(picture, Path(folder) / "photo.jpg")
        made = Path(folder) / "clip.mp4"
        _film(still, made, width, height, seconds, codec)
        made.rename(path)
    return path


def _film(
    still: Path, made: Path, width: int, height: int, seconds: int, codec: Sequence[str]
) -> None:
    pan = f"(1+sin(t))/2*(iw-{width}):(1+cos(t))/2*(ih-{height})"
    film = f"crop={width}:{height}:{pan},noise=alls={_GRAIN}:allf=t,format=yuv420p,setsar=1"
    source = ["-loop", "1", "-framerate", str(RATE), "-t", str(seconds), "-i", str(still)]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *source]
    subprocess.run([*command, "-vf", film, *codec, str(made)], check=True)
