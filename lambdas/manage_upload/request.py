from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from spool.checksums import Algorithm, Checksum
from spool.requests import Body, Query
from spool.services.presigning import URLS_AT_ONCE
from spool.services.storage_ports import MAX_PARTS

Key = Annotated[str, Field(max_length=1024)]
PartNumber = Annotated[int, Field(ge=1, le=MAX_PARTS)]


class CompletedPart(Body):
    part_number: PartNumber
    etag: str = Field(max_length=128, pattern=r"^[!-~]+$")  # S3 gets it as XML


class CompleteBody(Body):
    """`POST /uploads/{uploadId}/complete`, parts in ascending order."""

    max_bytes: ClassVar[int] = 2 << 20  # 10,000 parts with spaces and long etags

    key: Key
    parts: list[CompletedPart] = Field(min_length=1, max_length=MAX_PARTS)
    checksum_crc64nvme: Annotated[str | None, Field(alias="checksumCrc64nvme", max_length=64)] = (
        None
    )
    """Of the whole file, in Base64."""

    @property
    def checksum(self) -> Checksum | None:
        """Raises InvalidRequest."""
        if self.checksum_crc64nvme is None:
            return None
        return Checksum(Algorithm.CRC64NVME, self.checksum_crc64nvme)

    def numbered(self) -> list[tuple[int, str]]:
        return [(part.part_number, part.etag) for part in self.parts]


class UrlsBody(Body):
    """`POST /uploads/{uploadId}/urls`."""

    key: Key
    part_numbers: list[PartNumber] = Field(min_length=1, max_length=URLS_AT_ONCE)


class KeyQuery(Query):
    """`DELETE /uploads/{uploadId}?key=`."""

    key: Key


class PartsQuery(KeyQuery):
    """`GET /uploads/{uploadId}/parts?key=&cursor=`."""

    cursor: str | None = Field(default=None, max_length=200)
