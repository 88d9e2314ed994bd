"""Checksums of whole files, which S3 computes too, and refuses what differs."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from spool.errors import InvalidRequest


class Algorithm(StrEnum):
    """As S3's headers name them."""

    SHA256 = "sha256"
    CRC32 = "crc32"
    CRC32C = "crc32c"
    CRC64NVME = "crc64nvme"


_BYTES = {Algorithm.SHA256: 32, Algorithm.CRC32: 4, Algorithm.CRC32C: 4, Algorithm.CRC64NVME: 8}


@dataclass(frozen=True)
class Checksum:
    """`value` is Base64. Raises InvalidRequest for what is no value of its algorithm."""

    algorithm: Algorithm
    value: str

    def __post_init__(self) -> None:
        try:
            length = len(base64.b64decode(self.value, validate=True))
        except (binascii.Error, ValueError):
            length = -1
        if length != _BYTES[self.algorithm]:
            raise InvalidRequest(
                f"checksum.value must be the Base64 of a {self.algorithm}: "
                f"{_BYTES[self.algorithm]} bytes."
            )

    @property
    def sha256(self) -> str | None:
        """In hex, as the catalogue has it; None of another algorithm."""
        if self.algorithm is not Algorithm.SHA256:
            return None
        return base64.b64decode(self.value).hex()

    @property
    def headers(self) -> Mapping[str, str]:
        """What a PUT of the file must send."""
        return {f"x-amz-checksum-{self.algorithm}": self.value}
