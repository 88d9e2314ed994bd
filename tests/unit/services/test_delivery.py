from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from io import BytesIO
from itertools import product

import pytest
from PIL import Image

from spool.errors import NotFound, QuotaExceeded, Transient
from spool.imaging.economy import SMALL_AFTER
from spool.imaging.encode import Encoded
from spool.imaging.options import FORMATS, WIDTHS
from spool.services import delivery
from tests.unit.services.fakes import IMMUTABLE
from tests.unit.services.pipeline import Pipeline
from tests.unit.services.shop import REF, Shop, animation, decoded, photo

QUICK = "public, max-age=60"

_SIDES = [str(width) for width in WIDTHS]
SIZES: tuple[dict[str, str], ...] = (
    {},
    *({"w": side} for side in _SIDES),
    *({"h": side} for side in _SIDES),
    *({"w": side, "h": side, "fit": "cover"} for side in _SIDES),
)
MORE: tuple[dict[str, str], ...] = (
    {},
    {"frame": "2"},
    {"frame": "3"},
    {"bg": "0af"},
    {"blur": "2"},
    {"g": "north"},
)


@pytest.fixture(scope="module")
def processed() -> Shop:
    return Shop()


@pytest.fixture
def shop(processed: Shop) -> Shop:
    processed.forget()
    return processed


@pytest.mark.parametrize(
    ("query", "size", "fmt"),
    [
        ({"w": "320", "f": "webp"}, (320, 213), "WEBP"),
        ({"w": "320", "h": "320", "fit": "cover", "f": "jpeg"}, (320, 320), "JPEG"),
        ({"w": "160", "dpr": "2", "f": "avif"}, (320, 213), "AVIF"),
        ({"w": "9999", "f": "jpeg"}, (1500, 1000), "JPEG"),
        ({"w": "2560", "h": "2560", "fit": "cover", "f": "jpeg"}, (1000, 1000), "JPEG"),
        ({"f": "auto", "h": "96"}, (144, 96), "JPEG"),
    ],
)
def test_a_picture_as_it_is_asked_for(
    shop: Shop, query: dict[str, str], size: tuple[int, int], fmt: str
) -> None:
    image = shop.image(**query)

    assert (image.size, image.format) == (size, fmt)


def test_the_smallest_mip_that_suffices_is_read(shop: Shop) -> None:
    shop.image(w="1280")
    shop.image(w="1440")

    read = [key.rpartition("/")[2] for key in shop.renditions.reads]
    assert read == ["manifest.json", "mip_1280.jpg", "mip_2560.jpg"]


def test_a_variant_is_made_once(shop: Shop) -> None:
    first = shop.pinned(w="96", f="webp")
    shop.renditions.reads.clear()

    again = shop.pinned(w="96", f="webp", fit="fill", q="79")

    assert shop.renditions.reads == []
    assert again.stored.etag == first.stored.etag
    assert (first.cache_control, again.cache_control) == (QUICK, QUICK)
    assert first.seconds.keys() == {"mip", "encode", "store"}
    assert not again.seconds


def test_what_has_no_effect_on_this_picture_makes_no_other_variant(shop: Shop) -> None:
    for query in ({}, {"w": "1600"}, {"w": "99999"}, {"h": "1080"}, {"frame": "7"}, {"bg": "f00"}):
        shop.pinned(f="webp", **query)

    assert shop.stored("quick/") == ["q-80.webp"]


def test_what_is_asked_again_is_put_where_the_cdn_looks_and_made_small(shop: Shop) -> None:
    enough = SMALL_AFTER["webp"]
    made = shop.pinned(w="320", f="webp")
    for _ in range(enough - 1):
        shop.pinned(w="320", f="webp")
    assert (shop.stored("variants/"), shop.encodes.requests) == ([], [])

    served = shop.pinned(w="320", f="webp")

    key = f"variants/{REF.path}/{shop.tag}/w-320_q-80.webp"
    assert served.stored.read() == made.stored.read() == shop.variants.get(key).read()
    assert shop.variants.get(key).cache_control == QUICK
    assert shop.encodes.requests == [(key, made.stored.etag)]

    assert shop.optimize() == [True]
    small = shop.variants.get(key)
    assert small.size < made.stored.size
    assert small.cache_control == IMMUTABLE


def test_what_the_cdn_does_not_look_for_is_served_small_too(shop: Shop) -> None:
    """It asks for 2560 px, and the picture has 1500."""
    for _ in range(SMALL_AFTER["webp"] + 1):
        shop.pinned(w="2560", f="webp")
    promoted = shop.pinned(w="2560", f="webp")
    shop.optimize()

    small = shop.pinned(w="2560", f="webp")

    assert (promoted.cache_control, small.cache_control) == (QUICK, IMMUTABLE)
    assert small.stored.size < promoted.stored.size
    assert not small.signals
    assert shop.demand.fetches.total() == SMALL_AFTER["webp"]


def test_a_cdn_that_can_not_read_the_bucket_is_noticed(shop: Shop) -> None:
    for _ in range(SMALL_AFTER["webp"] + 1):
        shop.pinned(w="320", f="webp")
    assert not shop.pinned(w="320", f="webp").signals, "it may have asked just before"

    shop.optimize()
    asked = shop.pinned(w="320", f="webp")

    assert asked.signals == [delivery.STORED_VARIANT_ASKED]
    assert asked.cache_control == IMMUTABLE


def test_what_expired_after_it_was_put_there_is_put_there_again(shop: Shop) -> None:
    for _ in range(SMALL_AFTER["webp"] + 1):
        shop.pinned(w="320", f="webp")
    shop.variants.delete([f"variants/{REF.path}/{shop.tag}/w-320_q-80.webp"])

    shop.pinned(w="320", f="webp")

    assert shop.stored("variants/") == ["w-320_q-80.webp"]


def test_of_two_that_make_it_at_once_the_first_stays(shop: Shop) -> None:
    key = f"quick/{REF.path}/{shop.tag}/w-96_q-80.webp"
    shop.variants.meanwhile = lambda: shop.variants.put(key, b"made by another", "image/webp")

    mine = shop.pinned(w="96", f="webp")
    assert decoded(mine).format == "WEBP"

    kept = shop.pinned(w="96", f="webp").stored
    assert kept.read() == b"made by another"
    assert kept.etag != mine.stored.etag


def test_a_pinned_url_needs_no_catalogue(shop: Shop) -> None:
    asking = replace(shop.server.asking, catalogue=Pipeline().catalogue)
    server = replace(shop.server, asking=asking)

    answer = server.picture(shop.path({"v": shop.tag, "w": "96", "f": "webp"}))
    assert decoded(answer).size == (96, 64)


def test_the_current_picture_is_that_of_its_tag(shop: Shop) -> None:
    current, pinned = shop.ask(w="96", f="webp"), shop.pinned(w="96", f="webp")

    assert current.cache_control == "public, max-age=60, s-maxage=300"
    assert current.stored.etag == pinned.stored.etag
    assert shop.stored("") == ["w-96_q-80.webp"]


def test_a_picture_that_is_gone_is_no_fault(shop: Shop) -> None:
    """The function still remembers the manifest of an asset that was deleted."""
    shop.pinned(w="96", f="webp")
    kept = dict(shop.renditions.objects)
    shop.renditions.objects.clear()

    with pytest.raises(NotFound):
        shop.pinned(w="160", f="webp")
    shop.renditions.objects.update(kept)


def test_a_mip_that_can_not_be_decoded_is_no_fault(shop: Shop) -> None:
    key = f"renditions/{REF.path}/{shop.tag}/mip_1280.jpg"
    sound = shop.renditions.objects[key, None]
    shop.renditions.put(key, b"\xff\xd8\xff nothing", "image/jpeg")

    with pytest.raises(NotFound):
        shop.pinned(w="96", f="webp")
    shop.renditions.objects[key, None] = sound


class TestTheLimit:
    def test_bounds_what_is_made_and_not_what_is_served(
        self, shop: Shop, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server = replace(shop.server, limit=2)
        paths = [shop.path({"v": shop.tag, "f": "webp", "q": q}) for q in ("10", "20", "30")]
        for path in paths[:2]:
            server.picture(path)

        with monkeypatch.context() as patch:
            patch.setattr(delivery, "make_variant", lambda *_: pytest.fail("it was encoded"))
            with pytest.raises(QuotaExceeded):
                server.picture(paths[2])

        assert [decoded(server.picture(path)).size for path in paths[:2]] == [(1500, 1000)] * 2
        assert shop.stored("") == ["q-10.webp", "q-20.webp"]

    def test_never_keeps_a_plain_picture_away(self, shop: Shop) -> None:
        server = replace(shop.server, limit=0)

        for query in ({"w": "320"}, {"h": "320"}, {}, {"w": "2560"}):
            server.picture(shop.path({"v": shop.tag, "f": "webp", **query}))

        assert not shop.demand.admitted

    @pytest.mark.parametrize("data", [photo(60, 40), animation()], ids=["still", "animation"])
    def test_bounds_what_anyone_can_cause(
        self, data: bytes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The plain ones are as many as widths, heights and neither, in each format."""
        shop = Shop(data)
        server = replace(shop.server, limit=3)
        anything = Encoded(b"x", "image/webp", 1, 1)
        monkeypatch.setattr(delivery, "make_variant", lambda *_: anything)

        for size, fmt, q, more in product(SIZES, FORMATS, ("80", "50"), MORE):
            with suppress(QuotaExceeded):
                server.picture(shop.path({"v": shop.tag, "f": fmt, "q": q, **size, **more}))

        plain = (2 * len(WIDTHS) + 1) * len(FORMATS)
        assert len(shop.stored("")) <= plain + server.limit
        assert shop.demand.admitted == {(REF, shop.tag): server.limit}

    def test_is_that_of_one_version(self, shop: Shop) -> None:
        shop.pinned(q="10")
        shop.ask(q="20")

        assert shop.demand.admitted == {(REF, shop.tag): 2}


class TestADependencyThatFails:
    def test_to_count_fails_nobody(self, shop: Shop) -> None:
        shop.pinned(w="96", f="webp")
        shop.demand.broken = Transient("throttled")

        answer = shop.pinned(w="96", f="webp")

        assert decoded(answer).size == (96, 64)
        assert answer.signals == [delivery.NOT_COUNTED]

    def test_to_queue_is_asked_again_by_the_next(self, shop: Shop) -> None:
        shop.encodes.broken = Transient("no queue")
        for _ in range(SMALL_AFTER["webp"] + 1):
            answer = shop.pinned(w="96", f="webp")
        assert decoded(answer).size == (96, 64)
        assert shop.stored("variants/") == [], "there it would stay quick"

        shop.encodes.broken = None
        shop.pinned(w="96", f="webp")

        assert shop.stored("variants/") == ["w-96_q-80.webp"]
        assert len(shop.encodes.requests) == 1

    def test_to_store_costs_the_next_an_encode(self, shop: Shop) -> None:
        def fail() -> None:
            raise Transient("slow down")

        shop.variants.meanwhile = fail

        answer = shop.pinned(w="96", f="webp")

        assert decoded(answer).size == (96, 64)
        assert answer.signals == [delivery.NOT_KEPT]


def test_transparency_is_kept_for_old_browsers() -> None:
    data = BytesIO()
    Image.new("RGBA", (40, 30), (200, 0, 0, 0)).save(data, "PNG")
    image = Shop(data.getvalue()).image(w="20")

    assert image.format == "PNG"
    assert image.convert("RGBA").getpixel((5, 5))[3] == 0  # type: ignore[index]
