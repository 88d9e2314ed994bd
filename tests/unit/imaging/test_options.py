"""What a variant's query may say, and the one name that each variant is stored under."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.imaging.options import (
    BLURS,
    FITS,
    FORMATS,
    GRAVITIES,
    LEGACY,
    WIDTHS,
    InvalidOptions,
    VariantOptions,
    legacy_format,
)
from spool.keys import AssetRef

PERCENT = st.integers(0, 20).map(lambda step: 5 * step)
FOCAL = st.tuples(PERCENT, PERCENT).map(lambda point: f"{point[0]}x{point[1]}")
SIDE = st.none() | st.sampled_from(WIDTHS) | st.integers(1, 9999)
options = st.builds(
    VariantOptions,
    w=SIDE,
    h=SIDE,
    fit=st.sampled_from(FITS),
    gravity=st.sampled_from(GRAVITIES) | FOCAL,
    background=st.none() | st.text("0123456789abcdef", min_size=6, max_size=6),
    blur=st.sampled_from((0, *BLURS)),
    frame=st.none() | st.integers(1, 9999),
    q=st.integers(1, 10).map(lambda tenth: 10 * tenth),
    format=st.sampled_from((*FORMATS, LEGACY)),
).map(VariantOptions.normal)
sizes = st.tuples(st.integers(1, 9000), st.integers(1, 9000))
ladders = st.just(WIDTHS) | st.sets(st.integers(1, 4000), min_size=1).map(
    lambda steps: tuple(sorted(steps))
)


def parse(query: str) -> VariantOptions:
    return VariantOptions.parse(dict(p.split("=") for p in query.split("&") if p))


def is_request(name: str, widths: tuple[int, ...] = WIDTHS) -> bool:
    try:
        return VariantOptions.from_name(name, widths).name == name
    except InvalidOptions:
        return False


def test_what_is_read_from_a_name() -> None:
    name = "w-640_h-480_fit-cover_g-25x75_bg-ffcc00_blur-5_frame-2_q-70.jpg"
    assert VariantOptions.from_name(name) == VariantOptions(
        640, 480, "cover", "25x75", "ffcc00", 5, 2, 70, "jpeg"
    )
    assert VariantOptions.from_name("full.gif") == VariantOptions(format="gif")
    assert VariantOptions.from_name("q-80.legacy") == VariantOptions(format=LEGACY)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "full.webp",  # it has a quality
        "q-80",
        "q-80.jpeg",
        "q-80.svg",
        "q-80.png",
        "q-85.webp",
        "q-0.webp",
        "q-110.webp",
        "w-640.webp",
        "w-641_q-80.webp",
        "w-0640_q-80.webp",
        "w-3840_q-80.webp",
        "h-100_q-80.webp",
        "w-640_h-2561_q-80.webp",
        "w-100_h-100_q-80.webp",
        "w-2561_h-2560_q-80.webp",
        "h-480_w-640_q-80.webp",
        "w-640_w-640_q-80.webp",
        "w-640__q-80.webp",
        "w-640q-80.webp",
        "w-640_q-80_.webp",
        "_w-640_q-80.webp",
        "full_q-80.webp",
        "fullq-80.webp",
        "w-640_fit-cover_q-80.webp",
        "w-640_h-480_fit-inside_q-80.webp",
        "w-640_h-480_g-north_q-80.webp",
        "w-640_h-480_fit-contain_g-north_q-80.webp",
        "w-640_h-480_fit-cover_g-center_q-80.webp",
        "w-640_h-480_fit-cover_g-50x50_q-80.webp",
        "w-640_h-480_fit-cover_g-05x75_q-80.webp",
        "w-640_h-480_fit-cover_g-26x75_q-80.webp",
        "bg-FFFFFF_q-80.webp",
        "bg-fff_q-80.webp",
        "bg-transparent_q-80.webp",
        "blur-3_q-80.webp",
        "blur-0_q-80.webp",
        "frame-0_q-80.webp",
        "frame-10000_q-80.webp",
        "q-80.webp\n",
        "q-\N{ARABIC-INDIC DIGIT EIGHT}0.webp",
        "../q-80.webp",
        "Q-80.webp",
    ],
)
def test_names_that_the_edge_does_not_make_are_refused(name: str) -> None:
    assert not is_request(name)


@given(options)
def test_a_name_gives_its_variant_back(wanted: VariantOptions) -> None:
    assert VariantOptions.from_name(wanted.name, widths=None) == wanted
    assert AssetRef("o", "p", "m").variant("0" * 12, wanted.name).endswith("/" + wanted.name)


@given(options, ladders)
def test_what_may_be_requested_can_be_asked_for_and_nothing_else(
    wanted: VariantOptions, widths: tuple[int, ...]
) -> None:
    asked = VariantOptions.parse(wanted.query, widths)
    assert is_request(asked.name, widths)
    assert is_request(wanted.name, widths) == (asked == wanted)


@given(st.from_regex(r"\A[a-z0-9_.-]{0,30}\.(webp|png|legacy|jpg)\Z"))
def test_no_other_text_is_a_name(text: str) -> None:
    try:
        assert VariantOptions.from_name(text, widths=None).name == text
    except InvalidOptions:
        return


def test_the_format_of_an_old_client() -> None:
    assert parse("w=96").format == LEGACY
    assert parse("w=96&f=auto").format == LEGACY
    assert legacy_format(has_alpha=True, animated=True) == "gif"
    assert legacy_format(has_alpha=True, animated=False) == "png"
    assert legacy_format(has_alpha=False, animated=False) == "jpeg"


@pytest.mark.parametrize(
    ("query", "what"),
    [
        ("w=0", "w"),
        ("w=1e3", "w"),
        ("h=ten", "h"),
        ("h=\N{ARABIC-INDIC DIGIT FIVE}", "h"),
        ("q=101", "q"),
        ("dpr=9", "dpr"),
        ("dpr=nan", "dpr"),
        ("fit=stretch", "fit"),
        ("f=../x", "f"),
        ("g=1.5,0", "g"),
        ("bg=red", "bg"),
        ("blur=-1", "blur"),
        ("frame=0", "frame"),
    ],
)
def test_nonsense_is_refused_by_name(query: str, what: str) -> None:
    with pytest.raises(InvalidOptions, match=f"^{what} must be "):
        parse(query)


@pytest.mark.parametrize("query", ["", "f=png", "w=640&f=gif", "h=480", "w=320&fit=cover&q=80"])
def test_plain_variants(query: str) -> None:
    assert parse(query).plain


@pytest.mark.parametrize(
    "query", ["w=640&h=480", "q=70", "bg=fff", "blur=1", "frame=1", "w=9&frame=2&f=gif"]
)
def test_variants_that_count(query: str) -> None:
    assert not parse(query).plain


def test_what_would_enlarge_a_picture_is_one_variant() -> None:
    names = {parse(query).within(1500, 1000).name for query in ("w=1600", "w=2560", "h=1080", "")}
    assert names == {"q-80.legacy"}
    assert parse("w=1440").within(1500, 1000).w == 1440
    cover = parse("w=2000&h=2000&fit=cover").within(1500, 1000)
    assert (cover.w, cover.h) == (1000, 1000)


@pytest.mark.parametrize(
    ("query", "edge"),
    [
        ("w=1280", 1280),
        ("h=1280", 1920),
        ("w=320&h=320&fit=cover", 480),
        ("w=320&h=320&fit=inside", 320),
        ("", 6000),
    ],
)
def test_the_mip_that_is_needed(query: str, edge: int) -> None:
    assert parse(query).long_edge(6000, 4000) == edge


@given(options, sizes)
def test_within_a_picture_is_settled_and_bounded(
    wanted: VariantOptions, size: tuple[int, int]
) -> None:
    within = wanted.within(*size)
    assert within.within(*size) == within
    assert within.normal() == within
    assert VariantOptions.from_name(within.name, widths=None) == within
    assert replace(within, w=wanted.w, h=wanted.h) == wanted
    width, height = within.box(*size)
    assert (width, height) == wanted.box(*size)
    if within.fit in {"cover", "fill"} or not (within.w and within.h):
        assert 1 <= width <= size[0]
        assert 1 <= height <= size[1]
    else:
        assert width <= size[0] or height <= size[1]
    assert 0 < wanted.long_edge(*size) <= max(size)


@given(st.dictionaries(st.sampled_from(["w", "h", "dpr", "g", "bg", "blur", "q"]), st.text()))
def test_any_text_is_either_refused_or_a_name(query: dict[str, str]) -> None:
    try:
        name = VariantOptions.parse(query).name
    except InvalidOptions:
        return
    assert re.fullmatch(r"[a-z0-9_-]+\.(jpg|png|webp|avif|gif|legacy)", name)
    assert is_request(name)
