"""SVG: its size, and refusal of whatever could run, reach out or blow up.

Everything that a renderer would act on is seen here first, by a parser that fetches nothing. What
is never needed to draw a picture is refused, so that what passes is harmless to rasterise.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from typing import NoReturn
from urllib.parse import unquote_to_bytes
from xml.parsers import expat

from spool.errors import Corrupt, ResourceLimit, UnsafeContent
from spool.formats import SVG
from spool.imaging.headers.references import References
from spool.imaging.info import ImageInfo

RASTER_EDGE = 2560
"""Long edge in pixels at which the picture is rasterised when it is larger, or says no size."""

ELEMENTS = 250_000
"""Most that may be drawn. librsvg gives up at twice as many, but only after 15 seconds."""

_NAMESPACE, _XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
_ACTIVE = {"script", "iframe", "object", "embed", "handler", "listener"}
_LINKS = {"href", "src", "base"}
_CSS_URL = re.compile(r"url\(\s*['\"]?\s*([^'\")]*)", re.IGNORECASE)
_CSS_ACTIVE = re.compile(r"@import|expression\s*\(|javascript:|-moz-binding", re.IGNORECASE)
# One that nothing ends runs to the end; else each start of one would look for its end in vain.
_CSS_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_DATA_IMAGE = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp)(;base64)?,(.*)", re.IGNORECASE | re.DOTALL
)
_DATA_FONT = re.compile(r"data:(?:application/(?:x-)?font|font/)", re.IGNORECASE)

_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "pc": 16.0, "mm": 96 / 25.4, "cm": 96 / 2.54, "in": 96.0,
          "em": 16.0, "ex": 8.0}  # fmt: skip
_LENGTH = re.compile(r"\s*([+]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*([a-z]*)\s*", re.IGNORECASE)


def read(data: bytes, embedded: Callable[[bytes], None]) -> ImageInfo:
    """The picture's size. `embedded` is given each raster image inside, to refuse what it must.

    Raises UnsafeContent for script, event handlers and external references, ResourceLimit for
    entities and unreasonable amounts, Corrupt for what is no SVG.
    """
    scan = _Scan(embedded)
    try:
        scan.parse(data)
    except expat.ExpatError as error:
        raise Corrupt(f"The SVG is not well-formed XML (line {error.lineno}).") from error
    width, height = _raster_size(scan.root)
    return ImageInfo(
        format=SVG, width=width, height=height, has_alpha=True, decoder_bytes=width * height * 4
    )


class _Scan:
    """One pass over the document; raises at the first thing that is refused."""

    def __init__(self, embedded: Callable[[bytes], None]) -> None:
        self.root: Mapping[str, str] = {}
        self._embedded = embedded
        self._open: list[str] = []
        self._elements = 0
        self._references = References()
        self._style = ""

    def parse(self, data: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        parser.ProcessingInstructionHandler = self._instruction
        parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
        parser.Parse(data, True)
        if self._references.drawn() > ELEMENTS:
            raise _too_much()

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        if not self._elements:
            if local != "svg" or namespace not in {"", _NAMESPACE}:
                raise Corrupt("The file is XML but no SVG.")
            self.root = attributes
        self._count(local, attributes)
        if local.lower() in _ACTIVE:
            raise UnsafeContent(f"The SVG holds a <{local.lower()}> element.")
        self._open.append(local)
        for key, value in attributes.items():
            self._attribute(local, key, value)

    def _count(self, local: str, attributes: Mapping[str, str]) -> None:
        self._elements += 1
        if self._elements > ELEMENTS:
            raise _too_much()
        target = attributes.get("href") or attributes.get(f"{_XLINK} href") or ""
        used = target.strip().removeprefix("#") if local == "use" else None
        self._references.opened(attributes.get("id", ""), used)

    def _attribute(self, element: str, key: str, value: str) -> None:
        namespace, _, name = key.rpartition(" ")
        if name.lower().startswith("on") and not namespace:
            raise UnsafeContent("The SVG holds an event handler.")
        if name.lower() in _LINKS and element != "a":
            self._link(value)
        elif "javascript:" in value.lower():
            raise UnsafeContent("The SVG holds a script link.")
        self._css(value)

    def _link(self, target: str) -> None:
        target = target.strip()
        image = _DATA_IMAGE.fullmatch(target)
        if image:
            self._embedded(_decoded(image[2], is_base64=image[1] is not None))
        elif target and not target.startswith("#") and not _DATA_FONT.match(target):
            raise UnsafeContent("The SVG refers to something outside itself.")

    def _css(self, text: str) -> None:
        if _CSS_ACTIVE.search(text):
            raise UnsafeContent("The SVG's style loads or runs something.")
        for target in _CSS_URL.findall(text):
            self._link(target)

    def _end(self, _name: str) -> None:
        self._references.closed()
        if self._open.pop() == "style":
            self._css(_CSS_COMMENT.sub("", self._style))
            self._style = ""

    def _text(self, text: str) -> None:
        if self._open[-1] == "style":
            self._style += text

    def _entity(self, _name: str, _parameter: bool, value: str | None, *_: object) -> NoReturn:
        if value is None:
            raise UnsafeContent("The SVG declares an external entity.")
        raise ResourceLimit("The SVG declares entities, which could expand without end.")

    def _instruction(self, target: str, _data: str) -> None:
        if target.lower() == "xml-stylesheet":
            raise UnsafeContent("The SVG refers to a style sheet.")


def _too_much() -> ResourceLimit:
    return ResourceLimit(f"The SVG draws more than {ELEMENTS:,} elements.")


def _decoded(text: str, *, is_base64: bool) -> bytes:
    raw = unquote_to_bytes(text)
    if not is_base64:
        return raw
    try:
        return base64.b64decode(raw)
    except binascii.Error as error:
        raise Corrupt("An image inside the SVG can't be read.") from error


def _raster_size(root: Mapping[str, str]) -> tuple[int, int]:
    """The displayed size in CSS pixels (SVG 2, 8.2), brought down to `RASTER_EDGE`."""
    box = _view_box(root.get("viewBox", ""))
    width, height = _length(root.get("width", "")), _length(root.get("height", ""))
    if box is not None:
        ratio = box[0] / box[1]
        width = width or (height * ratio if height else box[0])
        height = height or width / ratio
    width, height = width or RASTER_EDGE, height or RASTER_EDGE
    scale = min(1.0, RASTER_EDGE / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))


def _length(text: str) -> float | None:
    match = _LENGTH.fullmatch(text)
    if match is None or match[2].lower() not in _UNITS:
        return None
    return float(match[1]) * _UNITS[match[2].lower()] or None


def _view_box(text: str) -> tuple[float, float] | None:
    try:
        _, _, width, height = (float(part) for part in re.split(r"[\s,]+", text.strip()))
    except ValueError:
        return None
    return (width, height) if width > 0 and height > 0 else None
