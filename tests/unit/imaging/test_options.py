"""What a variant's query may say, and the one name that each variant is stored under."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.imaging.options import (
    FITS,
    FORMATS,
    MAX_EDGE,
    InvalidOptions,
    VariantOptions,
    legacy_format,
)
from spool.keys import AssetRef

options = st.builds(
    VariantOptions,
    w=st.none() | st.integers(1, 9999),
    h=st.none() | st.integers(1, 9999),
    fit=st.sampled_from(FITS),
    q=st.integers(1, 100),
    format=st.sampled_from(FORMATS),
).map(VariantOptions.normal)
sizes = st.tuples(st.integers(1, 9000), st.integers(1, 9000))


def parse(query: str, fallback: str = "jpeg") -> VariantOptions:
    return VariantOptions.parse(dict(p.split("=") for p in query.split("&") if p), fallback)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("w=640&f=webp", "w=640,q=80.webp"),
        ("f=webp&q=80&w=640&fit=cover", "w=640,q=80.webp"),
        ("w=640&h=480&fit=cover&f=avif", "w=640,h=480,fit=cover,q=80.avif"),
        ("h=480&q=55&f=jpeg", "h=480,q=55.jpg"),
        ("w=320&dpr=2&f=webp", "w=640,q=80.webp"),
        ("w=33&dpr=1.5&f=webp", "w=50,q=80.webp"),
        ("w=99999&f=webp", "w=2560,q=80.webp"),
        ("w=5120&h=2560&fit=cover&f=webp", "w=2560,h=1280,fit=cover,q=80.webp"),
        ("w=64&q=10&f=png", "w=64.png"),
        ("f=webp", "q=80.webp"),
        ("f=gif", "full.gif"),
    ],
)
def test_canonical_names(query: str, name: str) -> None:
    assert parse(query).canonical() == name


def test_a_format_that_is_not_named_is_the_fallback() -> None:
    assert parse("w=9", "png").format == "png"
    assert parse("w=9&f=auto", "gif").format == "gif"
    assert parse("w=9&f=legacy").format == "jpeg"
    assert legacy_format(has_alpha=True, animated=True) == "gif"
    assert legacy_format(has_alpha=True, animated=False) == "png"
    assert legacy_format(has_alpha=False, animated=False) == "jpeg"


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("w=0", "w"),
        ("w=-5", "w"),
        ("w=1e3", "w"),
        ("w=12345678", "w"),
        ("h=ten", "h"),
        ("h=\N{ARABIC-INDIC DIGIT FIVE}", "h"),
        ("q=0", "q"),
        ("q=101", "q"),
        ("q=", "q"),
        ("dpr=0", "dpr"),
        ("dpr=9", "dpr"),
        ("dpr=nan", "dpr"),
        ("fit=stretch", "fit"),
        ("f=bmp", "f"),
        ("f=../x", "f"),
    ],
)
def test_nonsense_is_refused_by_name(query: str, what: str) -> None:
    with pytest.raises(InvalidOptions, match=f"^{what} must be "):
        parse(query)


def test_a_box_larger_than_the_picture_is_one_variant() -> None:
    assert parse("w=3000").within(1500, 1000) == parse("w=2000").within(1500, 1000)
    cover = parse("w=2000&h=2000&fit=cover").within(1500, 1000)
    assert (cover.w, cover.h) == (1000, 1000)


@pytest.mark.parametrize(
    ("query", "edge"),
    [
        ("w=1280", 1280),
        ("h=1280", 1920),
        ("w=300&h=300&fit=cover", 450),
        ("w=300&h=300&fit=inside", 300),
        ("", 2560),
    ],
)
def test_the_mip_that_is_needed(query: str, edge: int) -> None:
    assert parse(query).long_edge(6000, 4000) == edge


@given(st.dictionaries(st.sampled_from(["w", "h", "fit", "q", "f", "dpr"]), st.text(max_size=8)))
def test_any_text_is_either_refused_or_a_key(query: dict[str, str]) -> None:
    try:
        name = VariantOptions.parse(query).canonical()
    except InvalidOptions:
        return
    assert re.fullmatch(r"[a-z0-9=,]+\.(jpg|png|webp|avif|gif)", name)
    assert AssetRef("o", "p", "m").variant("0" * 12, name).endswith(name)


@given(options, sizes)
def test_within_a_picture_is_settled_and_bounded(
    wanted: VariantOptions, size: tuple[int, int]
) -> None:
    within = wanted.within(*size)
    assert within.within(*size) == within
    assert within.normal() == within
    width, height = within.box(*size)
    assert 1 <= max(width, height) <= MAX_EDGE
    if within.fit in {"cover", "fill"}:
        assert width <= size[0]
        assert height <= size[1]
    assert 0 < wanted.long_edge(*size) <= max(size)
