from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.keys import InvalidKey, safe_filename
from spool.services.zip_names import MISSING, renamed, unique_names


def is_filename(text: str) -> bool:
    try:
        return safe_filename(text) == text
    except InvalidKey:
        return False


filenames = st.text(min_size=1, max_size=90).filter(is_filename) | st.sampled_from(
    [
        "a.jpg",
        "A.JPG",
        "a (2).jpg",
        "missing.txt",
        "å" * 120 + ".jpg",
        "a." + "x" * 250,
        "...",
        ".b",
    ]
)


@given(st.lists(filenames, max_size=30))
def test_every_name_is_of_one_file_on_any_file_system(names: list[str]) -> None:
    unique = list(unique_names(names))

    assert len({name.casefold() for name in unique} | {MISSING}) == len(names) + 1
    for given_name, name in zip(names, unique, strict=True):
        assert is_filename(name)
        assert len(name.encode()) <= 255
        assert [name] == list(unique_names([given_name])) or " (" in name


@pytest.mark.parametrize(
    ("names", "unique"),
    [
        (["a.jpg", "a.jpg", "a.jpg"], ["a.jpg", "a (2).jpg", "a (3).jpg"]),
        (["a.jpg", "A.JPG"], ["a.jpg", "A (2).JPG"]),
        (["a (2).jpg", "a.jpg", "a.jpg"], ["a (2).jpg", "a.jpg", "a (3).jpg"]),
        (["a.tar.gz", "a.tar.gz"], ["a.tar.gz", "a.tar (2).gz"]),
        (["README", "README"], ["README", "README (2)"]),
        (["straße", "STRASSE"], ["straße", "STRASSE (2)"]),
        (["Missing.txt"], ["Missing (2).txt"]),
        (["å" * 125 + ".jpg"] * 2, ["å" * 125 + ".jpg", "å" * 123 + " (2).jpg"]),
    ],
)
def test_the_same_name_again_gets_a_number(names: list[str], unique: list[str]) -> None:
    assert list(unique_names(names)) == unique


@pytest.mark.parametrize(
    ("filename", "file", "name"),
    [
        ("hero.jpg", "preview.webp", "hero.webp"),
        ("film.tar.mov", "master.mp4", "film.tar.mp4"),
        ("README", "poster.jpg", "README.jpg"),
        (".hidden", "thumbnail.webp", ".hidden.webp"),
        ("å" * 125 + ".jpg", "thumbnail.webp", "å" * 125 + ".webp"),
        ("1. a sentence that is no extension", "a.webp", "1. a sentence that is no extension.webp"),
    ],
)
def test_a_rendition_has_its_own_extension(filename: str, file: str, name: str) -> None:
    assert renamed(filename, file) == name


@pytest.mark.parametrize(
    ("name", "portable"),
    [
        ("C:evil.jpg", "C_evil.jpg"),
        ("photo\u202egpj.exe", "photogpj.exe"),
        ("con.jpg", "_con.jpg"),
        ("LPT1", "_LPT1"),
        ("contact.jpg", "contact.jpg"),
        ("end. ", "end"),
        ("...", "_"),
        ("a<b>|c?.jpg", "a_b__c_.jpg"),
    ],
)
def test_a_name_that_some_system_does_not_take_is_changed(name: str, portable: str) -> None:
    assert list(unique_names([name])) == [portable]
