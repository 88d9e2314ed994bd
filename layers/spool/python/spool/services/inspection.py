"""What did arrive? By its bytes; names and headers only say what was meant to arrive."""

from __future__ import annotations

from dataclasses import dataclass

from spool.errors import EmptyFile, NotFound, SizeLimit, Superseded, TypeMismatch, UnsupportedType
from spool.events import Inspection, Run
from spool.formats import HEAD_BYTES, Format, by_content_type, by_filename, describe, sniff
from spool.imaging.probe import Limits, check_limits, probe
from spool.keys import OriginalKey
from spool.services import lifecycle
from spool.services.ports import Catalogue, Objects, Stored


@dataclass(frozen=True, kw_only=True)
class Inspector:
    """`bytes_limit` bounds an image's file; `limits` what decoding it may take."""

    catalogue: Catalogue
    originals: Objects
    bytes_limit: int
    limits: Limits

    def inspect(self, run: Run) -> Inspection:
        """Starts the run, then looks at its version. Raises MediaError, Superseded."""
        lifecycle.change_run(self.catalogue, run, lifecycle.processing)
        stored = self._stored(run)
        if stored.size > self.bytes_limit:
            raise SizeLimit(
                f"The file has {stored.size:,} bytes; at most {self.bytes_limit:,} are allowed."
            )
        if stored.size == 0:
            raise EmptyFile
        data = stored.read()
        declared = _declared(stored.content_type, run.key)
        fmt = _recognised(data, declared)
        info = probe(data, fmt)
        check_limits(info, self.limits)
        return Inspection(
            family=fmt.family,
            contentType=fmt.content_type,
            bytes=len(data),
            warnings=[*_doubts(fmt, declared), *info.warnings],
        )

    def _stored(self, run: Run) -> Stored:
        try:
            return self.originals.get(run.key, run.version_id)
        except NotFound as error:
            lifecycle.change_run(self.catalogue, run, lifecycle.deleted)
            raise Superseded(f"Version {run.version_id} of {run.key} is gone.") from error


def _declared(content_type: str, key: str) -> Format | None:
    """What the upload was said to be: by its header, else by its name."""
    return by_content_type(content_type) or by_filename(OriginalKey.parse(key).filename)


def _recognised(data: bytes, declared: Format | None) -> Format:
    fmt = sniff(data[:HEAD_BYTES])
    if fmt is not None:
        return fmt
    if declared is None:
        raise UnsupportedType("The file is of no type that Spool takes.")
    raise TypeMismatch(
        f"The file was declared as {declared.content_type}, but is {describe(data[:HEAD_BYTES])}."
    )


def _doubts(fmt: Format, declared: Format | None) -> list[str]:
    if declared is None or declared == fmt:
        return []
    return [f"The file was declared as {declared.content_type}, but holds {fmt.content_type}."]


def inspected_format(inspection: Inspection) -> Format:
    """The format that an inspection found."""
    fmt = by_content_type(inspection["contentType"])
    if fmt is None:
        raise UnsupportedType(f"{inspection['contentType']} is no type that Spool takes.")
    return fmt
