"""Header readers, one per format: what a file says of itself, read without decoding a pixel.

Each is `read(data) -> ImageInfo` and raises a MediaError, or one of `MALFORMED` for bytes that end
early or contradict themselves; `spool.imaging.probe` turns those into Corrupt.
"""

from __future__ import annotations

import struct

MALFORMED = (struct.error, IndexError, KeyError, ValueError, OverflowError)
