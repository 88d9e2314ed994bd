"""What delivery does besides: crops, private pictures, deletion, and several files as one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Self

from local.demo.client import Client
from local.demo.comparison import Comparison
from local.demo.crops import Crops, crop
from local.demo.deletion import Deletion, delete_and_watch
from local.demo.download import Download, download
from local.demo.extras import Extras
from local.demo.journey import Journey
from local.demo.outcome import Outcome
from local.demo.private import Private, look_at_private

Tell = Callable[[str], None]
"""Says what is being done."""


@dataclass(frozen=True)
class Tour:
    """`crops` and `download` are None where nothing was uploaded that they could be of."""

    comparison: Comparison | None
    crops: Crops | None
    private: Private
    deletion: Deletion
    download: Download | None

    @classmethod
    def through(
        cls, outcomes: Sequence[Outcome], extras: Extras, client: Client, tell: Tell
    ) -> Self:
        tell("Cutting a picture by attention and by a focal point")
        crops = crop(outcomes, client.http)
        tell("Asking for a private picture, with a signature and without")
        private = _private(extras.private, client)
        tell("Deleting a picture, until the edge knows of it")
        deletion = _deletion(extras.doomed, client)
        ready = [one.journey for one in outcomes if one.journey.state == "ready"]
        if ready:
            tell("Having the originals zipped")
        zipped = download(ready, client) if ready else None
        return cls(Comparison.of(outcomes), crops, private, deletion, zipped)

    @property
    def surprises(self) -> list[str]:
        """What should not have happened, a sentence each."""
        return list(self._surprises())

    def _surprises(self) -> Iterator[str]:
        if self.crops:
            yield from self.crops.problems
        for part in (self.private, self.deletion, self.download):
            if part and part.problem:
                yield part.problem


def _private(journey: Journey, client: Client) -> Private:
    if problem := _unready(journey):
        return Private(journey.name, problem=problem)
    return look_at_private(journey, client)


def _deletion(journey: Journey, client: Client) -> Deletion:
    if problem := _unready(journey):
        return Deletion(journey.name, problem=problem)
    return delete_and_watch(journey, client)


def _unready(journey: Journey) -> str | None:
    if journey.state == "ready":
        return None
    return f"{journey.name} should be ready, and is {journey.state}. {Outcome(journey).error or ''}"
