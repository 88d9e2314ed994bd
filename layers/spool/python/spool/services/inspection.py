"""What did arrive? By its bytes; names and headers only say what was meant to arrive."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from spool.errors import EmptyFile, NotFound, SizeLimit, Superseded, TypeMismatch, UnsupportedType
from spool.events import Inspection, Run
from spool.formats import (
    HEAD_BYTES,
    Family,
    Format,
    by_content_type,
    by_filename,
    describe,
    sniff,
)
from spool.imaging.probe import Limits, check_limits, probe
from spool.keys import OriginalKey
from spool.model import timestamp
from spool.services import lifecycle
from spool.services.ports import Catalogue, Clock
from spool.services.storage_ports import Objects, Stored


@dataclass(frozen=True, kw_only=True)
class Inspector:
    """`bytes_limits` names the families that are taken; `limits` is what decoding an image may
    take. Of a video only the beginning is read here: `probing` looks into it."""

    catalogue: Catalogue
    originals: Objects
    bytes_limits: Mapping[Family, int]
    limits: Limits
    clock: Clock

    def inspect(self, run: Run) -> Inspection:
        """Starts the run, then looks at its version. Raises MediaError, Superseded."""
        now = timestamp(self.clock())
        lifecycle.change_run(self.catalogue, run, lambda asset: lifecycle.processing(asset, now))
        stored = self._stored(run)
        with closing(stored.body) as body:
            self._check_size(stored.size, max(self.bytes_limits.values()))
            head = body.read(HEAD_BYTES)
            declared = _declared(stored.content_type, run.key)
            fmt = _recognised(head, declared)
            self._check_size(stored.size, self.bytes_limits[fmt.family])
            warnings = _doubts(fmt, declared)
            if fmt.family is Family.IMAGE:
                warnings += self._look_at(head + body.read(), fmt)
        return Inspection(
            family=fmt.family, contentType=fmt.content_type, bytes=stored.size, warnings=warnings
        )

    def _stored(self, run: Run) -> Stored:
        try:
            return self.originals.get(run.key, run.version_id)
        except NotFound as error:
            raise gone(self.catalogue, self.originals, run) from error

    def _check_size(self, size: int, limit: int) -> None:
        if size == 0:
            raise EmptyFile
        if size > limit:
            raise SizeLimit(f"The file has {size:,} bytes; at most {limit:,} are allowed.")

    def _look_at(self, picture: bytes, fmt: Format) -> Sequence[str]:
        info = probe(picture, fmt)
        check_limits(info, self.limits)
        return info.warnings


def gone(catalogue: Catalogue, originals: Objects, run: Run) -> Superseded:
    """The run's version was deleted, and so is its asset, unless S3 shows another one: an older,
    which takes its place, or one that has just arrived. Raises Superseded itself where a newer run
    has the asset."""
    try:
        originals.head(run.key)
    except NotFound:
        lifecycle.change_run(catalogue, run, lifecycle.deleted)
    return Superseded(f"Version {run.version_id} of {run.key} is gone.")


def _declared(content_type: str, key: str) -> Format | None:
    """What the upload was said to be: by its header, else by its name."""
    return by_content_type(content_type) or by_filename(OriginalKey.parse(key).filename)


def _recognised(head: bytes, declared: Format | None) -> Format:
    fmt = sniff(head)
    if fmt is not None:
        return fmt
    if declared is None:
        raise UnsupportedType("The file is of no type that Spool takes.")
    raise TypeMismatch(
        f"The file was declared as {declared.content_type}, but is {describe(head)}."
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
