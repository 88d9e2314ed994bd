"""An SVG is a program: what could run, reach out or blow up never gets to a renderer."""

from __future__ import annotations

import base64

import pytest

from spool.errors import Corrupt, PixelLimit, ResourceLimit, UnsafeContent
from spool.formats import SVG
from spool.imaging.probe import probe
from spool.imaging.renditions import make_renditions
from tests.unit import media

XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'


def svg(body: str = "", attributes: str = 'width="40" height="30"', prolog: str = "") -> bytes:
    return f'{prolog}<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{body}</svg>'.encode()


@pytest.mark.parametrize(
    ("attributes", "size"),
    [
        ('width="40" height="30"', (40, 30)),
        ('width="40px" height="30px" viewBox="0 0 400 300"', (40, 30)),
        ('width="1in" height="2.54cm"', (96, 96)),
        ('viewBox="0 0 400 300"', (400, 300)),
        ('width="100%" height="100%" viewBox="0,0,64,32"', (64, 32)),
        ('width="200" viewBox="0 0 400 300"', (200, 150)),
        ('viewBox="0 0 100000 50000"', (2560, 1280)),
        ("", (2560, 2560)),
    ],
)
def test_size_is_the_displayed_one(attributes: str, size: tuple[int, int]) -> None:
    info = probe(svg(attributes=attributes), SVG)
    assert (info.width, info.height) == size
    assert info.has_alpha


@pytest.mark.parametrize(
    "body",
    [
        "<script>alert(1)</script>",
        '<s:script xmlns:s="http://www.w3.org/2000/svg"/>',
        '<rect onclick="alert(1)"/>',
        '<foreignObject><iframe xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>',
        '<a href="javascript:alert(1)"><rect/></a>',
        '<animate attributeName="href" values="javascript:alert(1)"/>',
        f'<image {XLINK} xlink:href="http://169.254.169.254/latest/meta-data/"/>',
        '<image href="file:///etc/passwd"/>',
        '<image href="/etc/passwd"/>',
        '<use href="other.svg#shape"/>',
        '<rect fill="url(http://example.com/p.svg#x)"/>',
        "<rect style=\"fill: url( 'https://example.com/#x')\"/>",
        "<style>@import 'http://example.com/a.css';</style>",
        "<style>rect { fill: url(//example.com/#x) }</style>",
        '<image href="data:image/svg+xml,%3Csvg/%3E"/>',
        '<image href="data:image/png;base64,PHN2Zz4="/>',
    ],
)
def test_what_runs_or_reaches_out_is_refused(body: str) -> None:
    with pytest.raises(UnsafeContent):
        probe(svg(body), SVG)


def test_a_style_sheet_instruction_is_refused() -> None:
    with pytest.raises(UnsafeContent):
        probe(svg(prolog='<?xml-stylesheet href="http://example.com/a.css"?>'), SVG)


def test_an_external_entity_is_refused() -> None:
    prolog = '<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(UnsafeContent):
        probe(svg("<text>&x;</text>", prolog=prolog), SVG)


def test_entities_that_blow_up_are_refused() -> None:
    levels = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    prolog = f'<!DOCTYPE svg [<!ENTITY l0 "lol">{levels}]>'
    with pytest.raises(ResourceLimit):
        probe(svg("<text>&l9;</text>", prolog=prolog), SVG)


CHAIN = "".join(f'<g id="c{i}"><use href="#c{i + 1}"/></g>' for i in range(300))
TENFOLD = "".join(
    f'<g id="l{i}">' + f'<use {XLINK} xlink:href="#l{i - 1}"/>' * 10 + "</g>" for i in range(1, 9)
)


@pytest.mark.parametrize(
    "body",
    ["<g>" * 300 + "</g>" * 300, "<g/>" * 250_001, CHAIN, TENFOLD, TENFOLD.replace("xlink:", "")],
    ids=["deep", "many", "chained uses", "multiplying uses", "multiplying uses without xlink"],
)
def test_unreasonable_amounts_are_refused(body: str) -> None:
    with pytest.raises(ResourceLimit):
        probe(svg(body), SVG)


def test_a_style_of_comments_that_never_end_is_read_at_once() -> None:
    assert probe(svg("<style>" + "/*a" * 200_000 + "</style>"), SVG).width == 40


def test_a_bomb_inside_is_refused() -> None:
    bomb = b"GIF89a\xff\xff\xff\xff\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\2\2L\1\0;"
    body = f'<image href="data:image/gif;base64,{base64.b64encode(bomb).decode()}"/>'
    with pytest.raises(PixelLimit):
        probe(svg(body), SVG)


@pytest.mark.parametrize(
    "body",
    [
        '<g id="a"><rect/></g><use href="#a"/>',
        '<g id="a"><use href="#a"/></g>',
        '<path id="dot"/>' + '<use href="#dot"/>' * 20_000,
        '<rect fill="url(#gradient)" style="filter: url(#blur)"/>',
        '<a href="https://example.com"><text>a link is no reference</text></a>',
        "<style>@font-face { src: url(data:font/woff2;base64,AAAA) }</style>",
        '<metadata><x resource="http://example.com" xmlns="http://example.com/ns"/></metadata>',
    ],
)
def test_harmless_drawings_pass(body: str) -> None:
    doctype = (
        '<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" '
        '"http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    )
    assert probe(svg(body, prolog=doctype), SVG).width == 40


def test_an_embedded_picture_passes() -> None:
    packed = base64.b64encode(media.file_of(media.quarters(), "PNG")).decode()
    assert probe(svg(f'<image href="data:image/png;base64,{packed}"/>'), SVG).height == 30


@pytest.mark.parametrize("data", [b"<svg", b"<html xmlns='x'/>", svg()[:-3], b"\0\1"])
def test_what_is_no_svg_is_corrupt(data: bytes) -> None:
    with pytest.raises(Corrupt):
        probe(data, SVG)


def test_the_drawing_is_rasterised_at_its_size_with_transparency() -> None:
    data = svg('<rect width="20" height="30" fill="#dc2828"/>')
    made = {r.name: r for r in make_renditions(data, probe(data, SVG))}
    picture = media.opened(made["optimized.png"].data)
    assert picture.size == (40, 30)
    assert picture.getpixel((5, 15)) == (220, 40, 40, 255)
    assert picture.getpixel((35, 15)) == (0, 0, 0, 0)
