"""`make pictures`: the demo run on drawings, and its contact sheet as the README shows it.

On drawings, since the repository holds no picture that someone else made.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import httpx
from rich.console import Console

from local.browser import chromium
from local.cloud import Cloud
from local.demo.__main__ import run
from local.demo.media import make_all
from local.demo.photos import drawings
from local.demo.place import Place

IMAGES = Path(__file__).parent / "images"
WIDTH, HEIGHT = 1280, 1800


def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        Cloud.start(port=0, emulator_port=0, state=Path(folder) / "cloud") as cloud,
        httpx.Client(timeout=60) as http,
    ):
        where = Place.of(cloud.face(), mine=True)
        sheet = Path(folder) / "sheet"
        run(where, list(make_all(drawings(), Path(folder) / "media")), http, Console(), sheet)
        photograph(sheet / "index.html", IMAGES / "contact-sheet.png")


def photograph(page: Path, picture: Path) -> None:
    """The top of the page, once everything in it has loaded."""
    with chromium() as browser, browser.new_page() as view:
        view.set_viewport_size({"width": WIDTH, "height": HEIGHT})
        view.goto(page.as_uri())
        view.wait_for_load_state("networkidle")
        view.wait_for_function(
            "[...document.querySelectorAll('video')].every(v => v.readyState > 2)"
        )
        view.wait_for_timeout(1000)  # until the players' spinners are gone
        view.screenshot(path=picture, animations="disabled")


if __name__ == "__main__":
    main()
