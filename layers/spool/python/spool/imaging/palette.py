"""The colours of a picture, the most frequent first."""

from __future__ import annotations

from PIL import Image

COLOURS = 6
_EDGE = 64
_LEAST_SHARE = 0.01
_OPAQUE = 128


def palette(image: Image.Image) -> tuple[str, ...]:
    """Up to `COLOURS` colours as `#rrggbb`, leaving out what can't be seen.

    `image` is RGB or RGBA. A picture that is transparent all over has the colours of white paper.
    """
    small = image.copy()
    small.thumbnail((_EDGE, _EDGE), Image.Resampling.BOX)
    visible = _visible(small)
    colours = visible.quantize(COLOURS, Image.Quantize.MEDIANCUT)
    values = colours.getpalette() or []
    shares = sorted(enumerate(colours.histogram()), key=lambda share: share[1], reverse=True)
    least = max(1, _LEAST_SHARE * visible.width * visible.height)
    return tuple(_hex(values[3 * i : 3 * i + 3]) for i, count in shares if count >= least)


def _visible(image: Image.Image) -> Image.Image:
    """The opaque pixels in one row."""
    if image.mode != "RGBA":
        return image
    pixels = image.tobytes()
    kept = b"".join(pixels[i : i + 3] for i in range(0, len(pixels), 4) if pixels[i + 3] >= _OPAQUE)
    if not kept:
        return Image.new("RGB", (1, 1), "white")
    return Image.frombytes("RGB", (len(kept) // 3, 1), kept)


def _hex(rgb: list[int]) -> str:
    return "#" + bytes(rgb).hex()
