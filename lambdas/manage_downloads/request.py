from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from spool.requests import Body
from spool.services.downloads import ORIGINAL

MediaId = Annotated[str, Field(max_length=64)]


class DownloadBody(Body):
    """`POST /downloads`."""

    max_bytes: ClassVar[int] = 64 << 10  # 500 of the longest ids, with spaces

    ids: list[MediaId] = Field(min_length=1, max_length=500)
    rendition: str = Field(default=ORIGINAL, pattern=r"^[A-Za-z0-9_]{1,64}$")
