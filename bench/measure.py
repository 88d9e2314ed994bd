"""Rows of the benchmark table and the timing that fills them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Literal, TypedDict

SIGNS = {"max": "≤", "min": "≥"}
"""Of a claim's sense."""


class Row(TypedDict):
    """One claim. `ratio` is ours over the peer's; an absolute figure has no peer and is reported,
    never asserted. `spread` is the interquartile range of the paired ratios (of `ours`, unpaired).
    """

    name: str
    unit: str
    ours: float
    peer: float | None
    peerName: str | None
    ratio: float | None
    goal: float | None
    sense: Literal["max", "min"]
    met: bool | None
    spread: float


def paired(
    ours: Callable[[], float], peer: Callable[[], float], *, rounds: int
) -> tuple[list[float], list[float]]:
    """Measurements taken in turn, so that what else the machine does falls on both."""
    pairs = [(ours(), peer()) for _ in range(rounds)]
    return [ours for ours, _ in pairs], [peer for _, peer in pairs]


def seconds(work: Callable[[], object]) -> Callable[[], float]:
    """`work` as a measurement of its own wall time."""

    def measure() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return measure


def compared(
    name: str, unit: str, ours: list[float], peer: list[float], *, peer_name: str, goal: float
) -> Row:
    """A claim against a peer: the medians, and whether the ratio of pairs is at most `goal`."""
    ratios = [a / b for a, b in zip(ours, peer, strict=True)]
    ratio = statistics.median(ratios)
    return Row(
        name=name,
        unit=unit,
        ours=statistics.median(ours),
        peer=statistics.median(peer),
        peerName=peer_name,
        ratio=ratio,
        goal=goal,
        sense="max",
        met=ratio <= goal,
        spread=_spread(ratios),
    )


def absolute(name: str, unit: str, ours: list[float], *, goal: float | None = None) -> Row:
    """A figure without a peer, `goal` being what it should not exceed."""
    value = statistics.median(ours)
    return Row(
        name=name,
        unit=unit,
        ours=value,
        peer=None,
        peerName=None,
        ratio=None,
        goal=goal,
        sense="max",
        met=None if goal is None else value <= goal,
        spread=_spread(ours),
    )


def at_least(name: str, unit: str, ours: list[float], *, goal: float) -> Row:
    """A figure without a peer that should not be below `goal`."""
    row = absolute(name, unit, ours, goal=goal)
    return {**row, "sense": "min", "met": row["ours"] >= goal}


def _spread(values: list[float]) -> float:
    if len(values) < 2:
        return 0.0
    first, _, third = statistics.quantiles(values, n=4)
    return third - first
