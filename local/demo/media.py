"""The files that the demo uploads: of each kind that Spool takes, one, and one impostor."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import pillow_heif
from PIL import ExifTags, Image, ImageChops, ImageOps

from local.demo.clips import film, phone_clip, playlist
from local.demo.photos import Photos

LANCZOS = Image.Resampling.LANCZOS
RECIPE = "1"  # raise it when a maker changes: the files made before are then made anew


@dataclass(frozen=True)
class Expected:
    """How the pipeline has to end: `status`, and either the upright size or the error code; of a
    video also its length in seconds, its `rungs` by name, and whether it is heard."""

    status: str
    size: tuple[int, int] | None = None
    frames: int = 1
    code: str | None = None
    seconds: float | None = None
    rungs: tuple[str, ...] = ()
    sound: bool = False


@dataclass(frozen=True)
class Upload:
    """One file to upload; `expected` is None for the user's own files."""

    path: Path
    about: str
    expected: Expected | None = None
    private: bool = False


def rotated_jpeg(photos: Photos) -> bytes:
    """Portrait on screen, landscape in the file: EXIF orientation 6, as phones write it."""
    portrait = _sized(photos["china"].crop((30, 0, 350, 427)), (1280, 1708))
    stored = portrait.transpose(Image.Transpose.ROTATE_90)
    return _encoded(stored, "JPEG", quality=90, exif=_camera_exif(orientation=6))


def heic(photos: Photos) -> bytes:
    out = BytesIO()
    pillow_heif.from_pillow(_sized(photos["coffee"], (1800, 1200))).save(out, quality=80)
    return out.getvalue()


def cutout_png(photos: Photos) -> bytes:
    """The blossom of flower.jpg cut out: the dark around it is transparent."""
    blossom = _sized(photos["flower"].crop((146, 62, 466, 382)), (960, 960))
    bright = blossom.getchannel("R").point([min(255, max(0, v - 70) * 4) for v in range(256)])
    heart, outline = _disc(blossom.size, 60), _disc(blossom.size, 168)
    blossom.putalpha(ImageChops.multiply(ImageChops.lighter(bright, heart), outline))
    return _encoded(blossom, "PNG")


def wiggle_gif(photos: Photos) -> bytes:
    """The two pictures of a stereo pair in turn."""
    frames = [_sized(photos[f"motorcycle_{eye}"], (740, 500)) for eye in ("left", "right")]
    return _encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=160, loop=0)


def zoom_webp(photos: Photos) -> bytes:
    """A slow zoom, twelve frames."""
    photo = _sized(photos["rocket"], (640, 427))
    first, *rest = (_zoomed(photo, 1 + step / 24) for step in range(12))
    return _encoded(first, "WEBP", save_all=True, append_images=rest, duration=120, quality=80)


def avif(photos: Photos) -> bytes:
    return _encoded(_sized(photos["chelsea"], (1353, 900)), "AVIF", quality=75, speed=8)


def jpeg_12_megapixels(photos: Photos) -> bytes:
    field = _sized(photos["hubble_deep_field"], (4000, 3000))
    return _encoded(field, "JPEG", quality=90)


def jpeg_over_20_megabytes(photos: Photos) -> bytes:
    """Nine photographs as one print, with a film's grain, which no encoder can spare."""
    sheet = Image.new("RGB", (6000, 4000), (24, 24, 26))
    for photo, corner in zip(_nine(photos), _grid((3, 3), (1960, 1293), 30), strict=True):
        sheet.paste(_sized(photo, (1960, 1293)), corner)
    grain = Image.effect_noise(sheet.size, 16).convert("RGB")
    print_ = ImageChops.add(sheet, grain, offset=-128)
    return _encoded(print_, "JPEG", quality=98, subsampling=0)


def impostor(_photos: Photos) -> bytes:
    return b"<!doctype html><title>Invoice</title><script>alert(document.cookie)</script>\n" * 40


Maker = Callable[[Photos], bytes]

LADDER = ("1080p", "720p", "480p")

KINDS: Mapping[str, tuple[str, Maker, Expected]] = {
    "Summer palace (portrait).jpg": (
        "JPEG turned by EXIF, with camera and GPS data",
        rotated_jpeg,
        Expected("ready", (1280, 1708)),
    ),
    "Four photographs (film).mp4": (
        "MP4 of 12 seconds with sound, which begins in the dark",
        film,
        Expected("ready", (1920, 1080), seconds=12, rungs=LADDER, sound=True),
    ),
    "From the phone.mov": (
        "QuickTime clip turned by its display matrix, silent, with camera and GPS data",
        phone_clip,
        Expected("ready", (1080, 1920), seconds=4, rungs=LADDER),
    ),
    "café + crema.heic": ("HEIC", heic, Expected("ready", (1800, 1200))),
    "dahlia.png": ("PNG with alpha", cutout_png, Expected("ready", (960, 960))),
    "motorcycle.gif": ("animated GIF", wiggle_gif, Expected("ready", (740, 500), frames=2)),
    "launch.webp": ("animated WebP", zoom_webp, Expected("ready", (640, 427), frames=12)),
    "cat.avif": ("AVIF", avif, Expected("ready", (1353, 900))),
    "deep field 12 MP.jpg": (
        "JPEG of 12 megapixels",
        jpeg_12_megapixels,
        Expected("ready", (4000, 3000)),
    ),
    "contact print 24 MP.jpg": (
        "JPEG of 24 megapixels and over 20 MB, sent in parts",
        jpeg_over_20_megabytes,
        Expected("ready", (6000, 4000)),
    ),
    "invoice.jpg": (
        "HTML under a photograph's name",
        impostor,
        Expected("failed", code="TYPE_MISMATCH"),
    ),
    "holiday.mp4": (
        "playlist of other people's addresses under a video's name",
        playlist,
        Expected("failed", code="TYPE_MISMATCH"),
    ),
}


def make_all(photos: Photos, folder: Path) -> Iterator[Upload]:
    """Every kind as a file in `folder`, which remembers them until RECIPE changes."""
    made = folder / RECIPE
    made.mkdir(parents=True, exist_ok=True)
    for name, (about, maker, expected) in KINDS.items():
        path = made / name
        if not path.exists():
            _write(path, maker(photos))
        yield Upload(path, about, expected)


def _write(path: Path, content: bytes) -> None:
    """All of it or nothing: a demo interrupted here must not leave half a photograph."""
    partial = path.with_name(f"{path.name}.part")
    partial.write_bytes(content)
    partial.replace(path)


def _sized(photo: Image.Image, size: tuple[int, int]) -> Image.Image:
    return ImageOps.fit(photo, size, LANCZOS)


def _disc(size: tuple[int, int], radius: int) -> Image.Image:
    """A white disc with a soft edge; 181 is the radius that touches the sides."""
    ramp = [min(255, max(0, radius - distance) * 12) for distance in range(256)]
    return Image.radial_gradient("L").point(ramp).resize(size, LANCZOS)


def _zoomed(photo: Image.Image, times: float) -> Image.Image:
    width, height = photo.size
    x, y = (width - width / times) / 2, (height - height / times) * 0.6
    return photo.resize(photo.size, LANCZOS, box=(x, y, x + width / times, y + height / times))


def _nine(photos: Photos) -> Sequence[Image.Image]:
    names = "china coffee flower rocket hubble_deep_field chelsea motorcycle_left retina astronaut"
    return [photos[name] for name in names.split()]


def _grid(cells: tuple[int, int], cell: tuple[int, int], gap: int) -> Iterator[tuple[int, int]]:
    columns, rows = cells
    for row in range(rows):
        for column in range(columns):
            yield gap + column * (cell[0] + gap), gap + row * (cell[1] + gap)


def _camera_exif(orientation: int) -> Image.Exif:
    """What a camera writes, and what a stranger may write into it."""
    exif = Image.Exif()
    exif.update({
        ExifTags.Base.Make: "Spool Optics",
        ExifTags.Base.Model: "Demo 1",
        ExifTags.Base.Orientation: orientation,
        ExifTags.Base.ImageDescription: "<script>alert('from EXIF')</script> & a palace",
        ExifTags.Base.Copyright: "CC BY 2.0, see scikit-learn",
    })  # fmt: skip
    exif.get_ifd(ExifTags.IFD.Exif).update({
        ExifTags.Base.DateTimeOriginal: "2011:08:21 10:15:00",
        ExifTags.Base.ExposureTime: 1 / 250,
        ExifTags.Base.FNumber: 5.6,
        ExifTags.Base.ISOSpeedRatings: 100,
        ExifTags.Base.FocalLength: 35.0,
        ExifTags.Base.BodySerialNumber: "0000042",
    })  # fmt: skip
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({
        ExifTags.GPS.GPSLatitudeRef: "N",
        ExifTags.GPS.GPSLatitude: (39.0, 59.0, 58.9),
        ExifTags.GPS.GPSLongitudeRef: "E",
        ExifTags.GPS.GPSLongitude: (116.0, 16.0, 3.4),
    })  # fmt: skip
    return exif


def _encoded(image: Image.Image, format_: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, format_, **options)
    return out.getvalue()
