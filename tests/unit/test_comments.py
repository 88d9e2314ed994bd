"""Ids of comments say where they stand; texts are kept as they were meant."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.comments import (
    TEXT_LENGTH,
    Author,
    Comment,
    is_comment_id,
    new_id,
    proper_text,
    thread_of,
)
from spool.errors import InvalidRequest

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS = st.integers(0, 253_000_000_000_000_000).map(lambda n: EPOCH + timedelta(microseconds=n))
NUMBERS = st.tuples(MOMENTS, st.text("0123456789abcdef", min_size=16, max_size=16))
FIRST = "comment_0194681e8d00a1b2c3d4e5f60718"


def test_an_id_begins_with_its_time() -> None:
    moment = datetime(2025, 1, 15, 10, 0, 0, 123_999, tzinfo=UTC)

    first = new_id(moment, "0" * 16)

    assert first == f"comment_01946967d57b{'0' * 16}"
    assert new_id(moment, "f" * 16, first) == f"{first}.01946967d57b{'f' * 16}"


@given(st.lists(NUMBERS, min_size=1, max_size=5))
def test_a_reply_to_a_reply_is_in_the_same_thread(numbers: list[tuple[datetime, str]]) -> None:
    first = parent = new_id(*numbers[0])
    assert thread_of(first) == first
    for number in numbers:
        parent = new_id(*number, parent)
        assert is_comment_id(parent)
        assert thread_of(parent) == first


@given(one=NUMBERS, other=NUMBERS, reply=NUMBERS)
def test_ids_are_in_the_order_of_threads(
    one: tuple[datetime, str], other: tuple[datetime, str], reply: tuple[datetime, str]
) -> None:
    earlier, later = sorted([new_id(*one), new_id(*other)])

    assert earlier < new_id(*reply, earlier)
    assert earlier == later or new_id(*reply, earlier) < later
    if one[0] + timedelta(milliseconds=1) <= other[0]:
        assert new_id(*one) < new_id(*other)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "comment_",
        FIRST[:-1],
        f"{FIRST}0",
        FIRST.upper(),
        f"{FIRST}\n",
        f"{FIRST}.",
        f"{FIRST}.{FIRST}",
        f"{FIRST}.{FIRST[8:]}.{FIRST[8:]}",
        FIRST.replace("0", "٠"),
        "../ASSET",
    ],
)
def test_what_is_no_id(text: str) -> None:
    assert is_comment_id(FIRST)
    assert not is_comment_id(text)


@given(st.text())
def test_a_text_is_refused_or_kept_in_normal_form(text: str) -> None:
    try:
        kept = proper_text(text)
    except InvalidRequest:
        return
    assert kept == unicodedata.normalize("NFC", text).strip()
    assert proper_text(kept) == kept


@pytest.mark.parametrize(
    ("given_text", "kept"),
    [
        ("  Brighter,\n\tplease. \n", "Brighter,\n\tplease."),
        ("Cafe\u0301 <b>&amp;</b>", "Café <b>&amp;</b>"),
        ("\u202e\u200d ok", "\u202e\u200d ok"),
        (" " * 9_000 + "a" * TEXT_LENGTH, "a" * TEXT_LENGTH),
    ],
)
def test_what_was_meant_is_kept(given_text: str, kept: str) -> None:
    assert proper_text(given_text) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t\u3000",
        "a" * (TEXT_LENGTH + 1),
        "a\x00b",
        "a\r\nb",
        "\x1b[31mred",
        "a\x85b",
        "\ud800",
    ],
)
def test_a_text_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match=r"^text must .*\.$"):
        proper_text(text)


def test_a_record_comes_back_as_it_was() -> None:
    comment = Comment(
        id=FIRST,
        parent_id=None,
        author=Author("user-1", "ann@acme.example"),
        text="Brighter, please.",
        at=12.5,
        version_number=3,
        created_at="2025-01-15T10:00:00.000Z",
    )
    for one in (comment, comment.edited("Darker.", "2025-01-15T10:01:00.000Z")):
        assert Comment.from_record({**one.to_record(), "ofALaterRelease": 1}) == one

    blank = comment.blanked("2025-01-15T10:02:00.000Z")
    assert Comment.from_record(blank.to_record()) == blank
    assert (blank.author, blank.text, blank.at, blank.rev) == (None, None, 12.5, 2)
    assert "Brighter" not in str(blank)
    assert "rev" not in blank.public_record()
