"""One file from the edge, as a player asks for it."""

from __future__ import annotations

import httpx


class Wrong(Exception):
    """An answer is not what it should be: a sentence's end, such as `answered 404`."""


def fetched(http: httpx.Client, url: str, *, only: str | None = None) -> httpx.Response:
    """What `url` answers, whole or as the range `only`, `bytes=0-99`. Raises Wrong."""
    if not url:
        raise Wrong("is not in the record")
    wanted = 206 if only else 200
    try:
        answer = http.get(url, headers={"range": only} if only else {}, follow_redirects=True)
    except httpx.HTTPError as error:
        raise Wrong(f"did not answer: {error}") from error
    if answer.status_code != wanted:
        raise Wrong(f"answered {answer.status_code}, not {wanted}")
    return answer
