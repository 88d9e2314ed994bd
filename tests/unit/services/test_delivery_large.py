"""What Lambda can not return is found by the URL that asked for it."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from spool.errors import QuotaExceeded
from spool.services import delivery
from tests.unit.services.fakes import IMMUTABLE
from tests.unit.services.shop import REF, Shop, photo

QUERIES = st.fixed_dictionaries(
    {"f": st.sampled_from(["auto", "webp", "jpeg", "png", "gif", "avif"])},
    optional={
        "w": st.sampled_from(["48", "320", "750", "9999"]),
        "h": st.sampled_from(["31", "320", "9999"]),
        "fit": st.sampled_from(["inside", "cover", "contain", "fill"]),
        "q": st.sampled_from(["10", "80"]),
        "frame": st.just("3"),
        "bg": st.just("0af"),
    },
)


@pytest.fixture(scope="module", params=["public", "private"])
def shop(request: pytest.FixtureRequest) -> Shop:
    return Shop(photo(300, 200), private=request.param == "private")


@pytest.fixture(autouse=True)
def _nothing_fits(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.forget()
    monkeypatch.setattr(delivery, "BODY_LIMIT", 0)


@given(query=QUERIES, pinned=st.booleans())
@example(query={"f": "auto", "w": "9999", "h": "9999", "fit": "cover"}, pinned=False)
def test_one_redirect_leads_to_it(shop: Shop, query: dict[str, str], pinned: bool) -> None:
    shop.forget()
    asked = {**query, "v": shop.tag} if pinned else query

    first = shop.view(asked)

    assert shop.view(asked) == first, "and again"
    with Image.open(BytesIO(first)) as image:
        image.load()


def test_nobody_keeps_the_redirect(shop: Shop) -> None:
    assert shop.pinned(f="png").cache_control == "no-store"


def test_it_is_stored_for_a_minute_and_made_small(shop: Shop) -> None:
    shop.pinned(w="160", f="webp")

    [key] = shop.variants.sizes("")
    assert key == f"{shop.place}{REF.path}/{shop.tag}/w-160_q-80.webp"
    stored = shop.variants.get(key)
    assert stored.cache_control == "public, max-age=60"
    assert shop.encodes.requests == [(key, stored.etag)]
    assert shop.optimize() == [True]
    assert shop.variants.get(key).cache_control == IMMUTABLE


def test_under_another_name_it_is_not_made_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.view({"v": shop.tag, "w": "9999", "f": "webp"})
    monkeypatch.setattr(delivery, "make_variant", lambda *_: pytest.fail("it was encoded"))

    shop.view({"v": shop.tag, "f": "webp"})
    shop.view({"v": shop.tag, "w": "320", "f": "webp"})

    assert shop.stored("") == ["q-80.webp", "w-2560_q-80.webp", "w-320_q-80.webp"]
    assert shop.optimize() == [True, True, True]


def test_a_copy_of_what_is_small_already_is_not_queued(shop: Shop) -> None:
    shop.view({"v": shop.tag, "f": "webp"})
    shop.optimize()

    shop.view({"v": shop.tag, "w": "320", "f": "webp"})

    assert shop.encodes.requests == []


def test_names_for_the_same_are_limited(shop: Shop) -> None:
    """A still has no frames, so that all 9,999 of them are the same picture."""
    for frame in range(1, shop.server.limit + 1):
        shop.pinned(f="webp", frame=str(frame))

    with pytest.raises(QuotaExceeded):
        shop.pinned(f="webp", frame="9999")
