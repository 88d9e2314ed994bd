"""One on-demand variant, made from a mip. `img_resize` starts with it: it imports libvips only."""

from __future__ import annotations

from collections.abc import Callable

import pyvips

from spool.imaging.encode import Effort, Encoded, encode
from spool.imaging.options import InvalidOptions, VariantOptions, legacy_format
from spool.imaging.vips import WHITE, decoding

__all__ = ["Effort", "Encoded", "InvalidOptions", "VariantOptions", "legacy_format", "make_variant"]

_MOVING = {"webp", "gif"}


def make_variant(mip: bytes, options: VariantOptions, effort: Effort = Effort.QUICK) -> Encoded:
    """The variant of a rendition that is upright and sRGB. Never enlarges.

    An animation stays one as WebP or GIF; as anything else it is its first frame. Raises Corrupt;
    NotFound when it has not the frame asked for; PayloadTooLarge for an animation of too many
    pixels.
    """
    with decoding():
        header = pyvips.Image.new_from_buffer(mip, "")
        box = options.box(header.width, header.height)
        # A box made from one side has the picture's ratio; into its rounded sides it may fit a
        # pixel too small.
        alone = options.w is None or options.h is None
        size = box if alone else _resized(header.width, header.height, box, options.fit)
        moving = options.format in _MOVING and header.get_n_pages() > 1
        image = pyvips.Image.thumbnail_buffer(
            mip, size[0], height=size[1], size="force", option_string="[n=-1]" if moving else ""
        )
        if options.fit == "cover" and size != box:
            image = _framewise(image, lambda frame: _cropped(frame, *box))
        elif options.fit == "contain" and size != box:
            image = _framewise(image, lambda frame: _padded(frame, *box, options.format))
        return encode(image, options.extension, options.q, effort)


def _resized(width: int, height: int, box: tuple[int, int], fit: str) -> tuple[int, int]:
    """The picture's size once it is inside the box, or covers or fills it."""
    if fit == "fill":
        return box
    scale = (max if fit == "cover" else min)(box[0] / width, box[1] / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _framewise(image: pyvips.Image, change: Callable[[pyvips.Image], pyvips.Image]) -> pyvips.Image:
    """`change` of each frame; libvips stacks an animation's frames into one tall picture."""
    height = image.get_page_height()
    if height == image.height:
        return change(image)
    stack = image.copy_memory()
    tops = range(0, stack.height, height)
    frames = [change(stack.crop(0, top, stack.width, height)) for top in tops]
    joined = pyvips.Image.arrayjoin(frames, across=1).copy()
    joined.set_type(pyvips.GValue.gint_type, "page-height", frames[0].height)
    return joined


def _cropped(frame: pyvips.Image, width: int, height: int) -> pyvips.Image:
    width, height = min(width, frame.width), min(height, frame.height)
    return frame.crop((frame.width - width) // 2, (frame.height - height) // 2, width, height)


def _padded(frame: pyvips.Image, width: int, height: int, fmt: str) -> pyvips.Image:
    """In the middle of a canvas: white for JPEG, which has no transparency, else transparent."""
    if fmt == "jpeg":
        background = [*WHITE, 255] if frame.hasalpha() else WHITE
    else:
        frame = frame if frame.hasalpha() else frame.addalpha()
        background = [0, 0, 0, 0]
    return frame.gravity("centre", width, height, extend="background", background=background)
