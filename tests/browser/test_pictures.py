"""A page of another site shows a picture by `srcset`, with its BlurHash until it has arrived."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image, ImageChops, ImageStat
from playwright.sync_api import Browser, Page, Request, Response, Route

from local.settings import ROOT
from spool.imaging.options import WIDTHS
from tests.browser.waiting import until
from tests.integration.frontend import Frontend, photo

SITE = "https://gallery.example"
PAGE = ROOT / "tests/browser/gallery"
DECODER = ROOT / "node_modules/blurhash/dist/esm/index.js"

SERVER_TIMING = """performance.getEntriesByName(document.querySelector("img").currentSrc)
    .flatMap(({serverTiming}) => serverTiming.map(({name}) => name))"""

ImageType = Literal["avif", "webp"]


@pytest.fixture(scope="module")
def original() -> bytes:
    return photo(2400, 1600)


@pytest.fixture(scope="module")
def asset(frontend: Frontend, original: bytes) -> dict[str, Any]:
    return frontend.ready(original, filename="the harbour.jpg")


@dataclass(frozen=True)
class Visit:
    """`asked` is what the page wants of `/img`; what is `held` of that hasn't left the browser."""

    page: Page
    asked: list[Request] = field(default_factory=list)
    held: list[Route] = field(default_factory=list)

    def shown(self) -> Response:
        """The one answer, once it is the picture on the page."""
        until(self.page, "document.querySelector('img').complete")
        self.page.evaluate("document.querySelector('img').decode()")
        [request] = self.asked
        answer = request.response()
        assert answer
        return answer

    def pixels(self) -> Image.Image:
        """What is seen where the picture belongs."""
        return Image.open(BytesIO(self.page.locator("canvas").screenshot())).convert("RGB")


Visitor = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, asset: dict[str, Any]) -> Iterator[Visitor]:
    """Opens the page, each time in a browser that has seen nothing before. The site's policy lets
    it show pictures of the CDN and nothing else of others."""
    src = escape(asset["processed"]["img"])
    srcset = ", ".join(f"{src}&amp;w={width} {width}w" for width in WIDTHS if width >= 320)
    html = (PAGE / "index.html").read_text()
    filled = html.format(blurhash=escape(asset["blurhash"]), src=f"{src}&amp;w=640", srcset=srcset)
    files = {
        "/": ("text/html", filled),
        "/style.css": ("text/css", (PAGE / "style.css").read_text()),
        "/script.js": ("text/javascript", (PAGE / "script.js").read_text()),
        "/blurhash.js": ("text/javascript", DECODER.read_text()),
    }
    cdn = "{0.scheme}://{0.netloc}".format(urlsplit(asset["processed"]["img"]))
    policy = f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {cdn}"
    complaints: list[str] = []
    opened: list[Page] = []

    def site(route: Route) -> None:
        kind, body = files[urlsplit(route.request.url).path]
        headers = {"content-type": kind, "content-security-policy": policy}
        route.fulfill(body=body, headers=headers)

    def visit(
        width: int, scale: int = 1, *, lacking: Sequence[ImageType] = (), hold: bool = False
    ) -> Visit:
        page = browser.new_page(
            viewport={"width": width, "height": 900},
            device_scale_factor=scale,
            permissions=["local-network-access"],
        )
        opened.append(page)
        seen = Visit(page)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda it: seen.asked.append(it) if it.url.startswith(cdn) else None)
        page.route(f"{SITE}/**", site)
        if hold:
            page.route(f"{cdn}/img/**", held_by(seen))
        if lacking:
            devtools = page.context.new_cdp_session(page)
            devtools.send("Emulation.setDisabledImageTypes", {"imageTypes": list(lacking)})
        page.goto(SITE, wait_until="domcontentloaded")
        return seen

    yield visit
    for page in opened:
        page.close()
    assert complaints == []


def held_by(seen: Visit) -> Callable[[Route], None]:
    def hold(route: Route) -> None:
        seen.held.append(route)

    return hold


def asked_width(answer: Response) -> int:
    return int(parse_qs(urlsplit(answer.url).query)["w"][0])


def mean_colour(image: Image.Image) -> list[float]:
    """Of light, as BlurHash takes it (with 2.2 as sRGB's exponent); each 0 to 255."""
    means = []
    for band in image.split():
        counts = band.histogram()
        light = sum(count * (value / 255) ** 2.2 for value, count in enumerate(counts))
        means.append(255 * (light / sum(counts)) ** (1 / 2.2))
    return means


def difference(one: Image.Image, other: Image.Image, size: tuple[int, int]) -> float:
    """Mean difference of the two, both made this small, 0 to 255."""
    small = [image.resize(size, Image.Resampling.BOX) for image in (one, other)]
    return sum(ImageStat.Stat(ImageChops.difference(*small)).mean) / 3


@pytest.mark.parametrize(
    ("width", "scale", "chosen"), [(480, 1, 480), (1280, 1, 640), (480, 2, 960), (1280, 2, 1280)]
)
def test_a_screen_gets_avif_of_the_width_that_it_shows(
    visit: Visitor, original: bytes, width: int, scale: int, chosen: int
) -> None:
    seen = visit(width, scale)

    answer = seen.shown()
    assert answer.status == 200
    assert answer.header_value("content-type") == "image/avif"
    assert asked_width(answer) == chosen
    picture = Image.open(BytesIO(answer.body()))
    assert (picture.format, picture.width) == ("AVIF", chosen)
    # Of what a srcset gives, a browser tells the size in CSS pixels.
    assert seen.page.evaluate("document.querySelector('img').naturalWidth") * scale == chosen
    assert difference(seen.pixels(), Image.open(BytesIO(original)), (240, 160)) < 4


@pytest.mark.parametrize(
    ("lacking", "content_type"),
    [(["avif"], "image/webp"), (["avif", "webp"], "image/jpeg")],
)
def test_a_browser_without_avif_gets_what_it_can_show(
    visit: Visitor, original: bytes, lacking: list[ImageType], content_type: str
) -> None:
    seen = visit(480, lacking=lacking)

    answer = seen.shown()
    assert answer.header_value("content-type") == content_type
    assert "Accept" in (answer.header_value("vary") or "")
    assert difference(seen.pixels(), Image.open(BytesIO(original)), (240, 160)) < 4


def test_the_second_visitor_is_served_from_the_cache_and_a_script_can_tell(visit: Visitor) -> None:
    first = visit(750)
    assert first.shown().header_value("x-cache") == "Miss from cloudfront"
    until(first.page, f"{SERVER_TIMING}.includes('cdn-cache-miss')")

    second = visit(750)
    assert second.shown().header_value("x-cache") == "Hit from cloudfront"
    until(second.page, f"{SERVER_TIMING}.includes('cdn-cache-hit')")


def test_the_blurhash_is_seen_until_the_picture_is(visit: Visitor, original: bytes) -> None:
    seen = visit(828, hold=True)

    until(seen.page, "document.querySelector('canvas').dataset.painted")
    placeholder = seen.pixels()
    assert seen.page.evaluate("document.querySelector('img').complete") is False
    whole = Image.open(BytesIO(original))
    assert mean_colour(placeholder) == pytest.approx(mean_colour(whole), abs=8)
    turned = whole.rotate(180)
    assert difference(placeholder, whole, (3, 2)) < difference(placeholder, turned, (3, 2)) / 2
    assert difference(placeholder, whole, (240, 160)) > 8  # it is not the picture yet

    seen.held.pop().continue_()
    seen.shown()
    assert difference(seen.pixels(), whole, (240, 160)) < 4
