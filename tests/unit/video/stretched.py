"""A video of any size that takes no room: a real one with a hole in it."""

from __future__ import annotations

import struct


class Stretched:
    """`movie`, an MP4, with a box of zeros before its media, which makes it `size` bytes (less than
    4 GiB, as far as its offsets reach). The zeros are made up as they are asked for."""

    def __init__(self, movie: bytes, size: int) -> None:
        at = movie.index(b"mdat") - 4
        self.size, gap = size, size - len(movie)
        moved = _moved(movie, gap)
        self._front = moved[:at] + struct.pack(">I4sQ", 1, b"free", gap)
        self._back = moved[at:]

    def fetch(self, start: int, length: int) -> bytes:
        end = min(start + length, self.size)
        behind = self.size - len(self._back)
        front = self._front[start:end]
        back = self._back[max(start - behind, 0) : max(end - behind, 0)]
        return front + bytes(end - start - len(front) - len(back)) + back


def _moved(movie: bytes, by: int) -> bytes:
    """`movie`, each chunk said to lie `by` bytes further on (ISO/IEC 14496-12, 8.7.5)."""
    out, at = bytearray(movie), 0
    while (at := out.find(b"stco", at) + 4) >= 4:
        [count] = struct.unpack_from(">I", out, at + 4)
        chunks = struct.unpack_from(f">{count}I", out, at + 8)
        struct.pack_into(f">{count}I", out, at + 8, *(chunk + by for chunk in chunks))
    return bytes(out)
