"""Whatever happens to an asset while its objects are moved or removed, and wherever the work stops:
in the end buckets and CDN are as the catalogue says, and nothing that it shows is ever missing."""

from __future__ import annotations

import itertools
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spool.errors import RequestError, Transient
from spool.events import RenditionSummary
from spool.formats import Family
from spool.keys import RECIPE, AssetRef, is_private, tag_of
from spool.model import Asset, Status
from spool.services import reconciling
from spool.services.managing import AssetManager
from spool.services.ports import Catalogue, Cdn
from spool.services.publication import processed_urls
from spool.services.reconciling import Reconciler
from spool.services.storage_ports import Objects, OriginalVersions
from tests.unit.services.fakes import MemoryCatalogue, MemoryObjects
from tests.unit.services.storage import MemoryStorage

CDN_URL = "https://cdn.example"
REF = AssetRef("org", "proj", "m1")
NAMES = ("lqip.webp", "mip_1280.jpg", "stream/video.m3u8", "stream/video_480p_000000001.cmfv")


class Stopped(Exception):
    """The function ends here: a timeout, a crash."""


class Message(NamedTuple):
    id: str
    sweep: int = 0


@dataclass
class EdgeCaches:
    """What viewers were given is kept; a purge that was paid for already does nothing."""

    held: set[str] = field(default_factory=set)
    purges: dict[str, bool] = field(default_factory=dict)

    def purge(self, ref: AssetRef, reference: str, *, streams: bool) -> None:
        if reference in self.purges:
            assert self.purges[reference] == streams, "CloudFront refuses such a reference."
            return
        self.purges[reference] = streams
        self.held = {
            key
            for key in self.held
            if f"/{ref.path}/" not in f"/{key}" or ("/stream/" in key and not streams)
        }


class Stepped:
    """A port, before each of whose calls something else may happen."""

    def __init__(self, port: object, step: Callable[[], None]) -> None:
        self._port, self._step = port, step

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._port, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            self._step()
            return method(*args, **kwargs)

        return call


class World:
    """One asset and all that is made of it. `plan` says what happens before which step."""

    def __init__(self, *, private: bool = False, kind: Family = Family.VIDEO) -> None:
        self.catalogue = MemoryCatalogue()
        self.originals = MemoryStorage()
        self.renditions, self.variants = MemoryObjects(), MemoryObjects()
        self.caches = EdgeCaches()
        self.manager = AssetManager(catalogue=self.catalogue, private_content=True)
        self.plan: dict[int, str] = {}
        self.steps = 0
        self.messages: list[Message] = []
        self.sweeps: list[Message] = []
        self.receives: Counter[str] = Counter()
        self._ids = itertools.count(1)
        self.reconciler = Reconciler(
            catalogue=cast("Catalogue", Stepped(self.catalogue, self._step)),
            originals=cast("OriginalVersions", Stepped(self.originals, self._step)),
            renditions=cast("Objects", Stepped(self.renditions, self._step)),
            variants=cast("Objects", Stepped(self.variants, self._step)),
            cdn=cast("Cdn", Stepped(self.caches, self._step)),
            cdn_url=CDN_URL,
        )
        self.catalogue.insert(
            Asset(
                id="m1",
                org_id="org",
                project_id="proj",
                filename="a b.mp4",
                original_key="originals/org/proj/m1-a b.mp4",
                status=Status.QUEUED,
                uploaded_at="2025-01-15T10:00:00.000Z",
                version_id="v1",
                version_number=1,
                type=kind,
                private=private,
            )
        )
        self.originals.put(self.asset.original_key, 10, new=True)
        self.catalogue.store_metadata(REF, "0123456789ab", {})
        self.publish()

    @property
    def asset(self) -> Asset:
        return self.catalogue.assets["org", "m1"]

    def make_private(self) -> None:
        self._set_access(private=True)

    def make_public(self) -> None:
        self._set_access(private=False)

    def _set_access(self, *, private: bool) -> None:
        before = self.asset
        try:
            self.manager.set_access("org", "m1", private=private)
        except RequestError:
            return
        if self.asset is not before:
            self._tell()

    def delete(self) -> None:
        if self.manager.delete("org", "m1")[1]:
            self._tell()

    def upload(self) -> None:
        asset = self.asset
        if asset.status is Status.READY:
            number = asset.version_number + 1
            self._write(status=Status.QUEUED, version_id=f"v{number}", version_number=number)
            self.originals.put(asset.original_key, 10, new=False)

    def publish(self) -> None:
        """The end of the run, which may have written much before it learns of a deletion."""
        asset = self.asset
        if asset.status not in {Status.QUEUED, Status.DELETED} or asset.version_id is None:
            return
        tag = tag_of(asset.version_id, RECIPE, private=asset.private)
        for name in NAMES:
            body = f"{asset.version_id} {name}".encode()
            self.renditions.put(REF.rendition(tag, name), body, "any")
        self.renditions.put(REF.capture(tag, "frame.jpg"), b"frame", "image/jpeg")
        if asset.status is Status.DELETED:
            return
        made = [RenditionSummary(name=n, contentType="", bytes=1, width=1, height=1) for n in NAMES]
        processed = processed_urls(CDN_URL, asset.original_key, tag, made)
        shown = replace(asset, status=Status.READY, tag=tag, processed=processed)
        manifest = {**shown.public_record(), "renditions": made}
        body = json.dumps(manifest).encode()
        self.renditions.put(REF.rendition(tag, "manifest.json"), body, "application/json")
        self._write(status=Status.READY, tag=tag, processed=processed)
        if asset.tag is not None:
            self._tell()

    def view(self) -> None:
        """Somebody without a signature asks for everything."""
        keys = [key for key, _ in (*self.renditions.objects, *self.variants.objects)]
        served = ("renditions/", "variants/")
        self.caches.held |= {key for key in keys if key.startswith(served)}

    def resize(self) -> None:
        """Of every mip, by a warm function that needs no manifest."""
        for key, _ in list(self.renditions.objects):
            if key.endswith("mip_1280.jpg"):
                tag = key.split("/")[-2]
                for variant in (REF.variant(tag, "w-48.webp"), REF.quick_variant(tag, "w-96.webp")):
                    self.variants.put_new(variant, b"variant", "image/webp", max_age=60)

    def deliver(self) -> None:
        """Another function takes what is next, or what this one is at."""
        if self.messages:
            self.reconcile(self.messages[-1])

    def flip(self) -> None:
        """Back again, all of it, while this function is slow."""
        (self.make_public if self.asset.private else self.make_private)()
        self.deliver()

    def overtake(self) -> None:
        """Another ends what this function is at, and there is more to do at once."""
        self.deliver()
        self.make_private()

    def stop(self) -> None:
        raise Stopped

    def run(self, plan: Mapping[int, str]) -> None:
        """Until no message is left, then what came with delay."""
        self.run_messages(plan)
        self.plan = {}
        while self.sweeps:
            if self.reconcile(self.sweeps[0]):
                self.sweeps.pop(0)

    def run_messages(self, plan: Mapping[int, str]) -> None:
        self.plan = dict(plan)
        while self.messages:
            message = self.messages[0]
            if self.reconcile(message):
                self.messages.remove(message)

    def reconcile(self, message: Message) -> bool:
        self.receives[message.id] += 1
        times = self.receives[message.id]
        reference = f"{message.id}.{times}"
        try:
            wait = self.reconciler.reconcile(REF, reference, sweep=message.sweep, again=times > 1)
        except (Stopped, Transient):
            return False
        if wait is not None:
            self.sweeps.append(Message(f"{message.id}-{message.sweep + 1}", message.sweep + 1))
        return True

    def _tell(self) -> None:
        self.messages.append(Message(f"message-{next(self._ids)}"))

    def _write(self, **changes: Any) -> None:
        asset = self.asset
        assert self.catalogue.update(asset, replace(asset, rev=asset.rev + 1, **changes))

    def _step(self) -> None:
        self.check_shown()
        self.steps += 1
        action = self.plan.pop(self.steps, None)
        if action is not None:
            getattr(self, action)()

    def check_shown(self) -> None:
        """All that the catalogue shows is there."""
        asset = self.asset
        if asset.status is not Status.DELETED and asset.tag is not None:
            for name in NAMES:
                key = REF.rendition(asset.tag, name)
                assert self.renditions.get(key).read().endswith(f" {name}".encode())

    def check_end(self) -> None:
        asset = self.asset
        keys = {key for key, _ in (*self.renditions.objects, *self.variants.objects)}
        if asset.status is Status.DELETED:
            assert keys == set()
            assert self.caches.held == set()
            assert self.originals.all(REF.originals) == []
            assert not self.catalogue.kept.keys() | self.catalogue.metadata.keys()
            return
        assert self.originals.all(REF.originals)
        self.check_shown()
        assert asset.tag is not None
        assert is_private(asset.tag) is asset.private
        others = {key for key in keys if key.startswith("p/") is not asset.private}
        assert all(key.startswith("captures/") for key in others)
        if asset.private:
            assert self.caches.held == set()
        manifest = json.loads(self.renditions.get(REF.rendition(asset.tag, "manifest.json")).read())
        assert (manifest["tag"], manifest["private"]) == (asset.tag, asset.private)
        assert manifest["processed"] == asset.processed
        assert [made["name"] for made in manifest["renditions"]] == list(NAMES)


@pytest.fixture(autouse=True, scope="module")
def one_copy_after_the_other() -> Any:
    """So that what a plan says happens at the same step each time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reconciling, "COPIES_AT_ONCE", 1)
        yield


def test_a_private_asset_is_found_under_its_new_urls_only() -> None:
    world = World()
    world.resize()
    world.view()
    public = world.asset
    world.make_private()

    world.run({})

    tag = world.asset.tag
    assert tag is not None
    assert tag.startswith("p")
    base = f"{CDN_URL}/p/renditions/org/proj/m1/{tag}"
    assert world.asset.processed == {
        "onDemandResize": True,
        "img": f"{CDN_URL}/p/img/originals/org/proj/m1-a%20b.mp4?v={tag}",
        "lqip": f"{base}/lqip.webp",
        "hls": f"{base}/stream/video.m3u8",
        "stream/video_480p_000000001": f"{base}/stream/video_480p_000000001.cmfv",
        "manifest": f"{base}/manifest.json",
    }
    assert set(world.asset.processed) == set(public.processed)
    world.check_end()


def test_what_was_private_is_public_again_under_urls_that_nobody_had() -> None:
    world = World()
    tags = [world.asset.tag]
    for change in (world.make_private, world.make_public, world.make_private):
        change()
        world.run({})
        world.check_end()
        tags.append(world.asset.tag)

    assert len(set(tags)) == 4


def test_a_deleted_asset_is_gone_everywhere_and_stays_gone() -> None:
    world = World()
    world.resize()
    world.view()
    world.delete()
    world.run({})
    assert world.caches.held == set()
    assert world.renditions.objects == world.variants.objects == {}

    world.publish()  # a run that is stopped only after it has written
    world.messages.append(Message("late", sweep=2))
    world.run({})

    world.check_end()


def test_a_deleted_asset_is_looked_at_twice_more_and_another_once() -> None:
    waits = []
    for change in (World.delete, World.make_private):
        world = World()
        change(world)
        waits += [world.reconciler.reconcile(REF, f"{sweep}", sweep=sweep) for sweep in range(3)]

    assert waits == [60, 840, None, 60, None, None]


def test_a_new_version_is_shown_at_once_and_the_old_urls_go_on() -> None:
    world = World()
    world.view()
    former = world.asset.tag
    assert former is not None
    world.upload()
    world.publish()

    assert world.reconciler.reconcile(REF, "message-1") == 60

    assert world.caches.held == set()
    assert world.renditions.get(REF.rendition(former, "lqip.webp")).read() == b"v1 lqip.webp"


def test_nothing_is_paid_for_an_upload_that_never_came() -> None:
    world = World()
    world.catalogue.assets["org", "m1"] = replace(world.asset, tag=None)
    world.delete()

    world.run({})

    assert world.caches.purges == {}
    world.check_end()


def test_a_picture_is_purged_by_its_tag_alone() -> None:
    world = World(kind=Family.IMAGE)
    world.delete()
    world.run({})

    assert set(world.caches.purges.values()) == {False}


def test_an_asset_that_nobody_knows_is_left_alone() -> None:
    world = World()
    other = AssetRef("org", "proj", "m2")
    world.renditions.put(other.rendition("0123456789ab", "a.webp"), b"a", "image/webp")

    assert world.reconciler.reconcile(other, "message-1") is None

    assert other.rendition("0123456789ab", "a.webp") in world.renditions.sizes("")


def test_a_neighbour_whose_id_begins_alike_keeps_everything() -> None:
    world = World()
    key = AssetRef("org", "proj", "m10").rendition("0123456789ab", "a.webp")
    world.renditions.put(key, b"a", "image/webp")
    world.delete()

    world.run({})

    assert list(world.renditions.sizes("")) == [key]


@pytest.mark.parametrize("change", ["make_private", "make_public", "delete"])
def test_wherever_the_work_stops_the_next_delivery_ends_it(change: str) -> None:
    stopped = 0
    for step in itertools.count(1):
        world = World(private=change == "make_public")
        world.resize()
        world.view()
        getattr(world, change)()
        world.run({step: "stop", step + 7: "stop"})
        world.check_end()
        if world.steps < step:
            break
        stopped = step
    assert stopped > 10


@pytest.mark.parametrize("change", ["make_private", "delete"])
def test_whoever_looks_meanwhile_has_it_no_longer_once_it_is_done(change: str) -> None:
    for step in itertools.count(1):
        world = World()
        world.resize()
        getattr(world, change)()
        world.run_messages({step: "view"})
        assert world.caches.held == set()
        if world.steps < step:
            break


@pytest.mark.parametrize("private", [True, False])
def test_a_slow_function_removes_nothing_of_what_was_moved_back_since(private: bool) -> None:
    for step in itertools.count(1):
        world = World(private=private)
        world.messages.append(Message("slow"))
        world.run({step: "flip"})
        world.check_end()
        if world.asset.private is private:
            break  # it had nothing more to do by then
    assert step > 8


def test_what_is_moved_on_before_it_was_listed_whole_keeps_everything() -> None:
    for step in range(1, 30):
        world = World(private=True)
        world.make_public()
        world.plan = {step: "stop"}
        world.reconcile(world.messages[0])

        world.run({world.steps + 2: "overtake"})

        world.check_end()


MEANWHILE = (
    "make_private",
    "make_public",
    "upload",
    "publish",
    "view",
    "resize",
    "deliver",
    "flip",
)


@settings(max_examples=400)
@given(
    st.booleans(),
    st.dictionaries(st.integers(1, 90), st.sampled_from((*MEANWHILE, "stop")), max_size=14),
)
def test_whatever_happens_meanwhile(private: bool, plan: Mapping[int, str]) -> None:
    world = World(private=private)
    world.resize()
    world.view()
    (world.make_public if private else world.make_private)()

    world.run(plan)
    world.publish()
    world.run({})

    world.check_end()


@settings(max_examples=200)
@given(
    st.integers(1, 60),
    st.dictionaries(st.integers(1, 60), st.sampled_from((*MEANWHILE, "stop")), max_size=10),
)
def test_a_deletion_wins_whenever_it_comes(step: int, plan: Mapping[int, str]) -> None:
    world = World()
    world.view()
    world.make_private()

    world.run({**plan, step: "delete"})
    world.delete()
    world.run({})

    world.check_end()
