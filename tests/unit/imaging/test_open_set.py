"""Real files from cameras and other programs, against what standard tools say of them.

They lie beside a checkout, not in it; without them nothing is collected here.
"""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import imagehash
import numpy as np
import pi_heif
import pytest
from PIL import Image, ImageCms, ImageOps

from spool.errors import MediaError
from spool.formats import HEAD_BYTES, Family, sniff
from spool.imaging.metadata import extract
from spool.imaging.probe import ImageInfo, Limits, check_limits, probe
from spool.imaging.renditions import make_renditions
from tests.unit import media

FOLDER = Path(__file__).parents[4] / "shared/media/open"
MANIFEST = FOLDER / "manifest.json"
FILES: list[Mapping[str, Any]] = (
    json.loads(MANIFEST.read_text())["files"] if MANIFEST.exists() else []
)
IMAGES = [f for f in FILES if f["path"].startswith("image/")]
BAD = [f for f in FILES if f["path"].startswith("bad/")]
PHOTOS = [f for f in IMAGES if f["truth"].get("ref", {}).get("flat_picture") is False]

pytestmark = pytest.mark.skipif(not FILES, reason="the open media set is not here")


def each(files: list[Mapping[str, Any]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("file", files, ids=lambda file: Path(file["path"]).name)


def read(file: Mapping[str, Any]) -> bytes:
    return FOLDER.joinpath(file["path"]).read_bytes()


def probed(data: bytes) -> ImageInfo | None:
    fmt = sniff(data[:HEAD_BYTES])
    if fmt is None or fmt.family is not Family.IMAGE:
        return None
    info = probe(data, fmt)
    check_limits(info, Limits())
    return info


@each(IMAGES)
def test_headers_say_what_standard_tools_say(file: Mapping[str, Any]) -> None:
    truth = file["truth"]
    info = probed(read(file))
    assert info is not None
    assert (info.width, info.height) == (truth["width"], truth["height"])
    assert info.has_alpha == truth.get("has_alpha", True)
    assert info.bit_depth == truth.get("bit_depth", 8)
    assert info.frames == truth.get("frames", 1) or info.warnings


@each(IMAGES)
def test_metadata_agrees(file: Mapping[str, Any]) -> None:
    data, truth = read(file), file["truth"]
    info = probed(data)
    assert info is not None
    found = extract(data, info.format)
    if info.exif and truth.get("camera_make"):  # of some only XMP tells
        assert found.exif["Make"] == truth["camera_make"]
    assert found.icc_profile == truth.get("icc_description")
    if truth.get("gps"):
        place = found.private_exif["gps"]
        assert place["lat"] == pytest.approx(truth["gps"]["lat"], abs=1e-6)
        assert place["lon"] == pytest.approx(truth["gps"]["lon"], abs=1e-6)
    if truth.get("taken_at"):
        taken = found.exif["DateTimeOriginal"]
        assert taken.startswith(truth["taken_at"].replace(":", "-", 2).replace(" ", "T"))


@each(PHOTOS)
def test_renditions_look_like_the_original(file: Mapping[str, Any]) -> None:
    data = read(file)
    info = probed(data)
    assert info is not None
    made = {r.name: r for r in make_renditions(data, info)}
    white = _on_white(media.opened(made["preview.webp"].data))
    middle, centre = white.width // 2, white.height // 2
    boxes = [(x, y, x + middle, y + centre) for y in (0, centre) for x in (0, middle)]
    means = [np.asarray(white.crop(box)).mean(axis=(0, 1)) for box in boxes]
    wanted = file["truth"]["ref"]["quadrant_mean_rgb_TL_TR_BL_BR"]
    tolerance = 40 if "wide-gamut" in file["tags"] else 12
    np.testing.assert_allclose(means, wanted, atol=tolerance)


def test_phashes_are_imagehashs_of_the_full_picture() -> None:
    """Within 2 bits for every photo, identical for at least 95 %."""
    pi_heif.register_heif_opener()
    distances = {}
    for file in PHOTOS:
        data = read(file)
        info = probed(data)
        assert info is not None
        ours = imagehash.hex_to_hash(extract(data, info.format).perceptual_hash)
        distances[file["path"]] = ours - imagehash.phash(_reference(data))
    assert max(distances.values()) <= 2, distances
    assert list(distances.values()).count(0) >= 0.95 * len(distances), distances


@each(BAD)
def test_bad_files_end_as_the_manifest_says(file: Mapping[str, Any]) -> None:
    data, expected = read(file), file["expect"]
    try:
        info = probed(data)
        if info is not None:
            extract(data, info.format)
    except MediaError as error:
        outcome: str | None = error.code
    else:
        outcome = "accept" if info else None
    if outcome is not None:  # of no image's type otherwise: for inspection to name
        accepted = str(expected.get("also_acceptable", "")) + expected["action"]
        assert outcome in {expected.get("error_class"), expected["action"]} or outcome in accepted


def _reference(data: bytes) -> Image.Image:
    """The upright picture on white in sRGB, as Pillow makes it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = ImageOps.exif_transpose(media.opened(data))
    profile = image.info.get("icc_profile")
    rgb = _on_white(image)
    if not profile:
        return rgb
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    converted = ImageCms.profileToProfile(rgb, source, ImageCms.createProfile("sRGB"))
    assert isinstance(converted, Image.Image)
    return converted


def _on_white(image: Image.Image) -> Image.Image:
    rgba = image.convert("RGBA")
    white = Image.new("RGBA", rgba.size, "white")
    white.alpha_composite(rgba)
    return white.convert("RGB")
