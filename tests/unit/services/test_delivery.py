from __future__ import annotations

import json
from dataclasses import replace
from io import BytesIO
from urllib.parse import quote

import pytest
from PIL import Image

from spool.errors import (
    AssetErrorCode,
    InvalidRequest,
    NotFound,
    NotReady,
    PayloadTooLarge,
    RequestError,
    UnsupportedMediaType,
)
from spool.model import AssetError, Status
from spool.services.delivery import ImageServer
from tests.unit.services.fakes import MemoryObjects
from tests.unit.services.pipeline import Pipeline, picture

AWKWARD = "originals/org/proj/media_1-a b+c (å) %41 100x100.png"


class Shop:
    """A processed picture of 1500x1000, and the server of its variants."""

    def __init__(self, data: bytes | None = None, key: str = AWKWARD) -> None:
        self.pipeline, self.variants = Pipeline(), MemoryObjects()
        self.pipeline.inspector = replace(
            self.pipeline.inspector, limits=replace(self.pipeline.inspector.limits, pixels=10**8)
        )
        self.key = key
        run = self.pipeline.upload(data or picture("PNG", (1500, 1000)), "image/png", key=key)
        self.pipeline.process(run)
        self.tag = run.tag
        self.server = ImageServer(
            catalogue=self.pipeline.catalogue,
            renditions=self.pipeline.renditions,
            variants=self.variants,
        )

    def image(self, **query: str) -> Image.Image:
        image = Image.open(BytesIO(self.server.picture(self.key, query).stored.read()))
        image.load()
        return image

    def change(self, **changes: object) -> None:
        asset = self.pipeline.catalogue.assets["org", "media_1"]
        self.pipeline.catalogue.assets["org", "media_1"] = replace(asset, **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def processed() -> Shop:
    return Shop()


@pytest.fixture
def shop(processed: Shop) -> Shop:
    """The same picture each time, with no variants and a fresh server."""
    processed.variants.objects.clear()
    processed.pipeline.renditions.reads.clear()
    processed.server.sources.clear()
    return processed


@pytest.mark.parametrize(
    ("query", "size", "fmt"),
    [
        ({"w": "300", "f": "webp"}, (300, 200), "WEBP"),
        ({"w": "300", "h": "300", "fit": "cover", "f": "jpeg"}, (300, 300), "JPEG"),
        ({"w": "150", "dpr": "2", "f": "avif"}, (300, 200), "AVIF"),
        ({"w": "9999", "f": "jpeg"}, (1500, 1000), "JPEG"),
        ({"f": "legacy", "h": "10"}, (15, 10), "JPEG"),
        ({"f": "auto", "h": "10"}, (15, 10), "JPEG"),
    ],
)
def test_a_picture_as_it_is_asked_for(
    shop: Shop, query: dict[str, str], size: tuple[int, int], fmt: str
) -> None:
    image = shop.image(v=shop.tag, **query)

    assert (image.size, image.format) == (size, fmt)


def test_the_smallest_mip_that_suffices_is_read(shop: Shop) -> None:
    shop.image(v=shop.tag, w="1280")
    shop.image(v=shop.tag, w="1281")

    read = [key.rpartition("/")[2] for key in shop.pipeline.renditions.reads]
    assert read == ["manifest.json", "mip_1280.jpg", "mip_2560.jpg"]


def test_a_variant_is_made_once(shop: Shop) -> None:
    first = shop.server.picture(shop.key, {"v": shop.tag, "w": "64"})
    shop.pipeline.renditions.reads.clear()

    again = shop.server.picture(shop.key, {"v": shop.tag, "w": "64", "q": "80", "fit": "inside"})

    assert again.stored.etag == first.stored.etag
    assert shop.pipeline.renditions.reads == []
    assert len(shop.variants.objects) == 1


def test_of_two_that_make_it_at_once_the_first_stays(shop: Shop) -> None:
    query = {"v": shop.tag, "w": "64", "f": "webp"}
    key = f"variants/org/proj/media_1/{shop.tag}/w=64,q=80.webp"
    shop.variants.meanwhile = lambda: shop.variants.put(key, b"made by another", "image/webp")

    mine = shop.server.picture(shop.key, query).stored
    with Image.open(BytesIO(mine.read())) as image:
        assert image.format == "WEBP"

    kept = shop.server.picture(shop.key, query).stored
    assert kept.read() == b"made by another"
    assert kept.etag != mine.etag


def test_a_pinned_url_needs_no_catalogue(shop: Shop) -> None:
    server = replace(shop.server, catalogue=Pipeline().catalogue)

    assert server.picture(shop.key, {"v": shop.tag, "w": "64"}).pinned


def test_without_a_tag_the_current_picture_is_served(shop: Shop) -> None:
    current = shop.server.picture(shop.key, {"w": "64"})

    assert not current.pinned
    assert current.key.split("/")[4] == shop.tag


def test_a_path_is_understood_as_sent_and_as_decoded(shop: Shop) -> None:
    sent = {"v": shop.tag, "w": "64"}

    assert shop.server.picture(shop.key, sent).key == shop.server.picture(quote(shop.key), sent).key


@pytest.mark.parametrize(
    "query",
    [
        {"w": "0"},
        {"w": "12px"},
        {"w": "100,200"},
        {"q": "101"},
        {"fit": "stretch"},
        {"f": "bmp"},
        {"dpr": "9"},
        {"v": "../../x"},
        {"v": ""},
        {"width": "3"},
    ],
)
def test_bad_parameters_are_refused(shop: Shop, query: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest):
        shop.server.picture(shop.key, {"v": shop.tag, **query})


@pytest.mark.parametrize(
    "path",
    [
        "originals/org/proj/media_1-other-name.png",
        "originals/org/proj/media_2-a.png",
        "originals/a.png",
        "renditions/org/proj/media_1/x/manifest.json",
        "originals/org/proj/media_1-..%2Fx",
        "",
    ],
)
@pytest.mark.parametrize("pinned", [True, False])
def test_another_path_is_not_found(shop: Shop, path: str, pinned: bool) -> None:
    with pytest.raises(NotFound):
        shop.server.picture(path, {"v": shop.tag} if pinned else {})


def test_an_unknown_tag_is_not_found(shop: Shop) -> None:
    with pytest.raises(NotFound):
        shop.server.picture(shop.key, {"v": "0123456789ab"})


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
    shop = Shop(picture("PNG", (4, 3)))
    shop.change(**changes)

    with pytest.raises(error):
        shop.server.picture(shop.key, {})


def test_a_failed_replacement_goes_on_being_served() -> None:
    shop = Shop(picture("PNG", (4, 3)))
    shop.change(status=Status.FAILED, error=AssetError(AssetErrorCode.CORRUPT, "Why.", "x", "now"))

    assert shop.image(f="png").size == (4, 3)


def test_an_asset_without_mips_has_no_picture(shop: Shop) -> None:
    key = f"renditions/org/proj/media_1/{shop.tag}/manifest.json"
    original = shop.pipeline.renditions.objects[key, None]
    manifest = {**json.loads(original[0]), "type": "document", "renditions": []}
    shop.pipeline.renditions.put(key, json.dumps(manifest).encode(), "application/json")

    with pytest.raises(UnsupportedMediaType):
        shop.server.picture(shop.key, {"v": shop.tag})
    shop.pipeline.renditions.objects[key, None] = original


def test_an_animation_stays_one_whatever_a_browser_likes_best() -> None:
    frames = [Image.new("RGB", (60, 40), color) for color in ("red", "green", "blue")]
    data = BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:], duration=80)
    shop = Shop(data.getvalue())

    served = {fmt: shop.image(w="30", f=fmt) for fmt in ("avif", "webp", "legacy", "png")}

    assert {fmt: image.format for fmt, image in served.items()} == {
        "avif": "WEBP",
        "webp": "WEBP",
        "legacy": "GIF",
        "png": "PNG",
    }
    counts = {fmt: getattr(image, "n_frames", 1) for fmt, image in served.items()}
    assert counts == {"avif": 3, "webp": 3, "legacy": 3, "png": 1}


def test_transparency_is_kept_for_old_browsers() -> None:
    data = BytesIO()
    Image.new("RGBA", (40, 30), (200, 0, 0, 0)).save(data, "PNG")
    shop = Shop(data.getvalue())

    image = shop.image(f="legacy", w="20")

    assert image.format == "PNG"
    assert image.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]


def test_the_memory_of_manifests_is_bounded(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spool.services.delivery.SOURCES_KEPT", 1)
    shop.server.picture(shop.key, {"v": shop.tag, "w": "64"})
    [(key, source)] = shop.server.sources.items()
    shop.server.sources.clear()
    shop.server.sources["another"] = source

    shop.server.picture(shop.key, {"v": shop.tag, "w": "64"})

    assert list(shop.server.sources) == [key]
