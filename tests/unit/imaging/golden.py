"""The pictures that variants are compared with, and how alike two pictures are.

`python -m tests.unit.imaging.golden` makes them anew: look at what changed before it is committed.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from scipy.ndimage import gaussian_filter

from spool.imaging.variant import Effort, VariantOptions, make_variant
from tests.unit import media

FOLDER = Path(__file__).with_name("golden")
SIZE = 240, 160
FRAMES = 4

_SIGMA = 1.5  # of the window that the formula looks through
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def photo_mip() -> bytes:
    return media.file_of(scene(), "PNG")


def cutout_mip() -> bytes:
    """The scene within an ellipse, transparent around it."""
    mask = Image.new("L", SIZE)
    ImageDraw.Draw(mask).ellipse((20, 10, 220, 150), fill=255)
    image = scene()
    image.putalpha(mask)
    return media.file_of(image, "WEBP", lossless=True)


def moving_mip() -> bytes:
    """A ball that crosses the scene."""
    frames = [scene(ball=30 + 60 * i) for i in range(FRAMES)]
    return media.file_of(
        frames[0], "WEBP", save_all=True, append_images=frames[1:], duration=80, quality=95
    )


def scene(ball: int = 200) -> Image.Image:
    """A sky that darkens, a pale sun, faint stripes, and a red ball in the middle of x = `ball`."""
    sky = Image.linear_gradient("L").resize(SIZE)
    image = Image.merge(
        "RGB", [sky.point(lambda v: v // 3 + 90), sky.point(lambda v: v // 2 + 90), sky]
    )
    draw = ImageDraw.Draw(image)
    for x in range(0, SIZE[0], 16):
        draw.rectangle((x, 120, x + 7, SIZE[1]), fill=(150, 185, 195))
    draw.ellipse((12, 12, 44, 44), fill=(200, 205, 190))
    draw.ellipse(
        (ball - 22, 60, ball + 22, 104), fill=(210, 40, 30), outline=(255, 230, 60), width=4
    )
    return image


CASES: Mapping[str, tuple[str, VariantOptions]] = {
    "inside": ("photo", VariantOptions(w=96)),
    "fill": ("photo", VariantOptions(80, 80, "fill")),
    "cover": ("photo", VariantOptions(60, 90, "cover")),
    "cover-northwest": ("photo", VariantOptions(60, 90, "cover", gravity="northwest")),
    "cover-southeast": ("photo", VariantOptions(60, 60, "cover", gravity="southeast")),
    "cover-south": ("photo", VariantOptions(90, 30, "cover", gravity="south")),
    "cover-point": ("photo", VariantOptions(60, 90, "cover", gravity="80x50")),
    "cover-attention": ("photo", VariantOptions(60, 90, "cover", gravity="attention")),
    "cover-entropy": ("photo", VariantOptions(90, 30, "cover", gravity="entropy")),
    "contain": ("photo", VariantOptions(90, 90, "contain")),
    "contain-ground": ("photo", VariantOptions(90, 90, "contain", background="22aa66")),
    "blur": ("photo", VariantOptions(w=96, blur=2)),
    "blur-strong": ("photo", VariantOptions(w=96, blur=20)),
    "cutout": ("cutout", VariantOptions(w=96)),
    "cutout-ground": ("cutout", VariantOptions(w=96, background="ccbbaa")),
    "cutout-blur": ("cutout", VariantOptions(w=96, blur=5)),
    "frame": ("moving", VariantOptions(w=96, frame=3)),
}
MIPS = {"photo": photo_mip, "cutout": cutout_mip, "moving": moving_mip}


def made(name: str, fmt: str, effort: Effort = Effort.QUICK) -> Image.Image:
    """RGBA."""
    source, options = CASES[name]
    chosen = VariantOptions(**{**vars(options), "format": fmt, "q": 90})
    return media.opened(make_variant(MIPS[source](), chosen, effort).data).convert("RGBA")


def expected(name: str) -> Image.Image:
    """RGBA."""
    return media.opened((FOLDER / f"{name}.png").read_bytes()).convert("RGBA")


def on_white(image: Image.Image) -> Image.Image:
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image)


def cut_out(image: Image.Image) -> Image.Image:
    """With all of a pixel or nothing."""
    mask = image.getchannel("A").point(lambda alpha: 255 * (alpha >= 128))
    whole = image.copy()
    whole.putalpha(255)
    return Image.composite(whole, Image.new("RGBA", image.size), mask)


def ssim(one: Image.Image, other: Image.Image) -> float:
    """Mean structural similarity (Wang et al., 2004) of two RGBA pictures of one size; the worst of
    their channels, colours weighted by alpha."""
    a, b = _channels(one), _channels(other)

    def mean(values: np.ndarray) -> np.ndarray:
        return np.asarray(gaussian_filter(values, _SIGMA, axes=(0, 1)))

    mean_a, mean_b = mean(a), mean(b)
    variances = mean(a * a) - mean_a**2 + mean(b * b) - mean_b**2
    covariance = mean(a * b) - mean_a * mean_b
    similar = ((2 * mean_a * mean_b + _C1) * (2 * covariance + _C2)) / (
        (mean_a**2 + mean_b**2 + _C1) * (variances + _C2)
    )
    return float(similar.mean(axis=(0, 1)).min())


def _channels(image: Image.Image) -> np.ndarray:
    values = np.asarray(image, dtype=float)
    return np.dstack([values[..., :3] * values[..., 3:] / 255, values[..., 3]])


def _write() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name in CASES:
        buffer = io.BytesIO()
        made(name, "png").save(buffer, "PNG", optimize=True)
        (FOLDER / f"{name}.png").write_bytes(buffer.getvalue())


if __name__ == "__main__":
    _write()
