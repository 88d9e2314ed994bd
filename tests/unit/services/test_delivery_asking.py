"""Whose picture a path is, and which one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.errors import (
    AssetErrorCode,
    InvalidRequest,
    NotFound,
    NotReady,
    PayloadTooLarge,
    RequestError,
    UnsupportedMediaType,
)
from spool.keys import moved_tag
from spool.model import AssetError, Status
from spool.services import source
from tests.unit.services.pipeline import picture
from tests.unit.services.shop import REF, Shop, animation

NAME = "w-96_q-80.webp"


def small(*, private: bool = False) -> Shop:
    return Shop(picture("PNG", (40, 30)), private=private)


@pytest.fixture(scope="module")
def shop() -> Shop:
    return small()


@pytest.fixture(scope="module")
def vault() -> Shop:
    return small(private=True)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "variants",
        "variants/org/proj/media_1/current",
        f"variants/org/proj/media_1/current/{NAME}/",
        f"/variants/org/proj/media_1/current/{NAME}",
        f"quick/org/proj/media_1/current/{NAME}",
        f"variants/org/proj/media_2/current/{NAME}",
        f"variants/org/other/media_1/current/{NAME}",
        f"variants/other/proj/media_1/current/{NAME}",
        f"variants/other/proj/media_1/0123456789ab/{NAME}",
        f"variants/org/proj/media_1/0123456789ab/{NAME}",
        f"variants/org/proj/media_1/Current/{NAME}",
        f"variants/org/../proj/media_1/current/{NAME}",
        f"variants/org/proj/..%2fmedia_1/current/{NAME}",
        f"variants/org/proj/media_1/../{NAME}",
        f"renditions/org/proj/media_1/current/{NAME}",
        "originals/org/proj/media_1-a.png",
    ],
)
def test_another_path_is_not_found(shop: Shop, path: str) -> None:
    with pytest.raises(NotFound):
        shop.server.picture(path)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "w-96.webp",
        "w-97_q-80.webp",
        "w-96_q-81.webp",
        "w-96_q-80.bmp",
        "w-96_q-80.webp\n",
        "q-80_w-96.webp",
        "manifest.json",
        "w-٩٦_q-80.webp",
    ],
)
def test_what_the_edge_never_asks_for_is_refused(shop: Shop, name: str) -> None:
    with pytest.raises(InvalidRequest):
        shop.server.picture(f"variants/{REF.path}/{shop.tag}/{name}")


_SEGMENT = st.one_of(
    st.sampled_from(["variants", "p", "org", "proj", "media_1", "current", "..", "%2e%2e", NAME]),
    st.from_regex(r"p?[0-9a-f]{12}", fullmatch=True),
    st.from_regex(r"(w-[0-9]{1,5}_)?(h-[0-9]{1,5}_)?(fit-cover_)?(frame-[0-9]+_)?q-[0-9]+\.webp"),
    st.text(max_size=8),
)


def status(shop: Shop, path: str) -> int:
    try:
        shop.server.picture(path)
    except RequestError as error:
        return error.status
    return 200


@given(path=st.one_of(st.text(), st.lists(_SEGMENT, max_size=8).map("/".join)))
def test_no_path_is_a_fault_of_ours(shop: Shop, path: str) -> None:
    assert status(shop, path) < 500


def failed(code: AssetErrorCode) -> dict[str, object]:
    error = AssetError(code, "Why.", "inspect_original", "now")
    return {"status": Status.FAILED, "tag": None, "error": error}


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"status": Status.UPLOADING, "tag": None}, NotReady),
        ({"status": Status.PROCESSING, "tag": None}, NotReady),
        ({"status": Status.DELETED}, NotFound),
        (failed(AssetErrorCode.CORRUPT), NotFound),
        (failed(AssetErrorCode.PIXEL_LIMIT), PayloadTooLarge),
        (failed(AssetErrorCode.SIZE_LIMIT), PayloadTooLarge),
        (failed(AssetErrorCode.RESOURCE_LIMIT), PayloadTooLarge),
        (failed(AssetErrorCode.TYPE_MISMATCH), UnsupportedMediaType),
        (failed(AssetErrorCode.UNSUPPORTED_TYPE), UnsupportedMediaType),
    ],
)
def test_an_asset_without_a_picture_says_why(
    changes: dict[str, object], error: type[RequestError]
) -> None:
    shop = small()
    shop.change(**changes)

    with pytest.raises(error):
        shop.ask(w="96")


def test_a_failed_replacement_goes_on_being_served() -> None:
    shop = small()
    shop.change(status=Status.FAILED, error=AssetError(AssetErrorCode.CORRUPT, "Why.", "x", "now"))

    assert shop.ask(f="png").stored.content_type == "image/png"


class TestPrivacy:
    def test_keeps_a_picture_to_its_own_path(self, shop: Shop, vault: Shop) -> None:
        for tag in (vault.tag, vault.tag[1:], "current"):
            with pytest.raises(NotFound):
                vault.server.picture(f"variants/{REF.path}/{tag}/{NAME}")
        for tag in (shop.tag, f"p{shop.tag}", "current"):
            with pytest.raises(NotFound):
                shop.server.picture(f"p/variants/{REF.path}/{tag}/{NAME}")

    def test_has_its_own_place(self, vault: Shop) -> None:
        vault.forget()

        assert vault.pinned(f="png").stored.content_type == "image/png"
        assert vault.ask(f="webp").stored.content_type == "image/webp"

        assert [*vault.variants.sizes("p/quick/")] == [*vault.variants.sizes("")]

    def test_tells_nothing_of_what_is_there(self, vault: Shop) -> None:
        texts = set()
        for media in ("media_1", "media_2"):
            with pytest.raises(NotFound) as caught:
                vault.server.picture(f"variants/org/proj/{media}/current/{NAME}")
            texts.add(str(caught.value))
        assert len(texts) == 1

    @pytest.mark.parametrize("private", [True, False])
    def test_that_changes_lets_wait(self, private: bool) -> None:
        shop = small(private=not private)
        shop.change(private=private)
        place = "p/variants" if private else "variants"

        with pytest.raises(NotReady):
            shop.server.picture(f"{place}/{REF.path}/current/{NAME}")
        with pytest.raises(NotFound):
            shop.ask(w="96")

    def test_that_changed_is_a_tag_without_a_manifest(self) -> None:
        shop = small()
        shop.change(private=True, tag=moved_tag(shop.tag, private=True))

        with pytest.raises(NotFound):
            shop.server.picture(f"p/variants/{REF.path}/current/{NAME}")


@pytest.fixture(scope="module")
def film() -> Shop:
    return Shop(animation())


class TestAnAnimation:
    def test_stays_one_whatever_a_browser_likes_best(self, film: Shop) -> None:
        served = {fmt: film.image(w="48", f=fmt) for fmt in ("avif", "webp", "auto", "png")}

        assert {fmt: image.format for fmt, image in served.items()} == {
            "avif": "WEBP",
            "webp": "WEBP",
            "auto": "GIF",
            "png": "PNG",
        }
        counts = {fmt: getattr(image, "n_frames", 1) for fmt, image in served.items()}
        assert counts == {"avif": 3, "webp": 3, "auto": 3, "png": 1}

    def test_shows_one_frame_on_request(self, film: Shop) -> None:
        still = film.image(f="auto", frame="2")
        assert (still.format, getattr(still, "n_frames", 1)) == ("JPEG", 1)
        red, green, _ = still.convert("RGB").getpixel((30, 20))  # type: ignore[misc]
        assert green > red

        assert film.image(f="avif", frame="2").format == "AVIF"

    def test_has_no_frame_beyond_its_last(self, film: Shop) -> None:
        film.forget()
        with pytest.raises(NotFound):
            film.pinned(f="webp", frame="4")
        assert not film.demand.admitted

    def test_as_a_still_is_its_first_frame(self, film: Shop) -> None:
        film.forget()
        film.pinned(f="png")
        film.pinned(f="png", frame="1")

        assert film.stored("quick/") == ["full.png"]


def with_manifest(shop: Shop, **changes: object) -> None:
    key = f"renditions/{REF.path}/{shop.tag}/manifest.json"
    manifest = json.loads(shop.renditions.get(key).read())
    body = json.dumps({**manifest, **changes}).encode()
    shop.renditions.put(key, body, "application/json")


def test_an_asset_without_mips_has_no_picture() -> None:
    shop = small()
    with_manifest(shop, type="document", renditions=[])

    with pytest.raises(UnsupportedMediaType):
        shop.pinned(w="96")


def test_a_video_shows_its_poster() -> None:
    shop = small()
    with_manifest(shop, type="video", width=4000, height=3000, frames=900)

    assert shop.image(w="1280", f="webp", frame="5").size == (40, 30)


def test_the_memory_of_manifests_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "SOURCES_KEPT", 1)
    shop = small()
    shop.pinned(w="96")
    kept = shop.server.asking.sources.kept
    [(key, first)] = kept.items()
    kept.clear()
    kept[REF, "another"] = first

    shop.pinned(w="96")

    assert list(kept) == [key]
