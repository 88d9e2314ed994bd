"""Two pictures beside the others: one that is for some only, and one that will be deleted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from local.demo.drawn import draw
from local.demo.journey import Journey
from local.demo.media import Expected, Upload

SIZE = (1280, 800)


@dataclass(frozen=True)
class Extras:
    private: Journey
    doomed: Journey

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Drawn into `folder`."""
        return cls(
            _journey(folder / "for some only.jpg", 11, "private", private=True),
            _journey(folder / "soon gone.jpg", 17, "uploaded to be deleted"),
        )

    def __iter__(self) -> Iterator[Journey]:
        return iter((self.private, self.doomed))


def _journey(path: Path, seed: int, about: str, *, private: bool = False) -> Journey:
    draw(seed, SIZE).save(path, quality=90)
    return Journey.of(Upload(path, about, Expected("ready", SIZE), private=private))
