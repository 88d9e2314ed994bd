"""What shows a video while it doesn't play: poster, thumbnails, and sprites for the scrubber."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from spool.errors import EncoderFault
from spool.events import RenditionSummary, Run
from spool.formats import JPEG
from spool.imaging.metadata import extract
from spool.imaging.probe import probe
from spool.imaging.renditions import Rendition, make_poster
from spool.keys import FRAME
from spool.services.ports import Catalogue
from spool.services.rendering import store
from spool.services.storage_ports import Objects
from spool.video import poster
from spool.video.ladder import capture_size, sprite_interval
from spool.video.source import VideoSource
from spool.video.sprites import Tiling, make_sheets
from spool.video.vtt import shown_tiles, thumbnails


@dataclass(frozen=True, kw_only=True)
class StillMaker:
    """Of the frames that the encoder captured, in the renditions' bucket."""

    catalogue: Catalogue
    renditions: Objects

    def make(self, run: Run, source: VideoSource) -> list[RenditionSummary]:
        """Store every still under the run's tag, and complete the video's metadata by what its
        poster looks like. Raises EncoderFault where no frame was captured."""
        first, sprites = self._captures(run, "poster"), self._captures(run, "sprite")
        interval = sprite_interval(source.duration)
        candidates = poster.candidates(first, sprites, interval, source.duration)
        frame = poster.choose(self._read(candidates))
        image, *others = make_poster(frame, probe(frame, JPEG))
        self._describe(run, image.data)
        shown = sprites[: shown_tiles(len(sprites), interval, source.duration)]
        made = chain([image], others, self._scrubber(shown, source))
        return [store(self.renditions, run, rendition) for rendition in made]

    def _captures(self, run: Run, output: str) -> Sequence[str]:
        """Keys of the frames of one of the job's capture outputs, the earliest first."""
        keys = list(self.renditions.sizes(run.ref.capture(run.tag, f"{FRAME}_{output}.")))
        if not keys:
            raise EncoderFault("The encoder captured no frame of this video.")
        return keys

    def _read(self, keys: Iterable[str]) -> Iterator[bytes]:
        """One at a time."""
        return (self.renditions.get(key).read() for key in keys)

    def _scrubber(self, captures: Sequence[str], source: VideoSource) -> Iterator[Rendition]:
        tiling = Tiling.of(len(captures), *capture_size(source))
        yield from make_sheets(self._read(captures), tiling)
        track = thumbnails(tiling, sprite_interval(source.duration), source.duration).encode()
        yield Rendition("thumbnails.vtt", "text/vtt", track, tiling.tile_width, tiling.tile_height)

    def _describe(self, run: Run, image: bytes) -> None:
        seen = extract(image, JPEG)
        found = {
            "blurhash": seen.blurhash,
            "perceptualHash": seen.perceptual_hash,
            "palette": seen.palette,
            "dominantColor": seen.dominant_color,
        }
        metadata = self.catalogue.load_metadata(run.ref, run.tag)
        self.catalogue.store_metadata(run.ref, run.tag, {**metadata, **found})
