from __future__ import annotations

from pydantic import Field

from spool.requests import Body, ChecksumBody
from spool.services.presigning import Wish
from spool.services.storage_ports import MAX_PARTS


class PresignBody(Body):
    """`POST /uploads/presign`. `size` is in bytes."""

    filename: str
    content_type: str = Field(max_length=255, pattern=r"^[!-.0-~]+/[!-.0-~]+( *;[ -~]*)?$")
    project_id: str
    media_id: str | None = None
    parts: int | None = Field(default=None, ge=1, le=MAX_PARTS)
    size: int | None = Field(default=None, ge=0)
    private: bool | None = None
    checksum: ChecksumBody | None = None
    allow_duplicate: bool = False

    def wish(self) -> Wish:
        fields = self.model_dump(exclude={"checksum"})
        return Wish(**fields, checksum=None if self.checksum is None else self.checksum.checksum())
