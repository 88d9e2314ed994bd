from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.keys import (
    AssetRef,
    DownloadRef,
    InvalidKey,
    OriginalKey,
    VariantKey,
    cache_tag,
    execution_name,
    is_private,
    is_tag,
    moved_tag,
    safe_filename,
    tag_of,
    url_path,
)

slugs = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
media_ids = st.from_regex(r"[A-Za-z0-9_]{1,64}", fullmatch=True)
refs = st.builds(AssetRef, slugs, slugs, media_ids)
filenames = (
    st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/\\"), min_size=1)
    .map(lambda name: unicodedata.normalize("NFC", name))
    .filter(lambda name: name not in {".", ".."} and len(name.encode()) <= 255)
)


@given(refs, filenames)
def test_an_original_key_is_parsed_into_what_it_was_built_of(ref: AssetRef, name: str) -> None:
    key = ref.original(name)

    parsed = OriginalKey.parse(key)

    assert (parsed.ref, parsed.filename, str(parsed)) == (ref, name, key)
    assert len(key.encode()) <= 1024  # S3's limit


@given(st.text())
def test_what_parses_is_the_key_of_what_it_says(text: str) -> None:
    for key in (text, f"originals/{text}", f"originals/org/proj/{text}"):
        try:
            parsed = OriginalKey.parse(key)
        except InvalidKey:
            continue
        assert parsed.ref.original(parsed.filename) == key


@given(refs, filenames)
def test_a_key_survives_a_url(ref: AssetRef, name: str) -> None:
    path = url_path(ref.original(name))

    assert unquote(path) == ref.original(name)
    assert re.fullmatch(r"[A-Za-z0-9/%._~-]+", path)


@pytest.mark.parametrize("name", ["hero.jpg", "a b+c (1)å 100x100.jpg", "a-b-c", "...", "é" * 127])
def test_names_are_kept_as_given(name: str) -> None:
    assert safe_filename(name) == name


def test_names_are_composed() -> None:
    assert safe_filename("e\N{COMBINING ACUTE ACCENT}.jpg") == "é.jpg"


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../a",
        "a/b",
        "a\\b",
        "a\x00b",
        "a\nb",
        "a\x7f",
        "a\ud800",
        "é" * 128,
        "a" * 256,
    ],
)
def test_unsafe_names_are_refused(name: str) -> None:
    with pytest.raises(InvalidKey, match="filename"):
        safe_filename(name)


@pytest.mark.parametrize(
    ("org", "project", "media", "named"),
    [
        ("", "p", "m", "orgId"),
        ("o/", "p", "m", "orgId"),
        ("o", "p" * 65, "m", "projectId"),
        ("o", "..", "m", "projectId"),
        ("o", "p", "m-1", "mediaId"),
        ("o", "p", "m\n", "mediaId"),
    ],
)
def test_ids_are_checked_by_name(org: str, project: str, media: str, named: str) -> None:
    with pytest.raises(InvalidKey, match=named):
        AssetRef(org, project, media)


@pytest.mark.parametrize(
    "key",
    [
        "originals/o/p/m",
        "originals/o/p/m-",
        "originals/o/p/-a.jpg",
        "originals/o/p/m-a/b.jpg",
        "originals/o/m-a.jpg",
        "renditions/o/p/m-a.jpg",
        "/originals/o/p/m-a.jpg",
        "originals/o/p/m-e\N{COMBINING ACUTE ACCENT}.jpg",
    ],
)
def test_keys_outside_the_scheme_are_refused(key: str) -> None:
    with pytest.raises(InvalidKey):
        OriginalKey.parse(key)


def test_a_tag_is_that_of_version_and_recipe() -> None:
    tags = {tag_of("v1", "1"), tag_of("v2", "1"), tag_of("v1", "2")}

    assert len(tags) == 3
    assert all(map(is_tag, tags))
    assert tag_of("v1", "1") == tag_of("v1", "1")


@given(refs, st.text(), st.booleans())
def test_private_things_are_apart(ref: AssetRef, version: str, private: bool) -> None:
    tag = tag_of(version, "1", private=private)

    assert is_tag(tag)
    assert is_private(tag) is private
    for key in (ref.rendition(tag, "a.webp"), ref.variant(tag, "full.png")):
        assert key.startswith("p/") is private
        assert cache_tag(key) == ref.path
    assert VariantKey.parse(ref.variant(tag, "full.png")) == VariantKey(
        ref, tag, "full.png", private
    )


@given(st.text(), st.booleans())
def test_what_moves_never_returns_to_a_former_tag(version: str, private: bool) -> None:
    tags = [tag_of(version, "1", private=private)]
    for _ in range(6):
        private = not private
        tags.append(moved_tag(tags[-1], private=private))
        assert is_tag(tags[-1])
        assert is_private(tags[-1]) is private

    assert len({tag.removeprefix("p") for tag in tags}) == len(tags)


def test_the_current_variant_is_asked_for_on_both_sides() -> None:
    ref = AssetRef("o", "p", "m")

    assert VariantKey.parse("variants/o/p/m/current/full.png") == VariantKey(
        ref, "current", "full.png", private=False
    )
    assert VariantKey.parse("p/variants/o/p/m/current/full.png").private


@pytest.mark.parametrize(
    "key",
    [
        "variants/o/p/m/p0123456789ab/full.png",
        "p/variants/o/p/m/0123456789ab/full.png",
        "variants/o/p/m/0123456789ab",
        "variants/o/p/m/0123456789ab/a/b",
        "variants/o/p/m/latest/full.png",
        "quick/o/p/m/0123456789ab/full.png",
        "/variants/o/p/m/0123456789ab/full.png",
        "variants/o/../m/0123456789ab/full.png",
    ],
)
def test_what_is_no_variant_is_refused(key: str) -> None:
    with pytest.raises(InvalidKey):
        VariantKey.parse(key)


@pytest.mark.parametrize("key", ["originals/o/p/m-a.jpg", "captures/o/p/m/t/f.jpg", "web/a", ""])
def test_what_the_cdn_does_not_serve_has_no_cache_tag(key: str) -> None:
    assert cache_tag(key) is None


@pytest.mark.parametrize(
    "tag",
    ["", "0123456789AB", "0123456789abc", "../../../../", "0123456789a\n", "q0123456789ab", "p"],
)
def test_what_is_no_tag_gets_no_key(tag: str) -> None:
    assert not is_tag(tag)
    with pytest.raises(InvalidKey):
        AssetRef("o", "p", "m").rendition(tag, "lqip.webp")
    with pytest.raises(InvalidKey):
        AssetRef("o", "p", "m").variant(tag, "w=1.webp")


unicode = st.text(st.characters(codec="utf-8"))


@given(unicode, unicode, unicode, st.integers(1, 10**6))
def test_an_execution_name_is_one_that_step_functions_takes(
    bucket: str, key: str, version: str, attempt: int
) -> None:
    name = execution_name(bucket, key, version, attempt)

    assert re.fullmatch(r"[0-9a-f]{40}-[0-9]+", name)
    assert len(name) <= 80


def test_another_attempt_or_version_is_another_execution() -> None:
    names = {
        execution_name("b", "k", "v1", 1),
        execution_name("b", "k", "v1", 2),
        execution_name("b", "k", "v2", 1),
        execution_name("b2", "k", "v1", 1),
    }

    assert len(names) == 4


def test_a_download_and_what_belongs_to_it_share_a_prefix_of_their_own() -> None:
    one = DownloadRef("org", f"download_{'a' * 32}")

    assert one.zip == f"downloads/org/download_{'a' * 32}.zip"
    keys = {one.zip, one.request, one.state}
    assert len(keys) == 3
    assert all(key.startswith(one.prefix) and cache_tag(key) is None for key in keys)


@pytest.mark.parametrize(
    "download_id", ["", "..", "download_", f"download_{'A' * 32}", f"../download_{'a' * 32}"]
)
def test_what_is_no_download_id_makes_no_key(download_id: str) -> None:
    with pytest.raises(InvalidKey):
        DownloadRef("org", download_id)
