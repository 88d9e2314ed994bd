"""A comment on an asset: its id, its text and its record.

A thread's first comment is `comment_` and 28 hex digits: twelve of milliseconds since 1970, sixteen
of chance. A reply is its thread's first id, a dot, and 28 digits more. So ids in order are threads
by time, each with its replies by time.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from spool.errors import InvalidRequest
from spool.model import camel

TEXT_LENGTH = 5_000  # characters
CHANCE_DIGITS = 16

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = "comment_"
_ID = re.compile(rf"{_FIRST}[0-9a-f]{{28}}(?:\.[0-9a-f]{{28}})?")
_MEANT = frozenset("\n\t")


def is_comment_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def new_id(moment: datetime, chance: str, parent_id: str | None = None) -> str:
    """The id of a comment that is written at `moment`, in the thread of `parent_id` if it is a
    reply. `chance` are CHANCE_DIGITS hex digits."""
    number = f"{(moment - _EPOCH) // timedelta(milliseconds=1):012x}{chance}"
    return f"{_FIRST}{number}" if parent_id is None else f"{thread_of(parent_id)}.{number}"


def thread_of(comment_id: str) -> str:
    """The id of its thread's first comment."""
    return comment_id.partition(".")[0]


def proper_text(text: str) -> str:
    """`text` in NFC, without white space around it. Raises InvalidRequest for nothing, for too
    much, and for control characters other than line breaks (`\\n`) and tabs."""
    text = unicodedata.normalize("NFC", text).strip()
    if not 1 <= len(text) <= TEXT_LENGTH:
        raise InvalidRequest(f"text must have 1 to {TEXT_LENGTH:,} characters.")
    if any(unicodedata.category(c) in {"Cc", "Cs"} and c not in _MEANT for c in text):
        raise InvalidRequest("text must hold no control characters but line breaks and tabs.")
    return text


@dataclass(frozen=True)
class Author:
    """The member who wrote, by the name that it had then."""

    id: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Comment:
    """`at` are seconds on the asset's timeline, `version_number` is the asset's when this was
    written. A thread's first comment has no `parent_id`, a deleted one neither author nor text."""

    id: str
    parent_id: str | None
    author: Author | None
    text: str | None
    at: float | None
    version_number: int
    created_at: str
    edited_at: str | None = None
    deleted_at: str | None = None
    rev: int = 1

    def edited(self, text: str, when: str) -> Self:
        return replace(self, text=text, edited_at=when, rev=self.rev + 1)

    def blanked(self, when: str) -> Self:
        return replace(self, author=None, text=None, deleted_at=when, rev=self.rev + 1)

    def to_record(self) -> dict[str, Any]:
        """JSON names and plain values; what is stored."""
        return {camel(name): value for name, value in asdict(self).items()}

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """The inverse; names it doesn't know are left out."""
        values = {f.name: record[camel(f.name)] for f in fields(cls)}
        author, at = values["author"], values["at"]
        values["author"] = None if author is None else Author(**author)
        values["at"] = None if at is None else float(at)
        return cls(**values)

    def public_record(self) -> dict[str, Any]:
        """What the API shows."""
        return {name: value for name, value in self.to_record().items() if name != "rev"}
