"""libvips, made safe for strangers' files: only our loaders, no operation cache, plain errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyvips

from spool.errors import Corrupt

_LOADERS = ("Jpeg", "Png", "Nsgif", "Webp", "Heif", "Tiff", "Svg")

pyvips.operation_block_set("VipsForeignLoad", True)
for _loader in _LOADERS:
    pyvips.operation_block_set(f"VipsForeignLoad{_loader}", False)
# A warm function never sees the same image twice: the cache would only hold memory.
pyvips.cache_set_max(0)

SRGB = "srgb"
WHITE = [255, 255, 255]


def on_white(image: pyvips.Image) -> pyvips.Image:
    return image.flatten(background=WHITE) if image.hasalpha() else image


@contextmanager
def decoding() -> Iterator[None]:
    """libvips computes lazily: wrap whatever makes it read pixels. Its errors become Corrupt."""
    try:
        yield
    except pyvips.Error as error:
        raise Corrupt("The image is damaged or cut off and can't be decoded.") from error
