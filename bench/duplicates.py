"""Near duplicates among 100,000: that the index finds what comparing all finds, and how much of it
a look-up reads."""

from __future__ import annotations

import json
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, quantiles

import numpy as np
from numpy.typing import NDArray

from bench.buckets import draw
from bench.looks import VARIATIONS, Looks, looks
from bench.measure import Row, absolute, at_least, compared
from spool.similarity import BANDS, FARTHEST, NEAREST, Probe, bands, distance, probes

QUERIES = 900
PROBES = 68
IN_ORDER = "bits in order"
PLOT = Path(__file__).parent.parent / "docs" / "images" / "buckets.svg"

Index = Mapping[Probe, Sequence[int]]


@dataclass(frozen=True)
class Sought:
    """Of one look-up: true neighbours, itself left out, how many of them were found, and entries
    read."""

    true: int
    found: int
    read: int


def measure() -> list[Row]:
    made = looks()
    index, indexed = indexed_by_bands(made.hashes)
    numbers = np.array([int(look, 16) for look in made.hashes], dtype=np.uint64)
    asked = [one for one in queries(made) if indexed[one]]
    loads = _loads(made.hashes)
    PLOT.write_text(draw({name: sorted(cut.values(), reverse=True) for name, cut in loads.items()}))
    in_order = mean(_read_in_order(loads[IN_ORDER], made.hashes[one]) for one in asked)
    print(f"with bands of {IN_ORDER}, look-ups within {FARTHEST} would read {in_order:.1f} entries")
    apart = [distance(made.hashes[a], made.hashes[b]) for a, b in made.pairs]
    print(
        f"of {len(apart):,} copies encoded anew, smaller, brighter or darker "
        f"{mean(bits <= NEAREST for bits in apart):.1%} are within {NEAREST}, "
        f"{mean(bits <= FARTHEST for bits in apart):.1%} within {FARTHEST}"
    )
    rows = [
        absolute(
            "photographs whose hash is taken for a flat picture's",
            "%",
            [100 * float(1 - indexed.mean())],
            goal=1,
        )
    ]
    for within in (NEAREST, FARTHEST):
        rows += _rows(
            within,
            len(numbers),
            [look_up(made.hashes, numbers, indexed, index, one, within) for one in asked],
        )
    return rows


def indexed_by_bands(hashes: Sequence[str]) -> tuple[Index, NDArray[np.bool_]]:
    """What is under each band's value, and which hashes are there at all."""
    index: dict[Probe, list[int]] = defaultdict(list)
    indexed = np.zeros(len(hashes), dtype=np.bool_)
    for position, look in enumerate(hashes):
        for probe in enumerate(bands(look)):
            index[probe].append(position)
            indexed[position] = True
    return index, indexed


def queries(made: Looks) -> Sequence[int]:
    """As many of pictures that have a variation, of variations, and of any."""
    chosen = random.Random(7)
    third = QUERIES // 3
    pairs = chosen.sample(made.pairs, third)
    others = range(len(made.hashes) - VARIATIONS)
    return [*(one for pair in pairs for one in pair), *chosen.sample(others, third)]


def look_up(
    hashes: Sequence[str],
    numbers: NDArray[np.uint64],
    indexed: NDArray[np.bool_],
    index: Index,
    one: int,
    within: int,
) -> Sought:
    apart = np.bitwise_count(numbers ^ numbers[one])
    true = set(np.flatnonzero((apart <= within) & indexed).tolist()) - {one}
    read = [entry for probe in probes(hashes[one], within) for entry in index.get(probe, ())]
    return Sought(len(true), len(true.intersection(read)), len(read))


def _rows(within: int, number: int, sought: Sequence[Sought]) -> list[Row]:
    read = [one.read for one in sought]
    allowed = 1.5 * PROBES * (1 + number / 65_536)
    true = sum(one.true for one in sought)
    recall = sum(one.found for one in sought) / true
    p99 = quantiles(read, n=100)[98]
    print(
        f"within {within}: {len(sought)} look-ups of {true:,} neighbours read {mean(read):.1f} "
        f"entries on average, median {median(read):.0f}, p99 {p99:.0f}, max {max(read)}"
    )
    found = at_least(f"near duplicates within {within} bits: recall", "", [recall], goal=1)
    if within == NEAREST:
        return [found]
    print(f"  allowed are {allowed:.1f}; {mean(n > allowed for n in read):.1%} read more")
    name = f"index entries read for them among {number:,}, mean"
    peer = f"= 1.5·{PROBES}·(1+n/65,536)"
    return [
        found,
        compared(name, "entries", [mean(read)], [allowed], peer_name=peer, goal=1),
        absolute("the most that one of these look-ups read", "entries", [float(max(read))]),
    ]


def _loads(hashes: Sequence[str]) -> Mapping[str, Mapping[Probe, int]]:
    """How many hashes each value of a band has: of our bands, and of bands of bits in order."""
    return {
        "our bands": Counter(probe for look in hashes for probe in enumerate(bands(look))),
        IN_ORDER: Counter(probe for look in hashes for probe in _in_order(look)),
    }


def _in_order(look: str) -> Sequence[Probe]:
    return [(band, look[4 * band : 4 * band + 4]) for band in range(BANDS)]


def _read_in_order(cut: Mapping[Probe, int], look: str) -> int:
    turned = [0, *(1 << bit for bit in range(16))]
    return sum(
        cut.get((band, f"{int(value, 16) ^ bit:04x}"), 0)
        for band, value in _in_order(look)
        for bit in turned
    )


if __name__ == "__main__":
    for row in measure():
        print(json.dumps(row))
