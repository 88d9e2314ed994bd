"""Which part of a picture a variant shows, on what ground, and how sharply."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyvips

from spool.imaging.vips import SRGB

_SEARCHES = {"attention", "entropy"}
_FLAT = 1.0  # standard deviation of 8-bit values below which a picture has nothing to find
_BLUR_SIGMA = 5  # what is blurred more is blurred by as much on a smaller copy


def frames(image: pyvips.Image) -> Iterator[pyvips.Image]:
    """Each frame in memory, in the order of a decoder that only reads on; libvips stacks an
    animation's frames into one tall picture."""
    height = image.get_page_height()
    for top in range(0, image.height, height):
        yield image.crop(0, top, image.width, height).copy_memory()


def stacked(made: Sequence[pyvips.Image]) -> pyvips.Image:
    """An animation of frames of equal size, with the times and the loop that the first bears."""
    if len(made) == 1:
        return made[0]
    joined = pyvips.Image.arrayjoin(made, across=1).copy()
    joined.set_type(pyvips.GValue.gint_type, "page-height", made[0].height)
    return joined


def crop_corner(frame: pyvips.Image, width: int, height: int, gravity: str) -> tuple[int, int]:
    """Left and top of the part of `width` x `height` px that `gravity` keeps of a frame that is at
    least as large: a direction, `attention`, `entropy` or a focal point in percent (`25x75`)."""
    room = frame.width - width, frame.height - height
    if gravity in _SEARCHES:
        found = _searched(frame, width, height, gravity)
        return found or (room[0] // 2, room[1] // 2)
    x, times, y = gravity.partition("x")
    if times:
        return (
            _around(int(x) * frame.width / 100, width, room[0]),
            _around(int(y) * frame.height / 100, height, room[1]),
        )
    return (
        room[0] if gravity.endswith("east") else 0 if gravity.endswith("west") else room[0] // 2,
        room[1]
        if gravity.startswith("south")
        else 0
        if gravity.startswith("north")
        else room[1] // 2,
    )


def grounded(frame: pyvips.Image, colour: list[int] | None) -> pyvips.Image:
    """Transparency filled with `colour` (RGB), if there is one."""
    return frame.flatten(background=colour) if colour and frame.hasalpha() else frame


def padded(frame: pyvips.Image, width: int, height: int, colour: list[int] | None) -> pyvips.Image:
    """In the middle of a canvas of `colour` (RGB), or a transparent one."""
    if colour is None and not frame.hasalpha():
        frame = frame.addalpha()
    return frame.gravity(
        "centre", width, height, extend="background", background=colour or [0, 0, 0, 0]
    )


def blurred(frame: pyvips.Image, sigma: int) -> pyvips.Image:
    """By a Gaussian of `sigma` px; colours don't bleed out of what is transparent."""
    if frame.hasalpha():
        return (
            _blurred(frame.premultiply(), sigma)
            .unpremultiply()
            .cast("uchar")
            .copy(interpretation=SRGB)
        )
    return _blurred(frame, sigma)


def _blurred(frame: pyvips.Image, sigma: int) -> pyvips.Image:
    if sigma <= _BLUR_SIGMA:
        return frame.gaussblur(sigma)
    scale = _BLUR_SIGMA / sigma
    size = [max(1, round(side * scale)) for side in (frame.width, frame.height)]
    small = frame.resize(size[0] / frame.width, vscale=size[1] / frame.height)
    back = frame.width / small.width, frame.height / small.height
    return small.gaussblur(_BLUR_SIGMA).resize(back[0], vscale=back[1], kernel="cubic")


def _searched(
    frame: pyvips.Image, width: int, height: int, interesting: str
) -> tuple[int, int] | None:
    """None for a plain area: libvips would keep its corner."""
    seen = grounded(frame, [255, 255, 255]).copy_memory()
    if seen.deviate() < _FLAT:
        return None
    kept = seen.smartcrop(width, height, interesting=interesting)
    return -kept.xoffset, -kept.yoffset


def _around(centre: float, length: int, room: int) -> int:
    return min(max(round(centre - length / 2), 0), room)
