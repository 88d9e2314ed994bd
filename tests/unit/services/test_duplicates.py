from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from spool.errors import NotFound
from spool.model import Asset, Status
from spool.services import duplicates
from spool.services.duplicates import Duplicates
from tests.unit.services.fakes import MemoryCatalogue, MemoryFingerprints
from tests.unit.services.test_listing import asset

HASH = "a0e597daacb85a25"
FLAT = "8000000000000000"


def turned(bits: int, start: int = 0) -> str:
    """`HASH` with so many of its bits turned."""
    return f"{int(HASH, 16) ^ ((1 << bits) - 1) << start:016x}"


def stored(
    number: int, *, sha256: str | None = None, look: str | None = None, **also: Any
) -> Asset:
    return replace(asset(number), sha256=sha256, perceptual_hash=look, **also)


def library(*assets: Asset) -> Duplicates:
    catalogue = MemoryCatalogue()
    for one in assets:
        assert catalogue.insert(one)
    return Duplicates(catalogue=catalogue, fingerprints=MemoryFingerprints(catalogue))


def found(library: Duplicates, distance: int = 7, limit: int = 50) -> list[tuple[str, str, Any]]:
    """Id, match and distance of the duplicates of m0."""
    items = library.of("org", "m0", distance=distance, limit=limit)["items"]
    return [(item["asset"]["id"], item["match"], item["distance"]) for item in items]


def test_exact_ones_come_first_then_the_nearest_then_the_newest() -> None:
    library_ = library(
        stored(0, sha256="aa", look=HASH),
        stored(1, sha256="bb", look=turned(2)),
        stored(2, sha256="aa", look=HASH),
        stored(3, sha256="cc", look=turned(1)),
        stored(4, sha256="dd", look=turned(2, 9)),
        stored(5, sha256="aa", look=HASH),
        stored(6, sha256="ee", look=turned(8)),
        stored(7),
    )

    answer = library_.of("org", "m0", distance=7, limit=50)

    assert found(library_) == [
        ("m5", "exact", 0),
        ("m2", "exact", 0),
        ("m3", "near", 1),
        ("m4", "near", 2),
        ("m1", "near", 2),
    ]
    assert (answer["truncated"], answer["indexed"]) == (False, True)
    assert "privateExif" not in answer["items"][0]["asset"]


@pytest.mark.parametrize("distance", range(8))
def test_all_within_the_distance_are_found_and_no_others(distance: int) -> None:
    others = [stored(bits + 1, look=turned(bits, 5 * bits)) for bits in range(9)]

    near = found(library(stored(0, look=HASH), *others), distance)

    assert near == [(f"m{bits + 1}", "near", bits) for bits in range(distance + 1)]


@pytest.mark.parametrize("look", [None, FLAT])
def test_what_has_no_picture_or_a_flat_one_has_exact_duplicates_only(look: str | None) -> None:
    shop = library(
        stored(0, sha256="aa", look=look), stored(1, sha256="aa", look=look), stored(2, look=look)
    )

    answer = shop.of("org", "m0", distance=7, limit=50)

    assert [item["asset"]["id"] for item in answer["items"]] == ["m1"]
    assert (answer["indexed"], answer["truncated"]) == (False, False)


def test_what_has_not_been_read_yet_has_none() -> None:
    answer = library(stored(0), stored(1)).of("org", "m0", distance=7, limit=50)

    assert answer == {"items": [], "truncated": False, "indexed": False}


def test_others_organisations_have_no_part_in_it() -> None:
    rivals = stored(1, sha256="aa", look=HASH, org_id="rival")

    assert found(library(stored(0, sha256="aa", look=HASH), rivals)) == []


@pytest.mark.parametrize(("org", "media_id"), [("org", "m9"), ("rival", "m0"), ("org", "a-b")])
def test_an_unknown_asset_has_no_duplicates(org: str, media_id: str) -> None:
    with pytest.raises(NotFound):
        library(stored(0, sha256="aa")).of(org, media_id, distance=7, limit=50)


def test_a_deleted_asset_is_not_found_and_no_duplicate() -> None:
    deleted = stored(0, sha256="aa", look=HASH, status=Status.DELETED)
    shop = library(deleted, stored(1, sha256="aa", look=HASH))

    with pytest.raises(NotFound):
        shop.of("org", "m0", distance=7, limit=50)
    assert shop.of("org", "m1", distance=7, limit=50)["items"] == []


@pytest.mark.parametrize(
    ("exact", "near", "limit", "given", "truncated"),
    [
        (3, 3, 6, 6, False),
        (3, 3, 5, 5, True),
        (3, 0, 3, 3, False),
        (4, 0, 3, 3, True),
        (3, 1, 3, 3, True),
        (0, 2, 1, 1, True),
    ],
)
def test_what_the_limit_cuts_off_is_told(
    exact: int, near: int, limit: int, given: int, truncated: bool
) -> None:
    shop = library(
        stored(0, sha256="aa", look=HASH),
        *(stored(1 + n, sha256="aa", look=HASH) for n in range(exact)),
        *(stored(20 + n, sha256="bb", look=HASH) for n in range(near)),
    )

    answer = shop.of("org", "m0", distance=7, limit=limit)

    assert (len(answer["items"]), answer["truncated"]) == (given, truncated)


def test_what_the_cap_on_candidates_cuts_off_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = library(stored(0, look=HASH), *(stored(n, look=turned(7)) for n in range(1, 9)))
    assert not shop.of("org", "m0", distance=7, limit=50)["truncated"]

    monkeypatch.setattr(duplicates, "CANDIDATES", 8)

    assert shop.of("org", "m0", distance=7, limit=50)["truncated"]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"status": Status.DELETED}, []),
        ({"perceptual_hash": turned(8)}, []),
        ({"perceptual_hash": turned(3)}, [("m1", "near", 3)]),
        ({"sha256": "aa"}, [("m1", "exact", 1)]),
    ],
)
def test_what_changed_after_it_was_indexed_is_judged_as_it_is_now(
    change: dict[str, Any], expected: list[tuple[str, str, int]]
) -> None:
    shop = library(stored(0, sha256="aa", look=HASH), stored(1, sha256="bb", look=turned(1)))

    class Lagging(MemoryFingerprints):
        def assets(self, org_id: str, media_ids: Sequence[str]) -> Sequence[Asset]:
            return [replace(one, **change) for one in super().assets(org_id, media_ids)]

    assert isinstance(shop.catalogue, MemoryCatalogue)
    assert found(replace(shop, fingerprints=Lagging(shop.catalogue))) == expected
