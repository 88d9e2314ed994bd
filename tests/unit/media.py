"""Test media made by code: pictures whose corners tell them apart, in every format taken."""

from __future__ import annotations

import io
import struct
import subprocess
import zlib
from typing import Any

import imageio_ffmpeg
import numpy as np
from PIL import Image

CORNERS = ((220, 40, 40), (40, 180, 60), (50, 70, 210), (230, 200, 60))
"""Colours of the top left, top right, bottom left and bottom right quarter."""


def quarters(width: int = 96, height: int = 64) -> Image.Image:
    """Four colours, no two alike: any turn or flip shows."""
    image = Image.new("RGB", (width, height))
    half, middle = width // 2, height // 2
    boxes = [(0, 0), (half, 0), (0, middle), (half, middle)]
    for colour, (x, y) in zip(CORNERS, boxes, strict=True):
        image.paste(colour, (x, y, x + width - half, y + height - middle))
    return image


def photo(width: int, height: int, seed: int = 0) -> Image.Image:
    """Soft shapes and grain: detail at every scale, as in a photograph."""
    random = np.random.default_rng(seed)
    layers = np.zeros((height, width, 3))
    for cells in (3, 8, 24):
        coarse = random.integers(0, 255, (cells, cells, 3), dtype=np.uint8)
        smooth = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        layers += np.asarray(smooth, dtype=float) / cells**0.3
    layers = 255 * layers / layers.max() + random.normal(0, 3, layers.shape)
    return Image.fromarray(layers.clip(0, 255).astype(np.uint8))


def file_of(image: Image.Image, fmt: str, **settings: Any) -> bytes:
    """`image` as Pillow writes it."""
    buffer = io.BytesIO()
    image.save(buffer, fmt, **settings)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    """A picture, loaded."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image.copy()


def turned(image: Image.Image, orientation: int) -> bytes:
    """A JPEG that shows `image` once EXIF's `orientation` is applied."""
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = image.transpose(undo[orientation]) if orientation in undo else image
    return file_of(stored, "JPEG", quality=95, exif=exif)


def animation(fmt: str, frames: int = 3, size: tuple[int, int] = (80, 60)) -> bytes:
    """GIF or WebP whose frames are CORNERS' colours in turn."""
    pages = [Image.new("RGB", size, CORNERS[i % 4]) for i in range(frames)]
    lossless = {"lossless": True} if fmt == "WEBP" else {}
    return file_of(
        pages[0], fmt, save_all=True, append_images=pages[1:], duration=120, loop=0, **lossless
    )


def pixel(image: Image.Image, x: int, y: int) -> tuple[int, ...]:
    """The channels of one pixel."""
    value = image.getpixel((x, y))
    assert isinstance(value, tuple)
    return value


def corner_colours(image: Image.Image) -> list[tuple[int, ...]]:
    """Colours in the middle of the four quarters."""
    rgb = image.convert("RGB")
    xs, ys = (rgb.width // 4, 3 * rgb.width // 4), (rgb.height // 4, 3 * rgb.height // 4)
    return [np.asarray(rgb)[y, x].tolist() for y in ys for x in xs]


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_png_chunk(data: bytes, kind: bytes, body: bytes) -> bytes:
    """The PNG with one more chunk after its header."""
    return data[:33] + png_chunk(kind, body) + data[33:]


def heic(image: Image.Image, quarter_turns: int = 0) -> bytes:
    """A HEIC of one HEVC frame, shown turned counter-clockwise by `quarter_turns`."""
    video = _hevc(image)
    at = video.index(b"hvcC") - 4
    codec = video[at : at + int.from_bytes(video[at : at + 4], "big")]
    at = video.index(b"mdat") - 4
    sample = video[at + 8 : at + int.from_bytes(video[at : at + 4], "big")]
    size = struct.pack(">II", *image.size)
    properties = codec + full_box(b"ispe", size) + box(b"irot", bytes([quarter_turns]))
    associations = full_box(b"ipma", struct.pack(">IHB3B", 1, 1, 3, 0x81, 2, 0x83))
    item = full_box(b"infe", struct.pack(">HH4sB", 1, 0, b"hvc1", 0), version=2)
    boxes = [
        full_box(b"hdlr", struct.pack(">I4s12sB", 0, b"pict", b"", 0)),
        full_box(b"pitm", struct.pack(">H", 1)),
        full_box(b"iinf", struct.pack(">H", 1) + item),
        box(b"iprp", box(b"ipco", properties) + associations),
    ]
    head = box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")
    location = full_box(b"iloc", struct.pack(">HHHHHII", 0x4400, 1, 1, 0, 1, 0, 0))
    meta_size = 12 + sum(map(len, boxes)) + len(location)
    start = len(head) + meta_size + 8
    location = full_box(b"iloc", struct.pack(">HHHHHII", 0x4400, 1, 1, 0, 1, start, len(sample)))
    return head + full_box(b"meta", b"".join([*boxes, location])) + box(b"mdat", sample)


def _hevc(image: Image.Image) -> bytes:
    """One HEVC frame in a fragmented MP4."""
    size = f"{image.width}x{image.height}"
    command = [
        imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", size, "-i", "-", "-frames:v", "1",
        "-c:v", "libx265", "-x265-params", "log-level=none:info=0:crf=10", "-pix_fmt", "yuv420p",
        "-tag:v", "hvc1", "-f", "mp4", "-movflags", "frag_keyframe+empty_moov", "-",
    ]  # fmt: skip
    pixels = image.convert("RGB").tobytes()
    return subprocess.run(command, input=pixels, capture_output=True, check=True).stdout


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", 8 + len(body)) + kind + body


def full_box(kind: bytes, body: bytes, version: int = 0) -> bytes:
    return box(kind, bytes([version, 0, 0, 0]) + body)
