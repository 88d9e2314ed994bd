"""Request tokens: the same token within a minute gives the same job, whatever else is asked.

https://docs.aws.amazon.com/mediaconvert/latest/apireference/idempotency.html
"""

from __future__ import annotations

from collections.abc import Callable

REMEMBERED_SECONDS = 60


class RequestTokens:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._jobs: dict[str, tuple[str, float]] = {}

    def recall(self, token: str) -> str | None:
        """The id of the job that was created with `token`, while it is remembered."""
        self._forget()
        job_id, _ = self._jobs.get(token, (None, 0.0))
        return job_id

    def remember(self, token: str, job_id: str) -> None:
        self._jobs[token] = (job_id, self._clock())

    def _forget(self) -> None:
        oldest = self._clock() - REMEMBERED_SECONDS
        self._jobs = {token: entry for token, entry in self._jobs.items() if entry[1] > oldest}
