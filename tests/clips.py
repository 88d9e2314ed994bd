"""Video clips made by FFmpeg: moving pictures with a clock's regularity, and a tone."""

from __future__ import annotations

import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import imageio_ffmpeg


def ffmpeg(*arguments: str | Path) -> None:
    """Run FFmpeg quietly. Raises CalledProcessError, FFmpeg having said why."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", "-y", *arguments]
    subprocess.run(command, check=True, timeout=60)


@cache
def clip(
    width: int = 320,
    height: int = 180,
    seconds: float = 4,
    *,
    rate: str = "25",
    sound: bool = True,
    extension: str = "mp4",
    options: tuple[str, ...] = (),
) -> bytes:
    """A clip whose colours drift, so that each second looks different from the others."""
    picture = f"testsrc2=size={width}x{height}:rate={rate}:duration={seconds},hue=h=20*t"
    tone = ("-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}") if sound else ()
    with TemporaryDirectory() as folder:
        path = Path(folder, f"clip.{extension}")
        ffmpeg(
            *("-f", "lavfi", "-i", picture, *tone),
            *("-pix_fmt", "yuv420p", "-preset", "ultrafast", "-crf", "30"),
            *options,
            str(path),
        )
        return path.read_bytes()
