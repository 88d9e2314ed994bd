"""A request to process many assets anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from spool.formats import Family
from spool.model import camel


@dataclass(frozen=True)
class BatchRef:
    org_id: str
    id: str


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which assets, by what is not None; `since` and `until` are timestamps that bound their
    upload, both included."""

    project_id: str | None = None
    status: str | None = None
    type: Family | None = None
    since: str | None = None
    until: str | None = None


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Of those that were uploaded and queued before `as_of`. `after` is the position in their list,
    and `assets` how many were queued so far."""

    ref: BatchRef
    selection: Selection
    as_of: str
    after: str | None = None
    assets: int = 0
    done: bool = False
    rev: int = 1

    def to_record(self) -> dict[str, Any]:
        """JSON names and plain values, without the reference."""
        values = {camel(name): value for name, value in asdict(self).items() if name != "ref"}
        return {**values, "selection": {camel(k): v for k, v in asdict(self.selection).items()}}

    @classmethod
    def from_record(cls, ref: BatchRef, record: Mapping[str, Any]) -> Self:
        """The inverse; names it doesn't know are left out."""
        names = [n for n in cls.__dataclass_fields__ if n not in {"ref", "selection"}]
        chosen = {n: record["selection"][camel(n)] for n in Selection.__dataclass_fields__}
        if chosen["type"] is not None:
            chosen["type"] = Family(chosen["type"])
        return cls(
            ref=ref,
            selection=Selection(**chosen),
            **{name: record[camel(name)] for name in names},
        )
