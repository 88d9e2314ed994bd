"""/img: what is asked for, and the one path that it means."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spool.imaging.options import WIDTHS, InvalidOptions, VariantOptions
from tests.unit.edge_functions import runtime
from tests.unit.edge_functions.runtime import Node, outcome, viewer_request

CODE = runtime.code("img_request")
PATH = "/img/originals/org_1/site/media_1-hero.jpg"
OPTIONS = {"w", "h", "fit", "q", "f", "dpr", "g", "bg", "blur", "frame"}
ROWS = runtime.table()


def first_values(query: str) -> dict[str, str]:
    return {name: unquote_plus(entry["value"]) for name, entry in runtime.grouped(query).items()}


def test_the_table_of_requests(node: Node) -> None:
    events = [viewer_request(row["path"], row["query"], row["headers"]) for row in ROWS]
    results = zip(ROWS, node.results(CODE, events), strict=True)
    wrong = {row["name"]: (row["expect"], outcome(result)) for row, result in results}
    assert {name: both for name, both in wrong.items() if both[0] != both[1]} == {}


def in_python(row: dict[str, Any]) -> bool:
    """Whether a row is about nothing but options, without a client's hints."""
    names = first_values(row["query"]).keys()
    return bool(row["path"] == PATH and not row["headers"] and names and names <= OPTIONS)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if in_python(row)], ids=lambda row: row["name"]
)
def test_the_table_of_requests_in_python(row: dict[str, Any]) -> None:
    query = first_values(row["query"])
    if "path" in row["expect"]:
        assert VariantOptions.parse(query).name == row["expect"]["path"].rpartition("/")[2]
    else:
        with pytest.raises(InvalidOptions):
            VariantOptions.parse(query)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if "path" in row["expect"]], ids=lambda row: row["name"]
)
def test_the_resizer_takes_every_name_of_the_table(row: dict[str, Any]) -> None:
    assert VariantOptions.from_name(row["expect"]["path"].rpartition("/")[2])


wholes = st.integers(0, 100_000).map(str) | st.integers(1, 5000).map(str)
decimals = st.floats(0, 101, width=32).map(lambda x: f"{x:.3f}") | st.integers(0, 101).map(str)
halves = st.integers(0, 200).map(lambda n: f"{n / 40:g}")  # where rounding decides
odd = st.text(st.characters(codec="utf-8", max_codepoint=0x3000), max_size=6)
values = {
    "w": wholes,
    "h": wholes,
    "fit": st.sampled_from(["inside", "cover", "contain", "fill"]),
    "q": st.integers(0, 102).map(str) | st.just("auto"),
    "f": st.sampled_from(["auto", "avif", "webp", "jpeg", "jpg", "png", "gif"]),
    "dpr": halves | decimals,
    "g": st.sampled_from(["center", "north", "southwest", "attention", "northsouth"])
    | st.tuples(halves, halves).map(",".join),
    "bg": st.text("0123456789abcdefABCDEF#", max_size=7) | st.just("transparent"),
    "blur": decimals | halves,
    "frame": wholes,
}
queries = st.fixed_dictionaries(
    {}, optional={name: st.one_of(usual, usual, usual, odd) for name, usual in values.items()}
)


def encoded(query: dict[str, str]) -> str:
    """With every character escaped that may be: so values must be decoded, and once."""
    pairs = ((name, value.encode()) for name, value in query.items())
    return "&".join(f"{name}=" + "".join(f"%{byte:02X}" for byte in value) for name, value in pairs)


def python_name(query: dict[str, str]) -> str | None:
    if any(re.search(r"[\x00-\x1f\x7f-\x9f]", value) for value in query.values()):
        return None
    try:
        return VariantOptions.parse(query).name
    except InvalidOptions:
        return None


@settings(max_examples=40, deadline=None)
@given(st.lists(queries, min_size=50, max_size=150))
def test_both_sides_read_any_query_alike(node: Node, batch: list[dict[str, str]]) -> None:
    events = [viewer_request(PATH, encoded(query)) for query in batch]
    for query, result in zip(batch, node.results(CODE, events), strict=True):
        name = result["uri"].rpartition("/")[2] if "uri" in result else None
        assert name == python_name(query), query
        assert name is None or VariantOptions.from_name(name).name == name


raw = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40)
paths = st.one_of(
    st.just(PATH),
    raw.map(lambda text: "/img/" + text),
    st.lists(raw, max_size=6).map("/".join).map(lambda text: "/img/originals/" + text),
    raw.map(lambda text: "/p/img/originals/o/p/m-" + text),
)
raw_queries = st.lists(
    st.tuples(st.sampled_from([*sorted(OPTIONS), "v", "dl", "k", "e", "s", "__proto__", ""]), raw)
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))
header_values = st.dictionaries(
    st.sampled_from(["accept", "dpr", "sec-ch-dpr", "sec-ch-width", "width", "save-data"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=30),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(paths, raw_queries, header_values), min_size=20, max_size=60))
@pytest.mark.parametrize("signed", [False, True])
def test_nothing_makes_it_throw(
    node: Node, signed: bool, batch: list[tuple[str, str, dict[str, str]]]
) -> None:
    results = node.results(
        runtime.code("img_request", signed=signed), [viewer_request(*parts) for parts in batch]
    )
    for result in results:
        if "uri" not in result:
            assert outcome(result)["status"] in {400, 403, 404, 414}
            continue
        assert re.fullmatch(r"(/p)?/variants(/[A-Za-z0-9._~-]+){5}", result["uri"])
        assert VariantOptions.from_name(result["uri"].rpartition("/")[2])
        assert set(result["querystring"]) <= {"f", "w", "dpr", "q", "dl"}


def test_another_ladder(node: Node) -> None:
    widths = (100, 200, 330, 3840)
    code = runtime.code("img_request", widths=widths)
    asked = ["w=60", "w=150", "w=4000", "w=150&h=5000", "h=166&dpr=2", "w=300&dpr=1.1"]
    results = node.results(code, [viewer_request(PATH, query) for query in asked])
    names = [result["uri"].rpartition("/")[2].removesuffix("_q-80.legacy") for result in results]
    assert names == ["w-100", "w-200", "w-3840", "w-115_h-3840", "h-3840", "w-330"]
    python = [VariantOptions.parse(first_values(query), widths).name for query in asked]
    assert [name.removesuffix("_q-80.legacy") for name in python] == names
    for name in python:
        assert VariantOptions.from_name(name, widths).name == name


def canonical(node: Node, query: str, headers: dict[str, str] | None = None) -> dict[str, Any]:
    return node.results(CODE, [viewer_request(PATH, query, headers)])[0]


def test_the_viewer_response_is_told_what_the_answer_depended_on(node: Node) -> None:
    def left(query: str) -> dict[str, str]:
        rest = canonical(node, query)["querystring"]
        return {name: entry["value"] for name, entry in rest.items()}

    assert left("w=640&q=70&utm_source=x") == {"f": "auto"}
    assert left("f=webp&w=auto&dpr=auto&q=auto") == {
        "f": "webp",
        "w": "auto",
        "dpr": "auto",
        "q": "auto",
    }
    assert left("f=jpg&dl=a+b%2F%C3%BC.jpg") == {"f": "jpg", "dl": "a%20b%2F%C3%BC.jpg"}


def test_nobody_speaks_for_us_from_outside(node: Node) -> None:
    internal = {"x-spool-tag": "1", "x-amz-meta-cache-tag": "a", "x-forwarded-host": "evil"}
    kept = {"accept": "*/*", "origin": "https://a.example", "x-spoolish": "1", "x-amzn": "1"}
    result = canonical(node, "w=640", internal | kept)
    assert {name: entry["value"] for name, entry in result["headers"].items()} == kept


def test_a_refusal_is_a_problem_that_is_not_kept(node: Node) -> None:
    refused = canonical(node, "fit=stretch")
    assert refused["statusCode"] == 400
    assert refused["headers"] == {
        "content-type": {"value": "application/problem+json"},
        "cache-control": {"value": "max-age=1"},
    }
    assert json.loads(refused["body"]["data"]) == {
        "type": "urn:spool:problem:INVALID_REQUEST",
        "title": "The request is not valid",
        "status": 400,
        "detail": "fit must be one of inside, cover, contain, fill.",
        "code": "INVALID_REQUEST",
    }


def test_plain_requests_are_few(node: Node) -> None:
    """(16 + 16 + 1) × 6: what is made of a picture however many variants there are already."""
    sides = [f"{side}={pixels}" for side in "wh" for pixels in range(1, 3000, 7)]
    formats = ("f=avif", "f=webp", "f=jpg", "f=png", "f=gif", "f=auto")
    events = [viewer_request(PATH, f"{side}&{fmt}") for side in ["", *sides] for fmt in formats]
    names = {result["uri"].rpartition("/")[2] for result in node.results(CODE, events)}
    assert len(names) == (2 * len(WIDTHS) + 1) * len(formats)
    assert all(VariantOptions.from_name(name).plain for name in names)
