"""What viewers are told of media beside the media."""

from __future__ import annotations

import re
from email.message import Message
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.edge_functions import runtime
from tests.unit.edge_functions.runtime import Node, event, request, viewer_request

CODE = (runtime.EDGE / "media_response.js").read_text()
REQUEST_CODE = runtime.code("img_request")
STREAM = "/renditions/o/p/m/0123456789ab/stream/video.m3u8"
PICTURE = "/img/originals/o/p/m-a.jpg"
FOR_EVER = "public, max-age=31536000, immutable"


def answered(
    node: Node,
    path: str,
    query: str = "",
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> dict[str, str]:
    """The headers of a viewer's response, `path` and `query` being the event's."""
    return responses(node, [(path, query)], status=status, headers=headers)[0]


def responses(
    node: Node,
    requests: list[tuple[str, str]],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> list[dict[str, str]]:
    given_headers = {name: {"value": value} for name, value in (headers or {}).items()}
    events = [
        event(
            "viewer-response",
            request=request(*parts),
            response={"statusCode": status, "headers": given_headers},
        )
        for parts in requests
    ]
    return [
        {name: header["value"] for name, header in result["headers"].items()}
        for result in node.results(CODE, events)
    ]


def rewritten(node: Node, query: str) -> tuple[str, str]:
    """Path and query that the request function leaves of a picture's."""
    left = node.results(REQUEST_CODE, [viewer_request(PICTURE, query)])[0]
    pairs = left["querystring"].items()
    return left["uri"], "&".join(f"{name}={entry['value']}" for name, entry in pairs)


@pytest.mark.parametrize("status", [200, 206])
def test_what_mediaconvert_stored_may_be_kept_for_ever(node: Node, status: int) -> None:
    headers = answered(node, STREAM, status=status, headers={"content-type": "video/mp4"})
    assert headers == {
        "content-type": "video/mp4",
        "cache-control": FOR_EVER,
        "vary": "Origin",
    }


def test_what_says_how_long_it_may_be_kept_is_left_alone(node: Node) -> None:
    stored = {"cache-control": "public, max-age=60"}
    assert answered(node, STREAM, headers=stored) == {**stored, "vary": "Origin"}


@pytest.mark.parametrize("status", [304, 400, 403, 404, 416, 500, 503])
def test_what_is_no_media_is_not_kept_for_ever(node: Node, status: int) -> None:
    headers = answered(node, STREAM, "dl=a.jpg", status=status)
    assert headers == ({"vary": "Origin"} if status == 304 else {})


def test_a_private_answer_is_for_no_shared_cache(node: Node) -> None:
    assert answered(node, f"/p{STREAM}")["cache-control"] == FOR_EVER.replace("public", "private")
    short = {"cache-control": "public, max-age=60"}
    private = answered(node, f"/p{PICTURE}", "f=png", headers=short)
    assert private == {"cache-control": "private, max-age=60", "vary": "Origin"}


@pytest.mark.parametrize(
    ("query", "vary"),
    [
        ("w=640", "Accept, Origin"),
        ("w=640&f=", "Accept, Origin"),
        ("f=auto&f=webp", "Accept, Origin"),
        ("f=webp", "Origin"),
        ("f=jpg&w=auto", "Sec-CH-Width, Origin"),
        ("w=auto&dpr=auto&q=auto", "Accept, Sec-CH-Width, Sec-CH-DPR, Save-Data, Origin"),
        ("h=100&dpr=2&q=90&f=avif", "Origin"),
    ],
)
def test_shared_caches_learn_what_an_answer_depended_on(node: Node, query: str, vary: str) -> None:
    for path, left in [(PICTURE, query), rewritten(node, query)]:
        for status in (200, 304):
            assert answered(node, path, left, status=status).get("vary") == vary


def test_what_the_answer_varies_by_already_is_kept(node: Node) -> None:
    assert answered(node, PICTURE, headers={"vary": "Origin"})["vary"] == "Origin, Accept"
    assert answered(node, PICTURE, headers={"vary": "origin, accept"})["vary"] == "origin, accept"


def test_streams_depend_on_nothing_but_who_may_read_them(node: Node) -> None:
    """What a browser kept of an <img> is not for a script of another origin: no header lets it."""
    assert answered(node, STREAM, "f=auto&w=auto")["vary"] == "Origin"


@pytest.mark.parametrize(
    ("name", "saved"),
    [
        ("hero.jpg", "hero.jpg"),
        ("a b (1)'*!.jpg", "a b (1)'*!.jpg"),
        ("größe 写真.jpg", "größe 写真.jpg"),
        ("50% off.jpg", "50% off.jpg"),
        ('say "hi".jpg', 'say "hi".jpg'),
        ("../../etc/passwd", "__.._etc_passwd"),
        ("C:\\autoexec.bat", "C:_autoexec.bat"),
        (".htaccess", "_htaccess"),
        ("photo\N{RIGHT-TO-LEFT OVERRIDE}gpj.exe", "photogpj.exe"),
        ("emoji \N{CAMERA}.jpg", "emoji \N{CAMERA}.jpg"),
    ],
)
def test_a_download_has_the_name_that_was_asked_for(node: Node, name: str, saved: str) -> None:
    queries = [f"dl={quote(name, safe='')}", f"dl={quote_plus(name)}"]
    for path, query in [
        *((STREAM, query) for query in queries),
        *((PICTURE, query) for query in queries),
        *(rewritten(node, query) for query in queries),
    ]:
        disposition = answered(node, path, query)["content-disposition"]
        message = Message()
        message["content-disposition"] = disposition
        assert message.get_content_disposition() == "attachment"
        plain, extended = re.fullmatch(
            r"attachment; filename=\"([ !#-~]*)\"; (filename\*=UTF-8''[A-Za-z0-9!._~%-]+)",
            disposition,
        ).groups()  # type: ignore[union-attr]
        assert "%" not in plain
        message.replace_header("content-disposition", f"attachment; {extended}")
        assert message.get_filename() == saved


@pytest.mark.parametrize("query", ["dl=%", "dl=%FF", f"dl={'a' * 256}", "dl=+", "dl=%0D%0A"])
def test_a_download_without_a_usable_name_is_one(node: Node, query: str) -> None:
    assert answered(node, STREAM, query)["content-disposition"] == "attachment"


def test_without_dl_nothing_is_a_download(node: Node) -> None:
    assert "content-disposition" not in answered(node, PICTURE, "dl=")
    stored = {"content-disposition": "inline"}
    assert answered(node, PICTURE, headers=stored)["content-disposition"] == "inline"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=20, max_size=60))
def test_no_name_makes_a_header_of_its_own(node: Node, names: list[str]) -> None:
    requests = [(STREAM, "dl=" + quote(name.encode("utf-8", "replace"), safe="")) for name in names]
    for (_, query), headers in zip(requests, responses(node, requests), strict=True):
        assert (query == "dl=") == ("content-disposition" not in headers)
        assert re.fullmatch(
            r"(attachment(; filename=\"[ !#-\[\]-~]*\"; filename\*=UTF-8''[A-Za-z0-9!._~%-]+)?)?",
            headers.get("content-disposition", ""),
        )
