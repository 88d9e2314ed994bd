from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.video import tags

APPLE = "com.apple.quicktime"


def test_a_phones_tags_are_split_into_public_and_private() -> None:
    read = tags.read(
        {
            f"{APPLE}.make": "Apple",
            f"{APPLE}.model": "iPhone 14 Pro",
            f"{APPLE}.software": "16.4.1",
            f"{APPLE}.location.ISO6709": "+51.5334-000.1255+026.756/",
            f"{APPLE}.creationdate": "2023-05-09T12:41:46+0100",
            "creation_time": "2023-05-09T11:48:30.000000Z",
            "comment": "for Ann\x00\n",
            "serial_number": "123",
        }
    )

    assert read.public == {"Make": "Apple", "Model": "iPhone 14 Pro", "Software": "16.4.1"}
    assert read.private == {
        "gps": {"lat": 51.5334, "lon": -0.1255, "alt": 26.756},
        "UserComment": "for Ann",
    }
    assert read.recorded_at == "2023-05-09T11:41:46.000Z"


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2023-05-09T11:48:30.000000Z", "2023-05-09T11:48:30.000Z"),
        ("2023-05-09 11:48:30", "2023-05-09T11:48:30.000Z"),
        ("1904-01-01T00:00:00.000000Z", None),
        ("1970-01-01T00:00:00.000000Z", None),
        ("2150-01-01T00:00:00.000000Z", None),
        ("0001-01-01T00:00:00+1400", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_times_are_utc_and_nonsense_is_none(text: str, moment: str | None) -> None:
    assert tags.read({"creation_time": text}).recorded_at == moment


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("+40.6892-074.0445/", {"lat": 40.6892, "lon": -74.0445}),
        ("+91.0000-074.0445/", None),
        ("+4041.5-07430.2/", None),
        ("here", None),
    ],
)
def test_places(text: str, place: dict[str, float] | None) -> None:
    assert tags.read({"location": text}).private.get("gps") == place


@given(st.dictionaries(st.sampled_from(["location", "title", "creation_time", "make"]), st.text()))
def test_any_text_is_read_in_peace(metadata: dict[str, str]) -> None:
    read = tags.read(metadata)

    assert all(len(text) <= tags.MAX_TEXT for text in read.public.values())
    assert not any(set(text) & set("\0\n\x7f") for text in read.public.values())
