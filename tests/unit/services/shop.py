"""A processed picture, the server of its variants, and a CDN before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

from PIL import Image

from spool.formats import Family
from spool.imaging.options import WIDTHS, VariantOptions
from spool.keys import AssetRef
from spool.services.answering import Picture
from spool.services.asking import Asking
from spool.services.delivery import ImageServer
from spool.services.optimizing import Optimizer
from spool.services.source import Sources
from tests.unit.services.fakes import MemoryDemand, MemoryEncodes, MemoryObjects
from tests.unit.services.pipeline import Pipeline

KEY = "originals/org/proj/media_1-a b+c (å) %41 100x100.png"
REF = AssetRef("org", "proj", "media_1")
LIMIT = 500


class Shop:
    """With nothing else said, of a PNG of 1500x1000 px."""

    def __init__(self, data: bytes | None = None, *, private: bool = False) -> None:
        self.pipeline, self.variants = Pipeline(), MemoryObjects()
        self.demand, self.encodes = MemoryDemand(), MemoryEncodes()
        self.renditions, self.catalogue = self.pipeline.renditions, self.pipeline.catalogue
        self.pipeline.inspector = replace(
            self.pipeline.inspector,
            limits=replace(self.pipeline.inspector.limits, pixels=10**8),
            bytes_limits={Family.IMAGE: 10**8},
        )
        projects = [REF.project] if private else []
        self.pipeline.intake = replace(self.pipeline.intake, private_projects=projects)
        run = self.pipeline.upload(data or photo(1500, 1000), "image/png", key=KEY)
        self.pipeline.process(run)
        self.tag, self.place = run.tag, "p/variants/" if private else "variants/"
        sources = Sources(renditions=self.renditions)
        self.server = ImageServer(
            asking=Asking(catalogue=self.catalogue, sources=sources, widths=WIDTHS),
            renditions=self.renditions,
            variants=self.variants,
            demand=self.demand,
            encodes=self.encodes,
            limit=LIMIT,
        )
        self.optimizer = Optimizer(
            sources=sources, renditions=self.renditions, variants=self.variants
        )

    def path(self, query: Mapping[str, str]) -> str:
        """As the edge makes it of a viewer's query."""
        rest = dict(query)
        tag = rest.pop("v", "current")
        return f"{self.place}{REF.path}/{tag}/{VariantOptions.parse(rest).name}"

    def ask(self, **query: str) -> Picture:
        """Of the function, as the CDN does on a miss."""
        return self.server.picture(self.path(query))

    def pinned(self, **query: str) -> Picture:
        return self.ask(v=self.tag, **query)

    def image(self, **query: str) -> Image.Image:
        return decoded(self.pinned(**query))

    def optimize(self) -> list[bool]:
        """Work the queue off."""
        done = [self.optimizer.optimize(*request) for request in self.encodes.requests]
        self.encodes.requests.clear()
        return done

    def stored(self, prefix: str) -> list[str]:
        """The names of what is kept there."""
        return [key.rpartition("/")[2] for key in self.variants.sizes(prefix)]

    def change(self, **changes: Any) -> None:
        asset = self.catalogue.assets["org", "media_1"]
        self.catalogue.assets["org", "media_1"] = replace(asset, **changes)

    def view(self, query: Mapping[str, str], redirects: int = 1) -> bytes:
        """What a viewer gets through the CDN, which looks into `variants/` before it asks."""
        path = self.path(query)
        if (path, None) in self.variants.objects:
            return self.variants.get(path).read()
        answer = self.server.picture(path)
        if answer.location is None:
            return answer.stored.read()
        assert redirects, f"{path} is redirected to {answer.location}"
        if answer.location == "#":
            return self.view(query, redirects - 1)
        assert answer.location.startswith("?")
        return self.view(dict(parse_qsl(answer.location[1:])), redirects - 1)

    def forget(self) -> None:
        """The same picture with no variants, and a fresh server."""
        self.variants.objects.clear()
        self.variants.max_ages.clear()
        self.renditions.reads.clear()
        self.demand.fetches.clear()
        self.demand.admitted.clear()
        self.demand.broken = self.encodes.broken = None
        self.encodes.requests.clear()
        self.server.asking.sources.kept.clear()


def decoded(answer: Picture) -> Image.Image:
    image = Image.open(BytesIO(answer.stored.read()))
    image.load()
    return image


def photo(width: int, height: int) -> bytes:
    """A PNG that has something to compress."""
    noise = Image.effect_noise((width // 8, height // 8), 60).resize((width, height))
    data = BytesIO()
    noise.convert("RGB").save(data, "PNG", compress_level=1)
    return data.getvalue()


def animation(frames: int = 3) -> bytes:
    colours = ("red", "green", "blue")
    pictures = [Image.new("RGB", (60, 40), colours[i % 3]) for i in range(frames)]
    data = BytesIO()
    pictures[0].save(data, "GIF", save_all=True, append_images=pictures[1:], duration=80)
    return data.getvalue()
