"""Conditional and range requests, answered from a complete response (RFC 9110, 13 and 14)."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from local.edge.messages import Request, Response, without

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def apply(request: Request, response: Response) -> Response:
    """304, 206 or 416 where the request asks for it; otherwise `response`."""
    if response.status != 200 or not isinstance(response.body, bytes):
        return response
    if _not_modified(request, response):
        return replace(
            response, status=304, body=b"", headers=without(response.headers, ["content-length"])
        )
    is_ranged = request.method == "GET" and request.header("range")
    if is_ranged and _range_still_valid(request, response):
        return _partial(request.header("range"), response, response.body)
    return response


def _not_modified(request: Request, response: Response) -> bool:
    etag = response.header("etag")
    if expected := request.header("if-none-match"):
        tags = {tag.strip().removeprefix("W/") for tag in expected.split(",")}
        return "*" in tags or (bool(etag) and etag.removeprefix("W/") in tags)
    since = _date(request.header("if-modified-since"))
    modified = _date(response.header("last-modified"))
    return since is not None and modified is not None and modified <= since


def _date(text: str) -> datetime | None:
    """None for what is no date. One of an unknown zone (`-0000`) is in UTC."""
    try:
        date = parsedate_to_datetime(text)
    except (OverflowError, ValueError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _range_still_valid(request: Request, response: Response) -> bool:
    validator = request.header("if-range")
    return not validator or validator in {response.header("etag"), response.header("last-modified")}


def _partial(wanted: str, response: Response, body: bytes) -> Response:
    """One range; several, or none that parses, get the whole, as RFC 9110 allows."""
    match = _RANGE.fullmatch(wanted.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return response
    size = len(body)
    first, last = match.groups()
    start = int(first) if first else max(0, size - int(last))
    end = min(int(last), size - 1) if first and last else size - 1
    if first and last and int(last) < int(first):
        return response
    if start >= size or (not first and int(last) == 0):
        kept = without(response.headers, ["cache-control"])  # it is of the media, not of an error
        return Response(416, kept).with_headers(
            ("content-range", f"bytes */{size}"), ("content-length", "0")
        )
    part = body[start : end + 1]
    return replace(response, status=206, body=part).with_headers(
        ("content-range", f"bytes {start}-{end}/{size}"), ("content-length", str(len(part)))
    )
