"""What others do for a variant: sharp with its defaults, thumbor's engine, libvips by hand."""

from __future__ import annotations

import base64
import io
import json
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

import pyvips
from PIL import Image

from local.settings import NODE
from spool.imaging.encode import SAVERS, SETTINGS
from spool.imaging.quality import Effort, own_quality

_HANDLER = Path(__file__).with_name("sharp_handler.mjs")
_QUALITY = 80  # thumbor's default


class Sharp:
    """A warm Node process that answers as an image function would."""

    def __enter__(self) -> Self:
        self._node = subprocess.Popen(
            [NODE, _HANDLER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._node.communicate()  # its input ends, and so does it

    def variant(self, original: Path, width: int, fmt: str) -> tuple[float, bytes]:
        """Seconds by its own clock, and the file."""
        stdin, stdout = self._node.stdin, self._node.stdout
        if stdin is None or stdout is None:
            raise RuntimeError("Node has no pipes")
        stdin.write(json.dumps({"path": str(original), "width": width, "format": fmt}) + "\n")
        stdin.flush()
        answer = json.loads(stdout.readline())
        return answer["seconds"], base64.b64decode(answer["data"])


def thumbor(original: bytes, width: int, fmt: str) -> bytes:
    """What thumbor's Pillow engine does: draft, LANCZOS, quality 80, JPEG progressive."""
    image = Image.open(io.BytesIO(original))
    size = width, round(image.height * width / image.width)
    image.draft(None, size)
    resized = image.resize(size, Image.Resampling.LANCZOS)
    settings = {"optimize": True, "progressive": True} if fmt == "jpeg" else {}
    made = io.BytesIO()
    resized.save(made, fmt.upper(), quality=_QUALITY, **settings)
    return made.getvalue()


def bare(mip: bytes, width: int, fmt: str, quality: int) -> bytes:
    """libvips alone, with the options that ours gives it."""
    extension = "jpg" if fmt == "jpeg" else fmt
    image = pyvips.Image.thumbnail_buffer(mip, width)
    settings = SETTINGS[Effort.QUICK][extension]
    own = own_quality(extension, quality, Effort.QUICK)
    return bytes(getattr(image, SAVERS[extension])(Q=own, keep="none", **settings))
