"""Tell the world what the catalogue's stream says: each change of status, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spool.model import Asset
from spool.services.ports import News

_TOO_LONG_TO_TELL = {"exif", "palette", "scan"}


@dataclass(frozen=True)
class StreamRecord:
    """One change of an item; `before` is None for a new one."""

    sequence_number: str
    at: str
    before: Asset | None
    after: Asset


@dataclass(frozen=True, kw_only=True)
class Newsroom:
    news: News

    def tell(self, records: Sequence[StreamRecord]) -> str | None:
        """Publish the changes of status among `records`.

        Returns the sequence number from which on the stream must be read again, if any: delivery
        is at least once, and `rev` tells consumers what they know already.
        """
        told = [record for record in records if _is_news(record)]
        refused = self.news.publish([_detail(record) for record in told])
        return told[min(refused)].sequence_number if refused else None


def _is_news(record: StreamRecord) -> bool:
    return record.before is None or record.before.status is not record.after.status


def _detail(record: StreamRecord) -> dict[str, Any]:
    """The public record but for what is long, with what changed and when."""
    summary = record.after.public_record()
    return {
        **{name: value for name, value in summary.items() if name not in _TOO_LONG_TO_TELL},
        "previousStatus": None if record.before is None else record.before.status.value,
        "at": record.at,
    }
