from __future__ import annotations

import pytest

from spool.errors import Corrupt
from spool.imaging.economy import SMALL_AFTER
from spool.imaging.encode import Encoded
from tests.unit.services.fakes import IMMUTABLE
from tests.unit.services.shop import REF, Shop, decoded, photo


@pytest.fixture
def shop() -> Shop:
    """With one variant that was asked for often enough."""
    shop = Shop(photo(600, 400))
    for _ in range(SMALL_AFTER["avif"] + 1):
        shop.pinned(w="320", h="320", f="avif", fit="cover", g="north", blur="1")
    return shop


@pytest.fixture
def promoted(shop: Shop) -> tuple[str, str]:
    [request] = shop.encodes.requests
    return request


def test_the_small_encode_shows_the_same(shop: Shop, promoted: tuple[str, str]) -> None:
    key, _ = promoted
    quick = shop.variants.get(key)
    assert shop.optimizer.optimize(*promoted)

    small = shop.variants.get(key)
    assert (small.content_type, small.cache_control) == ("image/avif", IMMUTABLE)
    assert small.size < quick.size
    assert decoded(shop.pinned(w="320", h="320", f="avif", fit="cover", g="north", blur="1"))


def test_twice_is_once(shop: Shop, promoted: tuple[str, str]) -> None:
    assert shop.optimizer.optimize(*promoted)
    small = shop.variants.objects[promoted[0], None]

    assert not shop.optimizer.optimize(*promoted)
    assert shop.variants.objects[promoted[0], None] == small


def test_what_was_deleted_stays_deleted(shop: Shop, promoted: tuple[str, str]) -> None:
    shop.variants.meanwhile = lambda: shop.variants.delete([promoted[0]])
    assert not shop.optimizer.optimize(*promoted), "while it was encoded"
    assert not shop.optimizer.optimize(*promoted), "before"

    assert (promoted[0], None) not in shop.variants.objects


def test_an_asset_that_is_gone_is_no_failure(shop: Shop, promoted: tuple[str, str]) -> None:
    shop.renditions.objects.clear()

    assert not shop.optimizer.optimize(*promoted)


def test_what_another_put_there_stays(shop: Shop, promoted: tuple[str, str]) -> None:
    shop.variants.put(promoted[0], b"another", "image/avif")

    assert not shop.optimizer.optimize(*promoted)
    assert shop.variants.get(promoted[0]).read() == b"another"


def test_effort_in_vain_is_not_shown(
    shop: Shop, promoted: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    longer = Encoded(bytes(10**6), "image/avif", 320, 213)
    monkeypatch.setattr("spool.services.optimizing.make_variant", lambda *_: longer)
    quick = shop.variants.get(promoted[0]).read()

    assert shop.optimizer.optimize(*promoted)

    kept = shop.variants.get(promoted[0])
    assert (kept.read(), kept.cache_control) == (quick, IMMUTABLE)


def test_a_mip_that_can_not_be_decoded_is_said_to_be_so(
    shop: Shop, promoted: tuple[str, str]
) -> None:
    mip = f"renditions/{REF.path}/{shop.tag}/mip_1280.jpg"
    shop.renditions.put(mip, b"\xff\xd8\xff nothing", "image/jpeg")

    with pytest.raises(Corrupt):
        shop.optimizer.optimize(*promoted)
