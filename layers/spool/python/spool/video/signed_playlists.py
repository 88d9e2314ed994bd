"""Playlists that bear a signed query on every URL, for players that send no cookies.

Source: HLS (RFC 8216 and its URI attributes), DASH (ISO/IEC 23009-1, 5.3.9 and 5.6) and WebVTT
thumbnails, as the encoder and `vtt` write them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.dom.minidom import Document, Element, Text, parseString
from xml.parsers.expat import ExpatError

from spool.errors import EncoderFault

HLS_TYPE, DASH_TYPE, VTT_TYPE = "application/vnd.apple.mpegurl", "application/dash+xml", "text/vtt"
THUMBNAILS = "thumbnails.vtt"

_FOLDER = "stream/"
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,254}\.(?:m3u8|mpd)")
_ATTRIBUTE = re.compile(r'([A-Z0-9-]+=)("[^"\n]*"|[^",\n]*)')
_MPD_URLS: Mapping[str, tuple[str, ...]] = {
    "SegmentTemplate": ("media", "initialization", "index", "bitstreamSwitching"),
    "SegmentURL": ("media", "index"),
    "Initialization": ("sourceURL",),
    "RepresentationIndex": ("sourceURL",),
    "BitstreamSwitching": ("sourceURL",),
}

Sign = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class SignedLinks:
    """Where one asset's renditions are, `root`, which `query` opens; and where its playlists are
    rewritten, `route`, with `route_query`. Both are URLs that end with a slash."""

    root: str
    query: str
    route: str
    route_query: str

    def of(self, name: str) -> str:
        """The URL of the rendition of this name."""
        return self.signed(self.root + name)

    def signed(self, url: str) -> str:
        """`url`, signed where it is within the asset; what is elsewhere gets no signature."""
        if not url.startswith(self.root):
            return url
        whole, hash_, fragment = url.partition("#")
        file = playlist_file(whole.removeprefix(self.root))
        if file is not None:
            return f"{self.route}{file}?{self.route_query}{hash_}{fragment}"
        return f"{whole}{'&' if '?' in whole else '?'}{self.query}{hash_}{fragment}"


def playlist_name(file: str) -> str | None:
    """The rendition that the route gives under this name, None when it is no playlist's."""
    if file == THUMBNAILS:
        return file
    return f"{_FOLDER}{file}" if _FILE.fullmatch(file) else None


def playlist_file(name: str) -> str | None:
    """The inverse of `playlist_name`."""
    file = name.removeprefix(_FOLDER)
    return file if playlist_name(file) == name else None


def content_type(name: str) -> str:
    return _KINDS[name.rpartition(".")[2]][0]


def rewrite(name: str, text: str, links: SignedLinks) -> str:
    """The playlist of this rendition name, with every URL absolute and signed. Raises EncoderFault
    for an MPD that isn't one."""
    return _KINDS[name.rpartition(".")[2]][1](text, links.root + name, links.signed)


def _hls(text: str, base: str, sign: Sign) -> str:
    def attribute(match: re.Match[str]) -> str:
        if match[1] != "URI=":
            return match[0]
        return f'URI="{sign(urljoin(base, match[2].strip(chr(34))))}"'

    def line(text: str) -> str:
        if text.startswith("#EXT"):
            return _ATTRIBUTE.sub(attribute, text)
        if not text.strip() or text.startswith("#"):
            return text
        return sign(urljoin(base, text.strip()))

    return "".join(f"{line(one)}\n" for one in text.splitlines())


def _vtt(text: str, base: str, sign: Sign) -> str:
    """A cue's text is what stands between its times and the next empty line."""

    def lines() -> Iterator[str]:
        in_cue = False
        for line in text.splitlines():
            yield sign(urljoin(base, line)) if in_cue and line else line
            in_cue = bool(line) and (in_cue or "-->" in line)

    return "".join(f"{line}\n" for line in lines())


def _dash(text: str, base: str, sign: Sign) -> str:
    if "<!DOCTYPE" in text:  # could declare entities; no manifest of the encoder has one
        raise EncoderFault("The encoder's manifest has a document type.")
    try:
        document = parseString(text)  # noqa: S318  nothing to expand without a DOCTYPE
    except ExpatError as error:
        raise EncoderFault("The encoder's manifest is no XML.") from error
    for root in _elements(document):
        _dash_element(root, base, sign)
    return document.toxml(encoding="utf-8").decode()


def _dash_element(element: Element, base: str, sign: Sign) -> None:
    """BaseURLs hold for what stands beside and below them: they are followed first, and signed too,
    since a Representation without segments is at its BaseURL itself."""
    children = _elements(element)
    below = base
    for child in reversed([child for child in children if _tag(child) == "BaseURL"]):
        below = urljoin(base, _text(child))  # that of the first, as players take it
        _set_text(child, sign(below))
    for name in _MPD_URLS.get(_tag(element), ()):
        if element.hasAttribute(name):
            element.setAttribute(name, sign(urljoin(below, element.getAttribute(name))))
    for child in children:
        if _tag(child) != "BaseURL":
            _dash_element(child, below, sign)


def _elements(parent: Document | Element) -> list[Element]:
    return [child for child in parent.childNodes if isinstance(child, Element)]


def _tag(element: Element) -> str:
    return element.tagName.rpartition(":")[2]


def _text(element: Element) -> str:
    return "".join(node.data for node in element.childNodes if isinstance(node, Text)).strip()


def _set_text(element: Element, data: str) -> None:
    text = Text()
    text.data = data
    element.childNodes[:] = []
    element.appendChild(text)


_KINDS: Mapping[str, tuple[str, Callable[[str, str, Sign], str]]] = {
    "m3u8": (HLS_TYPE, _hls),
    "mpd": (DASH_TYPE, _dash),
    "vtt": (VTT_TYPE, _vtt),
}
