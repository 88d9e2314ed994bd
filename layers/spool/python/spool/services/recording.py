"""Keeping the records and statistics of jobs, by the news of assets."""

from __future__ import annotations

from dataclasses import dataclass

from spool.jobs import JobChange
from spool.services.run_ports import JobBook
from spool.statistics import Tally


@dataclass(frozen=True, kw_only=True)
class JobRecorder:
    """News come at least once, and in any order: each counts once."""

    book: JobBook

    def hear(self, change: JobChange) -> bool:
        """Whether it was new."""
        return self.book.record(change, Tally.of(change))
