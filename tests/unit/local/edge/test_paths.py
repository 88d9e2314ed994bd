from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.edge.paths import normalised, wildcard


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/a/b", "/a/b"),
        ("/", "/"),
        ("/a/./b/", "/a/b/"),
        ("/a/../b", "/b"),
        ("/a/..", "/"),
        ("/a/b/.", "/a/b/"),
        ("/a/b/..", "/a/"),
        ("/../../a", "/a"),
        ("/a//../b", "/a/b"),
        ("/%61/%2e%2E/%7eb", "/~b"),
        ("/a%2fb%3f", "/a%2Fb%3F"),
        ("/%252e%252e/a", "/%252e%252e/a"),
    ],
)
def test_a_path_is_normalised_as_rfc_3986_has_it(path: str, expected: str) -> None:
    assert normalised(path) == expected


@given(st.text("/.%2eEaA5bf", max_size=24))
def test_what_is_normal_stays_and_has_no_dots(text: str) -> None:
    path = normalised(f"/{text}")

    assert path.startswith("/")
    assert not {".", ".."} & set(path.split("/"))


@pytest.mark.parametrize(
    ("pattern", "text", "matches"),
    [
        ("/a/*", "/a/b/c", True),
        ("/a/*", "/a/", True),
        ("/a?", "/ab", True),
        ("/a?", "/a", False),
        ("/a.b", "/aXb", False),
        ("/[ab]", "/a", False),
        ("*\n", "a\n\n", True),
    ],
)
def test_wildcards_are_the_only_special_characters(pattern: str, text: str, matches: bool) -> None:
    assert (wildcard(pattern).fullmatch(text) is not None) is matches
