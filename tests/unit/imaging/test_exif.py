"""EXIF comes out as clean JSON, with what is private set apart, however broken it is."""

from __future__ import annotations

import json
import math
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from spool.imaging import exif


def written(camera: dict[int, object], gps: dict[int, object] | None = None) -> bytes:
    """An EXIF block with `camera`'s tags, some in the main and some in the Exif directory."""
    block = Image.Exif()
    sub = block.get_ifd(0x8769)
    for tag, value in camera.items():
        (sub if tag in range(0x829A, 0xA500) and tag != 0x8298 else block)[tag] = value
    block.get_ifd(0x8825).update(gps or {})
    return block.tobytes().removeprefix(b"Exif\0\0")


def rational(*values: tuple[int, int]) -> tuple[TiffImagePlugin.IFDRational, ...]:
    return tuple(TiffImagePlugin.IFDRational(n, d) for n, d in values)


GPS: dict[int, object] = {
    1: "S", 2: rational((33, 1), (51, 1), (3150, 100)),
    3: "W", 4: rational((151, 1), (12, 1), (36, 1)),
    5: b"\1", 6: TiffImagePlugin.IFDRational(12, 10),
}  # fmt: skip


def test_values_are_plain() -> None:
    data = written(
        {
            0x010F: "Canon\0",
            0x829A: rational((1, 250))[0],
            0x8827: 100,
            0xA432: rational((24, 1), (70, 1)),
        }
    )
    found = exif.parse(data)
    assert found.public == {
        "Make": "Canon",
        "ExposureTime": 0.004,
        "ISOSpeedRatings": 100,
        "LensSpecification": [24.0, 70.0],
    }
    assert found.private == {}
    assert found.warnings == ()


def test_timestamps_are_iso_8601_with_their_zone() -> None:
    found = exif.parse(written({0x9003: "2008:10:22 16:28:39", 0x9011: "+02:00"}))
    assert found.public == {"DateTimeOriginal": "2008-10-22T16:28:39+02:00"}
    assert exif.parse(written({0x0132: "0000:00:00 00:00:00"})).public == {}


def test_the_place_is_private_in_decimal_degrees() -> None:
    found = exif.parse(written({}, GPS))
    assert found.public == {}
    assert found.private == {"gps": {"lat": -33.8587500, "lon": -151.21, "alt": -1.2}}


def test_a_place_off_the_globe_is_no_place() -> None:
    far = GPS | {2: rational((133, 1), (0, 1), (0, 1)), 4: rational((0, 0), (0, 0), (0, 0)), 6: 0}
    assert exif.parse(written({}, far)).private == {"gps": {"alt": 0.0}}


def test_serial_numbers_and_owners_are_private_and_maker_notes_dropped() -> None:
    data = written(
        {0xA431: "B123", 0xA435: "L456", 0xA430: "Jane", 0x927C: b"secret" * 99, 0x010F: "Canon"}
    )
    found = exif.parse(data)
    assert found.public == {"Make": "Canon"}
    assert found.private == {
        "CameraOwnerName": "Jane",
        "BodySerialNumber": "B123",
        "LensSerialNumber": "L456",
    }


def test_unknown_tags_are_not_shown() -> None:
    assert exif.parse(written({0x9999: "who knows"})).public == {}


def test_text_is_bounded_and_printable() -> None:
    found = exif.parse(written({0x010E: "\x1b[31m<script>\n" + "x" * 9999}))
    text = found.public["ImageDescription"]
    assert isinstance(text, str)
    assert text.startswith("[31m<script> xxx")
    assert len(text) == exif.MAX_TEXT


def test_all_together_is_bounded() -> None:
    names = (0x010E, 0x010F, 0x0110, 0x0131, 0x013B, 0x8298, 0xA433, 0xA434)
    found = exif.parse(written(dict.fromkeys(names, "\N{PILE OF POO}" * 999)))
    assert 0 < len(json.dumps(found.public)) <= exif.MAX_BYTES


def test_a_fraction_by_zero_is_left_out() -> None:
    found = exif.parse(written({0x829D: rational((1, 0))[0], 0x010F: "Canon"}))
    assert found.public == {"Make": "Canon"}


def test_half_an_exif_gives_what_is_left_and_a_warning() -> None:
    data = written({0x010F: "C", 0x0110: "D", 0x829A: rational((1, 250))[0]})
    found = exif.parse(data[:60])
    assert found.public["Make"] == "C"
    assert found.warnings == (exif.PARTIAL,)


def test_a_directory_of_a_million_fields_is_not_walked() -> None:
    data = b"II*\0\x08\0\0\0\xff\xff" + bytes(12) * 70_000
    assert exif.parse(data).warnings == (exif.PARTIAL,)


@pytest.mark.parametrize(
    "data",
    [
        b"II" + struct.pack("<HHHQ", 43, 8, 0, 2**64 - 1),
        b"II" + struct.pack("<HIHHHIf", 42, 8, 1, 0x8769, 11, 1, math.inf),
    ],
    ids=["no place in any file", "an infinite place"],
)
def test_an_exif_that_points_nowhere_is_a_warning(data: bytes) -> None:
    assert exif.parse(data).warnings == (exif.PARTIAL,)


@pytest.mark.parametrize("data", [b"", b"II", b"MM\0*\xff\xff\xff\xff", b"nonsense"])
def test_what_is_no_exif_gives_nothing(data: bytes) -> None:
    found = exif.parse(data)
    assert (found.public, found.private) == ({}, {})


@given(st.data())
def test_damage_never_raises_and_json_stays_clean(data: st.DataObject) -> None:
    whole = bytearray(written({0x010F: "Canon", 0x8827: 100, 0x9003: "2008:10:22 16:28:39"}, GPS))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    found = exif.parse(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    text = json.dumps([found.public, found.private], allow_nan=False)
    assert "\\u0000" not in text
    assert len(text) <= exif.MAX_BYTES + 16


@given(st.binary(max_size=300))
def test_random_bytes_never_raise(data: bytes) -> None:
    for start in (b"", b"II*\0", struct.pack(">2sHI", b"MM", 42, 8)):
        exif.parse(start + data)
