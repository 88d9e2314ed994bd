"""The demo's videos: photographs that a camera seems to travel over, encoded by FFmpeg.

Pillow draws the frames, since its `resize` crops between pixels: FFmpeg's `crop` and `zoompan`
stand on whole ones, and a slow zoom trembles.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO, cast

import imageio_ffmpeg
from PIL import Image

from local.demo.photos import Photos

Size = tuple[int, int]

FILM, FILM_RATE = (1920, 1080), 25
PHONE, PHONE_RATE = (1080, 1920), 30
BLACK_INTRO = 1.6  # seconds; a poster taken from them would show nothing
FADE = 0.6  # seconds
CHORD = (220.0, 277.18, 329.63, 440.0)  # Hz: A major
PLACE = "+39.9996+116.2676+044.000/"  # ISO 6709, as phones write it
RECORDED = "2024-05-18T09:30:00Z"


@dataclass(frozen=True)
class Shot:
    """A still that the camera nears or leaves: `zoom` at its begin and end, 1 being all of it.
    `towards` is the point that stays where it is, from the left and from the top, 0 to 1."""

    still: Image.Image
    seconds: float
    zoom: tuple[float, float] = (1, 1.2)
    towards: tuple[float, float] = (0.5, 0.5)

    def at(self, time: float, size: Size) -> Image.Image:
        """The frame at `time` seconds. The camera still moves while the next shot fades in."""
        first, last = self.zoom
        zoom = first * (last / first) ** (time / (self.seconds + FADE))
        return self.still.resize(size, Image.Resampling.BILINEAR, box=self._box(zoom, size))

    def _box(self, zoom: float, size: Size) -> tuple[float, float, float, float]:
        """What is seen of the still: left, top, right and bottom, in the shape of `size`."""
        scale = min(self.still.width / size[0], self.still.height / size[1]) / zoom
        width, height = size[0] * scale, size[1] * scale
        left = max(0.0, self.still.width - width) * self.towards[0]
        top = max(0.0, self.still.height - height) * self.towards[1]
        return left, top, min(left + width, self.still.width), min(top + height, self.still.height)


def film(photos: Photos) -> bytes:
    """An MP4 as cameras write it, its index at the end: 12 seconds that begin in the dark, with a
    chord in stereo."""
    shots = [
        Shot(Image.new("RGB", FILM), BLACK_INTRO),
        Shot(photos["china"], 3.2, (1, 1.25), (0.7, 0.5)),
        Shot(photos["coffee"], 2.4, (1.25, 1), (0.5, 0.6)),
        Shot(photos["hubble_deep_field"], 2.4, (1, 1.5), (0.6, 0.4)),
        Shot(photos["rocket"], 2.4, (1.3, 1), (0.5, 0.8)),
    ]
    sound = ("-f", "lavfi", "-i", _chord(sum(shot.seconds for shot in shots)))
    return _encoded(
        cut(shots, FILM, FILM_RATE),
        "mp4",
        _raw(FILM, FILM_RATE),
        *(*sound, "-c:a", "aac", "-b:a", "128k"),
        *("-metadata", "title=<script>alert('from MP4')</script> & four photographs"),
    )


def phone_clip(photos: Photos) -> bytes:
    """A QuickTime file as phones write it: upright on screen by a display matrix, lying in the
    file, without sound, and it tells where it was taken. 4 seconds."""
    shots = [
        Shot(photos["flower"], 2, (1, 1.3), (0.45, 0.4)),
        Shot(photos["chelsea"], 2, (1.3, 1), (0.35, 0.3)),
    ]
    lying = (frame.transpose(Image.Transpose.ROTATE_90) for frame in cut(shots, PHONE, PHONE_RATE))
    return _encoded(
        lying,
        "mov",
        ("-noautorotate", "-display_rotation", "-90", *_raw(PHONE[::-1], PHONE_RATE)),
        *("-movflags", "use_metadata_tags"),
        *("-metadata", f"com.apple.quicktime.location.ISO6709={PLACE}"),
        *("-metadata", "com.apple.quicktime.make=Spool Optics"),
        *("-metadata", "com.apple.quicktime.model=Demo 1"),
    )


def playlist(_photos: Photos) -> bytes:
    """What makes a careless server fetch other people's addresses and show its own files."""
    return (
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n"
        b"#EXTINF:10,\nhttp://169.254.169.254/latest/meta-data/\n"
        b"#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n"
    )


def cut(shots: Sequence[Shot], size: Size, rate: int) -> Iterator[Image.Image]:
    """The frames of all shots, each fading into the next."""
    for before, shot in zip([None, *shots], shots, strict=False):
        for n in range(round(shot.seconds * rate)):
            frame, time = shot.at(n / rate, size), n / rate
            if before and time < FADE:
                frame = Image.blend(before.at(before.seconds + time, size), frame, time / FADE)
            yield frame


def _raw(size: Size, rate: int) -> Sequence[str]:
    """FFmpeg's options for frames that come through its standard input."""
    return "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{size[0]}x{size[1]}", "-r", str(rate)


def _chord(seconds: float) -> str:
    """FFmpeg's source of a chord that swells and fades, a little higher in the right ear."""
    left, right = (
        "+".join(f"sin(2*PI*{pitch * detune}*t)" for pitch in CHORD) for detune in (1, 1.003)
    )
    swell = f"0.06*sin(PI*t/{seconds})"
    return f"aevalsrc={swell}*({left})|{swell}*({right}):s=48000:d={seconds}"


def _encoded(
    frames: Iterable[Image.Image], container: str, source: Sequence[str], *options: str
) -> bytes:
    """H.264 in `container`. FFmpeg says itself what it could not do."""
    with TemporaryDirectory() as folder:
        path = Path(folder, f"clip.{container}")
        command = [
            *(imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *source, "-i", "-", *options),
            *("-vf", "scale=out_color_matrix=bt709,format=yuv420p", "-colorspace", "bt709"),
            *("-color_primaries", "bt709", "-color_trc", "bt709"),
            *("-c:v", "libx264", "-preset", "superfast", "-crf", "20"),
            *("-metadata", f"creation_time={RECORDED}", str(path)),
        ]
        _fed(command, frames)
        return path.read_bytes()


def _fed(command: Sequence[str], frames: Iterable[Image.Image]) -> None:
    """Raises BrokenPipeError, or CalledProcessError."""
    with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
        pipe = cast("BinaryIO", encoder.stdin)
        pipe.writelines(frame.tobytes() for frame in frames)
    if encoder.returncode:
        raise subprocess.CalledProcessError(encoder.returncode, command)
