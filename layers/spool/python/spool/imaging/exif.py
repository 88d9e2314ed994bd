"""EXIF (CIPA DC-008) as clean JSON, split into what may be shown and what may not.

What is public is an allow-list: serial numbers and owners' names have too many homes to forbid
each. EXIF is text from strangers, bounded here in length and number, and never trusted to be well
formed: whatever can be read is kept, and a warning says that the rest is missing.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from spool.imaging.headers import MALFORMED
from spool.imaging.headers.ifd import Entry, Tiff, Values

Json = str | int | float | list[int | float] | dict[str, float]

PARTIAL = "The EXIF data is damaged; what could be read of it is kept."

MAX_TEXT = 500
MAX_LIST = 16
MAX_BYTES = 16 << 10

_EXIF_IFD, _GPS_IFD = 0x8769, 0x8825

_PUBLIC = {
    0x010E: "ImageDescription", 0x010F: "Make", 0x0110: "Model", 0x0112: "Orientation",
    0x011A: "XResolution", 0x011B: "YResolution", 0x0128: "ResolutionUnit", 0x0131: "Software",
    0x0132: "DateTime", 0x013B: "Artist", 0x8298: "Copyright", 0x829A: "ExposureTime",
    0x829D: "FNumber", 0x8822: "ExposureProgram", 0x8827: "ISOSpeedRatings",
    0x9003: "DateTimeOriginal", 0x9004: "DateTimeDigitized", 0x9201: "ShutterSpeedValue",
    0x9202: "ApertureValue", 0x9203: "BrightnessValue", 0x9204: "ExposureBiasValue",
    0x9205: "MaxApertureValue", 0x9206: "SubjectDistance", 0x9207: "MeteringMode",
    0x9208: "LightSource", 0x9209: "Flash", 0x920A: "FocalLength", 0xA001: "ColorSpace",
    0xA217: "SensingMethod", 0xA402: "ExposureMode", 0xA403: "WhiteBalance",
    0xA404: "DigitalZoomRatio", 0xA405: "FocalLengthIn35mmFilm", 0xA406: "SceneCaptureType",
    0xA408: "Contrast", 0xA409: "Saturation", 0xA40A: "Sharpness", 0xA432: "LensSpecification",
    0xA433: "LensMake", 0xA434: "LensModel",
}  # fmt: skip
_PRIVATE = {
    0x013C: "HostComputer", 0x9286: "UserComment", 0xA420: "ImageUniqueID",
    0xA430: "CameraOwnerName", 0xA431: "BodySerialNumber", 0xA435: "LensSerialNumber",
    0xC62F: "CameraSerialNumber",
}  # fmt: skip
_TIME_ZONES = {0x0132: 0x9010, 0x9003: 0x9011, 0x9004: 0x9012}

_TIMESTAMP = re.compile(r"(\d{4}):(\d\d):(\d\d)[ T](\d\d:\d\d:\d\d)")
_ZONE = re.compile(r"[+-]\d\d:\d\d|Z")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")


@dataclass(frozen=True)
class Exif:
    """`public` may be shown to anyone, `private` stays in the catalogue."""

    public: dict[str, Json] = field(default_factory=dict)
    private: dict[str, Json] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()


def parse(data: bytes) -> Exif:
    """`data` starts at the TIFF header, or is empty. Never raises."""
    if not data:
        return Exif()
    try:
        tiff = Tiff.open(data)
        main, whole = tiff.partial(tiff.first)
    except MALFORMED:
        return Exif(warnings=(PARTIAL,))
    camera, camera_whole = _sub_directory(tiff, main, _EXIF_IFD)
    gps, gps_whole = _sub_directory(tiff, main, _GPS_IFD)
    fields = camera | main
    location = _location(tiff, gps)
    private: dict[str, Json] = {"gps": location} if location else {}
    return Exif(
        public=_bounded(_named(tiff, fields, _PUBLIC)),
        private=_bounded(private | _named(tiff, fields, _PRIVATE)),
        warnings=() if whole and camera_whole and gps_whole else (PARTIAL,),
    )


def _sub_directory(tiff: Tiff, fields: dict[int, Entry], tag: int) -> tuple[dict[int, Entry], bool]:
    """The directory that `tag` points at, and whether it could be read whole."""
    if tag not in fields:
        return {}, True
    try:
        return tiff.partial(tiff.number(fields, tag, 0))
    except MALFORMED:
        return {}, False


def _named(tiff: Tiff, fields: dict[int, Entry], names: Mapping[int, str]) -> dict[str, Json]:
    values = {name: _value(tiff, fields, tag) for tag, name in names.items()}
    return {name: value for name, value in values.items() if value is not None}


def _bounded(values: dict[str, Json]) -> dict[str, Json]:
    """As many of `values` as fit into half of `MAX_BYTES`, in their order."""
    room = MAX_BYTES // 2
    kept: dict[str, Json] = {}
    for name, value in values.items():
        room -= len(json.dumps({name: value}))
        if room < 0:
            break
        kept[name] = value
    return kept


def _value(tiff: Tiff, fields: dict[int, Entry], tag: int) -> Json | None:
    if tag in _TIME_ZONES:
        return _timestamp(
            _text(_raw(tiff, fields, tag)), _text(_raw(tiff, fields, _TIME_ZONES[tag]))
        )
    raw = _raw(tiff, fields, tag)
    if isinstance(raw, bytes):
        return _text(raw) or None
    numbers = [_number(value) for value in raw[:MAX_LIST] if math.isfinite(value)]
    return numbers[0] if len(numbers) == 1 else numbers or None


def _raw(tiff: Tiff, fields: dict[int, Entry], tag: int) -> Values:
    """The field's values, empty when there is none or it can't be read."""
    try:
        return tiff.values(fields[tag])
    except MALFORMED:
        return b""


def _number(value: float) -> int | float:
    return value if isinstance(value, int) else round(value, 6)


def _text(raw: Values) -> str:
    """Printable text: UTF-8, which ASCII is part of, or else Latin-1."""
    if not isinstance(raw, bytes):
        return ""
    raw = raw.removeprefix(b"ASCII\0\0\0").removeprefix(b"UNICODE\0").rstrip(b"\0")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return _UNPRINTABLE.sub(" ", text).strip()[:MAX_TEXT]


def _timestamp(text: str, zone: str) -> str | None:
    """`2008:10:22 16:28:39` → `2008-10-22T16:28:39`, with the time zone where EXIF tells it."""
    match = _TIMESTAMP.match(text)
    if match is None or match[1] == "0000":
        return None
    suffix = zone if _ZONE.fullmatch(zone) else ""
    return f"{match[1]}-{match[2]}-{match[3]}T{match[4]}{suffix}"


def _location(tiff: Tiff, gps: dict[int, Entry]) -> dict[str, float]:
    """Decimal degrees (north and east positive) and metres above sea level."""
    found = {
        "lat": _degrees(_raw(tiff, gps, 2), _text(_raw(tiff, gps, 1)), "S", 90),
        "lon": _degrees(_raw(tiff, gps, 4), _text(_raw(tiff, gps, 3)), "W", 180),
        "alt": _altitude(_raw(tiff, gps, 6), _raw(tiff, gps, 5)),
    }
    return {name: value for name, value in found.items() if value is not None}


def _degrees(parts: Values, hemisphere: str, negative: str, limit: int) -> float | None:
    if isinstance(parts, bytes) or len(parts) != 3 or not all(map(math.isfinite, parts)):
        return None
    value = parts[0] + parts[1] / 60 + parts[2] / 3600
    if abs(value) > limit:
        return None
    return round(-value if hemisphere.upper() == negative else value, 7)


def _altitude(values: Values, reference: Values) -> float | None:
    if isinstance(values, bytes) or not values or not math.isfinite(values[0]):
        return None
    below = isinstance(reference, bytes) and reference[:1] == b"\1"
    return round(-values[0] if below else values[0], 2)
