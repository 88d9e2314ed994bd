from __future__ import annotations

import pytest

from local.edge import conditions
from local.edge.messages import Request, Response

MODIFIED = "Fri, 20 Nov 2026 10:00:00 GMT"
FOREVER = ("cache-control", "max-age=31536000, immutable")
WHOLE = Response(200, (("etag", '"abc"'), ("last-modified", MODIFIED), FOREVER), b"0123456789")


def apply(**headers: str) -> Response:
    pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return conditions.apply(Request("GET", "/a", headers=pairs), WHOLE)


@pytest.mark.parametrize(
    ("wanted", "body", "content_range"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=8-", b"89", "bytes 8-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=-99", b"0123456789", "bytes 0-9/10"),
        ("bytes=5-99", b"56789", "bytes 5-9/10"),
        ("bytes=0-0", b"0", "bytes 0-0/10"),
    ],
)
def test_a_range_is_cut_out(wanted: str, body: bytes, content_range: str) -> None:
    part = apply(range=wanted)

    assert (part.status, part.body) == (206, body)
    assert part.header("content-range") == content_range
    assert part.header("content-length") == str(len(body))


@pytest.mark.parametrize("wanted", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(wanted: str) -> None:
    refusal = apply(range=wanted)

    assert (refusal.status, refusal.body) == (416, b"")
    assert refusal.header("content-range") == "bytes */10"
    assert refusal.header("cache-control") == ""


@pytest.mark.parametrize(
    "wanted",
    ["bytes=5-2", "bytes=-", "lines=1-2", "bytes=0-1,4-5", "x", f"bytes=0-{'9' * 5000}"],
)
def test_a_range_that_makes_no_sense_gets_the_whole(wanted: str) -> None:
    assert apply(range=wanted) == WHOLE


def test_a_range_of_another_version_gets_the_whole() -> None:
    assert apply(range="bytes=0-3", if_range='"old"') == WHOLE
    assert apply(range="bytes=0-3", if_range='"abc"').status == 206


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if_none_match": '"abc"'}, 304),
        ({"if_none_match": 'W/"abc"'}, 304),
        ({"if_none_match": '"x", "abc"'}, 304),
        ({"if_none_match": "*"}, 304),
        ({"if_none_match": '"x"'}, 200),
        ({"if_modified_since": MODIFIED}, 304),
        ({"if_modified_since": "Thu, 19 Nov 2026 10:00:00 GMT"}, 200),
        ({"if_modified_since": "yesterday"}, 200),
        ({"if_modified_since": "Fri, 20 Nov 2026 10:00:00 -0000"}, 304),
        ({"if_modified_since": f"Fri, 20 Nov {'9' * 30} 10:00:00 GMT"}, 200),
        ({"if_none_match": '"x"', "if_modified_since": MODIFIED}, 200),
    ],
)
def test_what_the_viewer_has_is_not_sent_again(headers: dict[str, str], status: int) -> None:
    answer = apply(**headers)

    assert answer.status == status
    assert answer.body == (b"" if status == 304 else WHOLE.body)
    assert answer.header("etag") == '"abc"'
