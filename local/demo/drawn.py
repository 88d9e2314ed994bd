"""Pictures drawn by code, for a demo without a network: hills before an evening sky."""

from __future__ import annotations

import colorsys
import math
import random

from PIL import Image, ImageDraw, ImageFilter

RIDGES = 5


def draw(seed: int, size: tuple[int, int]) -> Image.Image:
    """An RGB landscape of `size` pixels; another `seed`, another evening."""
    rng = random.Random(seed)  # noqa: S311 - scenery, not a secret
    hue = rng.random()
    picture = _sky(hue, size)
    _sun(picture, rng)
    for ridge in range(RIDGES):
        _ridge(picture, rng, _colour(hue, 0.35 + 0.1 * ridge, 0.75 - 0.14 * ridge), ridge)
    return picture


def _colour(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def _sky(hue: float, size: tuple[int, int]) -> Image.Image:
    shade = Image.linear_gradient("L").resize(size)
    above = Image.new("RGB", size, _colour(hue + 0.06, 0.55, 0.55))
    below = Image.new("RGB", size, _colour(hue - 0.08, 0.35, 1.0))
    return Image.composite(below, above, shade)


def _sun(picture: Image.Image, rng: random.Random) -> None:
    width, height = picture.size
    x, y, radius = width * rng.uniform(0.2, 0.8), height * rng.uniform(0.2, 0.4), height * 0.09
    glow = Image.new("L", picture.size)
    ImageDraw.Draw(glow).ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    picture.paste((255, 246, 224), mask=glow.filter(ImageFilter.GaussianBlur(height / 160)))


def _ridge(
    picture: Image.Image, rng: random.Random, colour: tuple[int, int, int], ridge: int
) -> None:
    width, height = picture.size
    base = height * (0.5 + 0.1 * ridge)
    waves = [(rng.uniform(1, 4) * 2**k, rng.uniform(0, 2 * math.pi), 0.07 / 2**k) for k in range(5)]
    crest = [
        (x, base + height * sum(a * math.sin(f * math.pi * x / width + p) for f, p, a in waves))
        for x in range(width)
    ]
    ImageDraw.Draw(picture).polygon([*crest, (width, height), (0, height)], fill=colour)
