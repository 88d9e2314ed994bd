"""What a check found, and the second look that it has to stand."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

AT_ONCE = 8  # looks at a time: each is a handful of requests
_WINDOW = 8 * AT_ONCE


@dataclass(frozen=True, kw_only=True)
class Finding:
    """`check` is a stable name; `subject` says what it is about, and with `check` which finding it
    is. One that is only `kept` is told, and is no fault."""

    check: str
    subject: str
    message: str
    kept: bool = False

    @property
    def identity(self) -> tuple[str, str]:
        return self.check, self.subject

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        kind = "kept" if self.kept else "WRONG"
        return f"{kind}  {self.check}  {self.subject}: {self.message}"


@dataclass(frozen=True)
class Look:
    """Reads something and says what is wrong with it. `again`, where it is dearer and surer, takes
    the place of `first` the second time."""

    first: Callable[[], Sequence[Finding]]
    again: Callable[[], Sequence[Finding]] | None = None

    def second(self) -> Sequence[Finding]:
        return (self.again or self.first)()


def confirmed(looks: Iterable[Look], pause: Callable[[], None]) -> Iterator[Finding]:
    """What is found twice, with a `pause` between: a running system is seen in the middle of its
    writes. Held meanwhile are the looks that found something, and a window of those under way."""
    suspects: list[tuple[Look, Sequence[Finding]]] = []
    for look, found in _looked(looks):
        if all(finding.kept for finding in found):
            yield from found
        else:
            suspects.append((look, found))
    if suspects:
        pause()
    for look, found in suspects:
        known = {finding.identity for finding in found}
        yield from (f for f in look.second() if f.kept or f.identity in known)


def _looked(looks: Iterable[Look]) -> Iterator[tuple[Look, Sequence[Finding]]]:
    """Several at a time, in order."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        under_way: deque[tuple[Look, Future[Sequence[Finding]]]] = deque()
        for look in looks:
            under_way.append((look, pool.submit(look.first)))
            if len(under_way) >= _WINDOW:
                done, future = under_way.popleft()
                yield done, future.result()
        for done, future in under_way:
            yield done, future.result()
