"""The shortest stories that need everything the roles of variants, access and reconciliation
allow. Functions that work off a queue are called with its messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from itertools import count
from typing import Any

from local.cloud import Cloud
from tests.integration.bucket import Bucket
from tests.integration.doubles import Double
from tests.integration.frontend import Frontend, photo
from tests.integration.functions import Functions
from tests.integration.queues import WorkQueues
from tests.integration.records import ASSET, Records

Asset = Mapping[str, Any]

_PLACES = ("renditions", "p/renditions", "captures")
_VARIANTS = ("variants", "p/variants", "quick", "p/quick")
_MOST_FETCHES = 10  # more than a small encode waits for


class Delivery:
    """Assets in these stories are of the project `tests`."""

    def __init__(self, cloud: Cloud, frontend: Frontend) -> None:
        self._cloud, self._frontend, self._functions = cloud, frontend, Functions(cloud)
        self._renditions = Bucket(cloud, "RenditionsBucket")
        self._variants = Bucket(cloud, "VariantsBucket")
        self._originals, self._records = Bucket(cloud, "OriginalsBucket"), Records(cloud)
        self._reconciliation = WorkQueues(cloud, "reconcile_delivery")
        self._unique = count()

    def resized(self, asset: Asset) -> None:
        """A crop that nobody asked for before, until it is worth a small encode."""
        number = next(self._unique)
        name = f"w-{(48, 96, 160)[number // 300]}_h-{1 + number % 300}_fit-cover.png"
        assert self._asked(_variant(asset, "current", name)) == 200
        pinned = _variant(asset, asset["tag"], name)
        for _ in range(_MOST_FETCHES):
            assert self._asked(pinned) == 200
        assert self._variants.keys(pinned)

    def not_resized(self, asset: Asset) -> None:
        assert self._asked(_variant(asset, _unknown(asset), "w-48_q-80.webp")) == 404

    def _asked(self, path: str) -> int:
        return self._functions.status("img_resize", rawPath=f"/{path}")

    def optimized(self, asset: Asset) -> None:
        """A quick encode that is larger than need be."""
        key = _variant(asset, asset["tag"], "w-48_q-80.webp")
        quick = photo(48, 36, "WEBP", lossless=True) + bytes(9999)
        etag = self._variants.put(key, quick)
        assert self._functions.took("optimize_variant", {"key": key, "etag": etag})
        assert len(self._variants.get(key)) < len(quick)

    def optimized_too_late(self, asset: Asset) -> None:
        """One variant is gone, and of another its asset."""
        gone = _variant(asset, asset["tag"], "w-96_q-80.webp")
        left = _variant(asset, _unknown(asset), "w-48_q-80.webp")
        etag = self._variants.put(left)
        for key in (gone, left):
            assert self._functions.took("optimize_variant", {"key": key, "etag": etag})

    def forgotten(self, asset: Asset) -> None:
        """An asset was deleted, and something of it is everywhere."""
        double = Double(self._cloud, asset, status="deleted")
        places = [(self._renditions, place) for place in _PLACES]
        places += [(self._variants, place) for place in _VARIANTS]
        for bucket, place in places:
            bucket.put(f"{place}/{double.path}/{double.tag}/a")
        original = double.record["originalKey"]
        self._originals.put(original)
        self._records.set(double.id, "METADATA#0123456789ab", {"metadata": "anything"})
        self._reconcile(double)
        left = [bucket.keys(f"{place}/{double.path}/") for bucket, place in places]
        assert left == [[]] * len(places)
        assert self._originals.versions(original) == []
        assert self._records.sorts(double.id) == [ASSET]

    def moved(self, asset: Asset) -> None:
        """A public asset becomes private, and public again."""
        double = Double(self._cloud, asset)
        for private in (True, False):
            former = double.record["tag"]
            double.change(private=private)
            self._reconcile(double)
            tag = double.record["tag"]
            assert tag != former
            assert tag.startswith("p") is private
            place = "p/renditions" if private else "renditions"
            assert self._renditions.keys(f"{place}/{double.path}/{tag}/manifest.json")

    def tried_again(self, asset: Asset) -> None:
        """An asset that can't be moved, since its manifest is gone: its news is put off."""
        double = Double(self._cloud, asset)
        self._renditions.remove(f"{double.folder}/manifest.json")
        double.change(private=True)
        message = self._reconciliation.sent("reconcile_delivery")
        receipt = self._reconciliation.receipt("reconcile_delivery", message, seconds=1)
        news = _news(double)
        assert not self._functions.took("reconcile_delivery", news, receiptHandle=receipt)
        double.vanish()
        time.sleep(1)
        assert self._reconciliation.receipt("reconcile_delivery", message, seconds=1) is None

    def _reconcile(self, double: Double) -> None:
        assert self._functions.took("reconcile_delivery", _news(double))

    def deleted(self) -> None:
        ticket = self._frontend.presign(size=100)
        answer = self._frontend.request("DELETE", f"/assets/{ticket['mediaId']}")
        assert answer.json()["status"] == "deleted", answer.text

    def made_anew(self, asset: Asset) -> None:
        double = Double(self._cloud, asset)
        answer = self._frontend.request("POST", f"/assets/{double.id}/reprocess")
        assert answer.status_code == 202, answer.text

    def granted(self, asset: Asset) -> None:
        """By one who never read the signing key before."""
        version = self._functions.forgetful("grant_access")
        request = {"routeKey": "POST /assets/{id}/access", "pathParameters": {"id": asset["id"]}}
        claims = self._frontend.claims
        assert self._functions.status("grant_access", version, claims=claims, **request) == 200

    def streamed(self, asset: Asset) -> None:
        """Its playlist, for one who may see it, and for want of it what says so."""
        double = Double(self._cloud, asset)
        path = f"/assets/{double.id}"
        access = self._frontend.request("POST", f"{path}/access", json={})
        assert access.is_success, access.text
        query = access.json()["grants"][0]["query"]
        self._renditions.put(f"{double.folder}/stream/video.m3u8", b"#EXTM3U\n")
        for name, status in {"video.m3u8": 200, "other.m3u8": 404}.items():
            answer = self._frontend.request("GET", f"{path}/stream/{name}?{query}")
            assert answer.status_code == status, answer.text


def scenarios(
    cloud: Cloud, frontend: Frontend, public: Asset, private: Asset
) -> Mapping[str, list[Callable[[], None]]]:
    """By function, as in `scenarios.of`."""
    delivery = Delivery(cloud, frontend)
    return {
        "imgresize": [
            partial(delivery.not_resized, public),
            partial(delivery.resized, public),
        ],
        "p/imgresize": [partial(delivery.resized, private)],
        "optimizevariant": [
            partial(delivery.optimized, public),
            partial(delivery.optimized_too_late, public),
        ],
        "p/optimizevariant": [partial(delivery.optimized, private)],
        "reconciledelivery": [
            partial(delivery.forgotten, public),
            partial(delivery.moved, public),
            partial(delivery.tried_again, public),
        ],
        "manageassets": [delivery.deleted, partial(delivery.made_anew, public)],
        "grantaccess": [
            partial(delivery.streamed, private),
            partial(delivery.granted, private),
        ],
    }


def _variant(asset: Asset, tag: str, name: str) -> str:
    """Path and key of a variant."""
    place = "p/variants" if asset["private"] else "variants"
    return f"{place}/default/tests/{asset['id']}/{tag}/{name}"


def _unknown(asset: Asset) -> str:
    """A tag that the asset never had."""
    return "p0123456789ab" if asset["private"] else "0123456789ab"


def _news(double: Double) -> Mapping[str, Any]:
    """As it comes from the event bus."""
    return {"detail": {"orgId": "default", "projectId": "tests", "id": double.id}}
