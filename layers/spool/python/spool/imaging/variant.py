"""One on-demand variant, made from a mip. `img_resize` starts with it: it imports libvips only."""

from __future__ import annotations

import pyvips

from spool.errors import NotFound, PayloadTooLarge
from spool.imaging.encode import Effort, Encoded, encode
from spool.imaging.framing import blurred, crop_corner, frames, grounded, padded, stacked
from spool.imaging.options import InvalidOptions, VariantOptions, legacy_format
from spool.imaging.vips import WHITE, decoding

__all__ = [
    "Effort",
    "Encoded",
    "InvalidOptions",
    "VariantOptions",
    "legacy_format",
    "make_variant",
]

PIXELS = 50_000_000
"""Most that a variant may have, over all frames: a thin animation in a large box has more than any
original may."""

GIF_PIXELS = 20_000_000
"""Of a GIF: noise takes half a second a megapixel, and the CDN waits for 30."""

_MOVING = {"webp", "gif"}


def make_variant(mip: bytes, options: VariantOptions, effort: Effort = Effort.QUICK) -> Encoded:
    """The variant of a rendition that is upright and sRGB. Never enlarges.

    An animation stays one as WebP or GIF, cut where its first frame is; as anything else it is its
    first frame. Raises Corrupt; NotFound when it has not the frame asked for; PayloadTooLarge for
    more than PIXELS, of a GIF GIF_PIXELS.
    """
    with decoding():
        header = pyvips.Image.new_from_buffer(mip, "")
        pages = header.get_n_pages()
        moving = pages > 1 and options.frame is None and options.format in _MOVING
        box = options.box(header.width, header.height)
        _check(options, box, pages, pages if moving else 1)
        image = pyvips.Image.thumbnail_buffer(
            mip,
            (size := _resized(header.width, header.height, box, options))[0],
            height=size[1],
            size="force",
            option_string=_pages(options, moving, pages),
        )
        return encode(_framed(image, box, options), options.extension, options.q, effort)


def _check(options: VariantOptions, box: tuple[int, int], pages: int, frames: int) -> None:
    if options.frame and options.frame > pages:
        raise NotFound(f"The picture has no frame {options.frame}: it ends with {pages}.")
    if box[0] * box[1] * frames > (GIF_PIXELS if options.format == "gif" else PIXELS):
        raise PayloadTooLarge(
            f"{frames} frames of {box[0]} × {box[1]} pixels are more than a variant may have."
        )


def _pages(options: VariantOptions, moving: bool, pages: int) -> str:
    """Loaders of still formats take no such option."""
    if moving:
        return "[n=-1]"
    return f"[page={options.frame - 1}]" if options.frame and pages > 1 else ""


def _resized(
    width: int, height: int, box: tuple[int, int], options: VariantOptions
) -> tuple[int, int]:
    """The picture's size once it is inside the box, or covers or fills it."""
    # A box made from one side has the picture's ratio; into its rounded sides it may fit a pixel
    # too small.
    if options.w is None or options.h is None or options.fit == "fill":
        return box
    if options.fit == "cover":
        scale = max(box[0] / width, box[1] / height)
        return max(box[0], round(width * scale)), max(box[1], round(height * scale))
    scale = min(box[0] / width, box[1] / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _framed(image: pyvips.Image, box: tuple[int, int], options: VariantOptions) -> pyvips.Image:
    """Each frame is done and only its result kept: libvips would hold every step of them all."""
    colour = _background(options)
    image = grounded(image, colour)
    boxed = options.fit in {"cover", "contain"} and (image.width, image.get_page_height()) != box
    if not boxed and not options.blur:
        return image
    corner: tuple[int, int] | None = None
    made = []
    for frame in frames(image):
        if boxed and options.fit == "cover":
            # One part of all frames: one that jumped about would be worse than a poor one.
            corner = corner or crop_corner(frame, *box, options.gravity)
            shown = frame.crop(*corner, *box)
        else:
            shown = frame
        shown = blurred(shown, options.blur) if options.blur else shown
        if boxed and options.fit == "contain":
            shown = padded(shown, *box, colour)
        made.append(shown.copy_memory())
    return stacked(made)


def _background(options: VariantOptions) -> list[int] | None:
    """RGB; None is transparent."""
    if options.background:
        return list(bytes.fromhex(options.background))
    return WHITE if options.format == "jpeg" else None
