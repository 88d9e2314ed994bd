"""What delivery does besides, as the demo finds it, and what it says when it doesn't."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from rich.console import Console

from local.demo import deletion, download, sheet
from local.demo.client import Client
from local.demo.extras import Extras
from local.demo.journey import Journey
from local.demo.media import Upload
from local.demo.outcome import Outcome
from local.demo.pictures import look_at
from local.demo.porter import Porter
from local.demo.report import report
from local.demo.tour import Tour
from tests.unit.demo.edge import DOOMED, PRIVATE, SIGNATURE
from tests.unit.demo.stand_in import (
    EDGE,
    IMG_PATH,
    ZIPPED,
    StandIn,
    extra_asset,
    problem,
    ready_asset,
)
from tests.unit.demo.test_report import NOW, Page

Taken = Callable[[], tuple[Tour, list[Outcome]]]


@pytest.fixture(autouse=True)
def in_haste(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (deletion, download):
        monkeypatch.setattr(module, "ASK_EVERY", 0.001)
        monkeypatch.setattr(module, "PATIENCE", 2.0)


@pytest.fixture
def take(client: Client, spool: StandIn, photo: Path, tmp_path: Path) -> Taken:
    """The tour through one photograph and the extras."""

    def taken() -> tuple[Tour, list[Outcome]]:
        journey, extras = Journey.of(Upload(photo, "a photo")), Extras.of(tmp_path)
        spool.ending = ready_asset()
        with Porter(client, "demo").carrying([journey, *extras]):
            pass
        outcome = Outcome(journey, look_at(journey.asset, client.http), {})
        return Tour.through([outcome], extras, client, lambda _: None), [outcome]

    return taken


def test_all_is_as_it_should_be(take: Taken, spool: StandIn, photo: Path) -> None:
    tour, _ = take()
    assert tour.surprises == []
    assert [crop.gravity for crop in tour.crops.crops] == ["center", "attention", "0.5,0.9"]  # type: ignore[union-attr]
    assert tour.private.stranger == 403
    assert SIGNATURE in tour.private.picture.wanted.url  # type: ignore[union-attr]
    assert SIGNATURE not in tour.private.address
    assert len(tour.deletion.urls) == 3
    assert spool.edge.deleted == {DOOMED: 0}
    assert tour.deletion.seconds is not None
    assert tour.download is not None
    assert (spool.asked_for, tour.download.names) == (["media1"], ["a photo.jpg"])


def test_cookies_do_not_open_what_the_url_should(
    take: Taken, client: Client, spool: StandIn
) -> None:
    take()
    assert not client.http.cookies


def test_formats_are_compared_over_all_stills(take: Taken) -> None:
    tour, [outcome] = take()
    assert tour.comparison is not None
    assert tour.comparison.count == 1
    avif, webp, jpeg = tour.comparison.totals
    assert [total.format for total in (avif, webp, jpeg)] == ["avif", "webp", "jpeg"]
    assert (avif.beside, webp.beside, jpeg.beside) == (jpeg.bytes, jpeg.bytes, None)
    assert avif.bytes == outcome.page.bytes  # type: ignore[union-attr]
    assert avif.encode_ms == 12.5


def leaky(spool: StandIn) -> None:
    spool.edge.open = True


def never_deleted(spool: StandIn) -> None:
    still_there = {**extra_asset(DOOMED), "rev": 9}
    spool.answers[f"/api/assets/{DOOMED}"] = lambda _: httpx.Response(200, json=still_there)


def without_access(spool: StandIn) -> None:
    path = f"/api/assets/{PRIVATE}/access"
    spool.answers[path] = lambda _: problem(404, "NOT_READY", "It is being moved.")


def zips(*states: dict[str, Any]) -> Callable[[StandIn], None]:
    def set_(spool: StandIn) -> None:
        spool.zipped = list(states)

    return set_


def zip_of(content: bytes) -> Callable[[StandIn], None]:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a photo.jpg", content)

    def set_(spool: StandIn) -> None:
        path = httpx.URL(ZIPPED["url"]).path
        spool.answers[path] = lambda _: httpx.Response(200, content=out.getvalue())

    return set_


def no_zip(spool: StandIn) -> None:
    path = httpx.URL(ZIPPED["url"]).path
    spool.answers[path] = lambda _: httpx.Response(200, content=b"<html>")


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (leaky, "The private picture answered a stranger 200, not 403."),
        (without_access, "The private picture: NOT_READY: It is being moved."),
        (never_deleted, "and still is at http://edge.test/renditions/"),
        (zips({"status": "working"}), "The zip: is working, without news"),
        (zips({"status": "failed", "error": {"message": "too large"}}), "is failed, too large"),
        (zip_of(b"another"), "The zip: does not hold what was uploaded"),
        (no_zip, "The zip: "),
    ],
)
def test_what_does_not_work_is_said(
    take: Taken, spool: StandIn, spoil: Callable[[StandIn], None], sentence: str
) -> None:
    spoil(spool)
    tour, _ = take()
    [surprise] = tour.surprises
    assert sentence in surprise


def test_what_is_not_kept_before_its_deletion_proves_nothing(take: Taken, spool: StandIn) -> None:
    path = httpx.URL(extra_asset(DOOMED)["processed"]["preview"]).path
    spool.answers[path] = lambda _: httpx.Response(200, headers={"x-cache": "Miss from cloudfront"})
    tour, _ = take()
    assert tour.surprises == [
        f"It was not kept at the edge before it was deleted: {EDGE}{path}",
    ]
    assert spool.edge.deleted == {}


def test_a_crop_of_another_shape_is_said(take: Taken, spool: StandIn) -> None:
    def uncropped(request: httpx.Request) -> httpx.Response:
        plain = request.url.copy_remove_param("h")
        return spool.edge.handle(httpx.Request("GET", plain, headers=request.headers))

    spool.answers[IMG_PATH] = uncropped
    tour, _ = take()
    assert len(tour.surprises) == 3
    assert "The crop by attention is 400×200, not 200×200" in tour.surprises[1]


def test_an_extra_that_fails_is_said(take: Taken, spool: StandIn) -> None:
    failure = {"status": "failed", "error": {"code": "CORRUPT", "message": "It is broken."}}
    spool.extra_endings[PRIVATE] = failure
    tour, _ = take()
    expected = "for some only.jpg should be ready, and is failed. CORRUPT: It is broken."
    assert tour.surprises == [expected]


def test_where_nothing_is_ready_there_is_nothing_to_crop_or_zip(
    client: Client, tmp_path: Path
) -> None:
    extras = Extras.of(tmp_path)
    with Porter(client, "demo").carrying([*extras]):
        pass
    tour = Tour.through([], extras, client, lambda _: None)
    assert (tour.surprises, tour.crops, tour.download, tour.comparison) == ([], None, None, None)
    assert tour.deletion.seconds is not None


def test_large_files_stay_out_of_the_zip(
    client: Client, spool: StandIn, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def journey(name: str, size: int) -> Journey:
        one = Journey(Upload(photo, name), size, state="ready")
        one.asset = {"id": name}
        return one

    monkeypatch.setattr(download, "MOST_BYTES", 100)
    spool.stored["/1"] = photo.read_bytes()
    download.download([journey("c", 40), journey("a", 90), journey("b", 30)], client)
    assert spool.asked_for == ["c", "b"]
    download.download([journey("a", 101)], client)
    assert spool.asked_for == ["a"], "one at least"


def test_terminal_tells_it(take: Taken) -> None:
    tour, outcomes = take()
    out = StringIO()
    report(outcomes, tour, Console(file=out, width=80))
    text = out.getvalue()
    for fact in (
        "✓ Delivery",
        "for 1 picture;",
        "12 ms of it encoding; then ",
        ", Hit; f=auto in Chrome",
        "by attention: http://edge.test/img/",
        "a stranger 403: http://edge.test/p/img/",
        " s from DELETE to 404 at 3 URLs",
        "1 original, ",
    ):
        assert fact in text
    assert SIGNATURE not in text, "what opens it is not left in logs"


def test_sheet_shows_it(take: Taken) -> None:
    tour, outcomes = take()
    page = Page(sheet.render(outcomes, EDGE, NOW, tour))
    live = {image["src"]: image for image in page.attributes("img") if "data-live" in image}
    assert tour.crops is not None
    assert tour.private.picture is not None
    assert {crop.picture.wanted.url for crop in tour.crops.crops} <= live.keys()
    assert live[tour.private.picture.wanted.url]["data-expires"]
    links = {link["href"] for link in page.attributes("a")}
    assert {tour.private.address, ZIPPED["url"]} <= links
    for fact in ("By format", "f=auto in Chrome", "encoding 12 ms", "X-Cache: Hit", "403"):
        assert fact in page.text
    assert "then 403" in page.text, "it says that the signed URL ends"
    assert f"{tour.deletion.seconds:.2f}" in page.text


def test_sheet_keeps_the_crops_and_nothing_private(take: Taken) -> None:
    tour, outcomes = take()
    html = sheet.render(outcomes, EDGE, NOW, tour)
    assert tour.crops is not None
    assert tour.private.picture is not None
    assert all((crop.picture.data_uri or "nothing") in html for crop in tour.crops.crops)
    assert tour.private.picture.data_uri is None


def test_sheet_says_what_did_not_work(take: Taken, spool: StandIn) -> None:
    leaky(spool)
    tour, outcomes = take()
    page = Page(sheet.render(outcomes, EDGE, NOW, tour))
    assert "1 thing did not go as expected" in page.text
    assert "answered a stranger 200" in page.text
