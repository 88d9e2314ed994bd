"""The first variant of `/img`, from handler to bytes, beside sharp and Pillow.

sharp and Pillow decode the original, as their handlers do; ours reads a mip. All have one core.
Times are of a variant with no more said than its width and format. sharp's defaults aren't equally
good in every format (its AVIF looks like JPEG at 60), so qualities and bytes are compared at the
`q` that comes nearest to each.
"""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import pyvips

from bench import photographs
from bench.img_peers import Sharp, bare, thumbor
from bench.measure import Row, absolute, compared, paired, seconds
from bench.quality import score
from spool.errors import NotFound
from spool.formats import sniff
from spool.imaging.options import WIDTHS, VariantOptions
from spool.imaging.probe import probe
from spool.imaging.renditions import make_renditions
from spool.imaging.variant import Effort, make_variant
from spool.keys import MANIFEST, AssetRef
from spool.services.asking import Asking
from spool.services.delivery import ImageServer
from spool.services.source import Sources
from spool.services.storage_ports import Stored
from tests.unit.services.fakes import (
    MemoryCatalogue,
    MemoryDemand,
    MemoryEncodes,
    MemoryObjects,
)

ROUNDS, BARE_ROUNDS = 7, 21
WIDTH = 1280
GOALS: Mapping[str, float] = {"webp": 0.40, "avif": 0.06, "jpeg": 0.35}
"""Time against sharp's."""
GOAL_PILLOW, GOAL_BARE, GOAL_BYTES, GOAL_POINTS = 0.25, 1.10, 1.02, 2.0
LIKE_SHARP: Mapping[str, int] = {"webp": 80, "avif": 60, "jpeg": 80}
"""The `q` that is nearest to the quality of sharp's default."""

_REF, _TAG = AssetRef("bench", "bench", "picture"), "0123456789ab"
_NAMES = {"webp": "WebP", "avif": "AVIF", "jpeg": "JPEG"}


class Bucket(MemoryObjects):
    """Knows the ETags of what it holds, as S3 does, and needn't work them out to be read."""

    def get(self, key: str, version_id: str | None = None) -> Stored:
        if (key, version_id) not in self.objects:
            raise NotFound(key)
        data, content_type = self.objects[key, version_id]
        return Stored(len(data), content_type, '"etag"', io.BytesIO(data), "")


@dataclass(frozen=True)
class Original:
    """A file, and what Spool has of it once it is ready."""

    name: str
    path: Path

    @cached_property
    def data(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def renditions(self) -> Bucket:
        fmt = sniff(self.data)
        if fmt is None:
            raise ValueError("no picture")
        objects, made = Bucket(), []
        for each in make_renditions(self.data, probe(self.data, fmt)):
            objects.put(_REF.rendition(_TAG, each.name), each.data, each.content_type)
            made.append({"name": each.name, "width": each.width, "height": each.height})
        manifest = {"type": "image", "renditions": made, "hasAlpha": False, "frames": 1}
        objects.put(
            _REF.rendition(_TAG, MANIFEST), json.dumps(manifest).encode(), "application/json"
        )
        return objects

    @cached_property
    def reference(self) -> pyvips.Image:
        """The whole original, resized with nothing spared."""
        whole = pyvips.Image.new_from_buffer(self.data, "").copy_memory()
        return whole.resize(WIDTH / whole.width, kernel="lanczos3").copy_memory()

    def mip(self, options: VariantOptions) -> bytes:
        source = Sources(renditions=self.renditions).of(_REF, _TAG)
        return self.renditions.get(source.mip_for(options)).read()


def measure() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder, one_core(), Sharp() as sharp:
        originals = [
            Original("24 MP JPEG", photographs.jpeg(Path(folder))),
            Original("12 MP PNG", photographs.png(Path(folder))),
        ]
        return [
            row
            for original in originals
            for fmt in GOALS
            for row in (
                *_times(original, fmt, sharp),
                *_looks(original, fmt, sharp),
            )
        ]


@contextmanager
def one_core() -> Iterator[None]:
    """As Lambda gives one to a function of 1,769 MiB."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def _times(original: Original, fmt: str, sharp: Sharp) -> Iterator[Row]:
    options = VariantOptions(w=WIDTH, format=fmt)
    ours = seconds(_first_variant(original, options))
    mip = original.mip(options)
    peers: list[tuple[str, Callable[[], float], int, float]] = [
        ("sharp", lambda: sharp.variant(original.path, WIDTH, fmt)[0], ROUNDS, GOALS[fmt]),
        (
            "thumbor's Pillow",
            seconds(partial(thumbor, original.data, WIDTH, fmt)),
            ROUNDS,
            GOAL_PILLOW,
        ),
        (
            "bare pyvips",
            seconds(partial(bare, mip, WIDTH, fmt, options.q)),
            BARE_ROUNDS,
            GOAL_BARE,
        ),
    ]
    for peer_name, peer, rounds, goal in peers:
        ours(), peer()
        name = f"/img {_NAMES[fmt]} of a {original.name}: time, beside {peer_name}"
        yield compared(
            name, "s", *paired(ours, peer, rounds=rounds), peer_name=peer_name, goal=goal
        )


def _looks(original: Original, fmt: str, sharp: Sharp) -> Iterator[Row]:
    options = VariantOptions(w=WIDTH, q=LIKE_SHARP[fmt], format=fmt)
    mip = original.mip(options)
    theirs = sharp.variant(original.path, WIDTH, fmt)[1]
    made = {
        effort: make_variant(mip, options, effort).data for effort in (Effort.QUICK, Effort.SMALL)
    }
    known = score(original.reference, theirs)
    for effort, data in made.items():
        name = f"/img {_NAMES[fmt]} of a {original.name}: {effort}, SSIMULACRA2 below sharp's"
        below = known - score(original.reference, data)
        yield absolute(name, "points", [below], goal=GOAL_POINTS)
    yield compared(
        f"/img {_NAMES[fmt]} of a {original.name}: small, bytes",
        "kB",
        [len(made[Effort.SMALL]) / 1000],
        [len(theirs) / 1000],
        peer_name="sharp",
        goal=GOAL_BYTES,
    )


def _first_variant(original: Original, options: VariantOptions) -> Callable[[], bytes]:
    """A request for what nobody has asked for."""
    asking = Asking(
        catalogue=MemoryCatalogue(),
        sources=Sources(renditions=original.renditions),
        widths=WIDTHS,
    )
    path = _REF.variant(_TAG, options.name)

    def ask() -> bytes:
        server = ImageServer(
            asking=asking,
            renditions=original.renditions,
            variants=Bucket(),
            demand=MemoryDemand(),
            encodes=MemoryEncodes(),
            limit=0,
        )
        return server.picture(path).stored.read()

    return ask


if __name__ == "__main__":
    for row in measure():
        ratio = row["ours"] if row["ratio"] is None else row["ratio"]
        peer = "" if row["peer"] is None else f"{row['ours']:.3f} / {row['peer']:.3f}"
        print(f"{row['name']:72} {ratio:6.3f} <= {row['goal']} {row['met']}  {peer}")
