"""Peak memory of each function that holds media, on the largest that it takes, each in a process of
its own: 100 megapixels, a video of 4 GB, and what an encoder makes of one."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from bench import films, huge, pictures
from bench.measure import Row, absolute
from spool.formats import Format, sniff
from spool.imaging.probe import Limits, check_limits, probe

ROUNDS = 3
SIDE = 10_000
GOAL_MIB = 512
_ROOT = Path(__file__).parent.parent


def measure() -> list[Row]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        originals, mip = files(Path(folder), SIDE)
        cases = [(function, path) for path in originals for function in ORIGINAL_FUNCTIONS]
        for function, path in [*cases, ("img_resize", mip)]:
            peaks = [float(peak_mib(function, path)) for _ in range(ROUNDS)]
            name = f"peak memory, {function} of a {path.stem}"
            rows.append(absolute(name, "MiB", peaks, goal=GOAL_MIB))
        rows += _film_rows(Path(folder))
    return rows


def _film_rows(folder: Path) -> list[Row]:
    """Once each: their work is a minute, and the same each time."""
    cases = {
        "probe_video": huge.clip(folder / "4096x2304 HEVC video of 4 GB.mp4"),
        "collect_outputs": films.tracks(folder / "film of 4 GB and 4 hours.mp4"),
        "video_stills": pictures.jpeg(pictures.photo(1280, 720), folder / "hundred captures.jpg"),
        "zip_download": _noise(folder / "download of 3 GB.bin"),
    }
    return [
        absolute(
            f"peak memory, {function} of a {path.stem}",
            "MiB",
            [float(peak_mib(function, path))],
            goal=GOAL_MIB,
        )
        for function, path in cases.items()
    ]


def files(folder: Path, side: int) -> tuple[list[Path], Path]:
    """The originals that cost most among those within the limits, and a mip as /img reads it."""
    tile = side // 4
    picture = pictures.photo(tile, tile).replicate(4, 4)
    originals = [
        pictures.jpeg(picture, folder / "100 MP progressive JPEG.jpg", progressive=True),
        pictures.png(picture, folder / "100 MP PNG.png"),
    ]
    return originals, pictures.jpeg(picture.thumbnail_image(2560), folder / "2560 px mip.jpg")


def peak_mib(function: str, path: Path) -> int:
    """Highest resident memory in MiB of a fresh process that runs `function` on the file."""
    command = [sys.executable, "-m", "bench.memory", function, str(path)]
    environment = {"PYTHONPATH": f"{_ROOT / 'layers/spool/python'}"}
    done = subprocess.run(
        command, cwd=_ROOT, env=environment, check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def _inspect(data: bytes) -> None:
    check_limits(probe(data, _format(data)), Limits())


def _extract(data: bytes) -> None:
    importlib.import_module("spool.imaging.metadata").extract(data, _format(data))


def _render(data: bytes) -> None:
    renditions = importlib.import_module("spool.imaging.renditions")
    for rendition in renditions.make_renditions(data, probe(data, _format(data))):
        del rendition  # stored, and gone


def _resize(data: bytes) -> None:
    variant = importlib.import_module("spool.imaging.variant")
    variant.make_variant(data, variant.VariantOptions(w=1280, format="avif"))


def _probe_video(data: bytes) -> None:
    probing = importlib.import_module("spool.services.probing")
    bucket = huge.Bucket(huge.Stretched(data, 4_000_000_000))
    limits = probing.VideoLimits(pixels=4096 * 2304, duration=4 * 3600)
    prober = probing.Prober(catalogue=huge.NoCatalogue(), originals=bucket, limits=limits)
    prober.probe(films.RUN, {"contentType": "video/mp4", "bytes": bucket.video.size})


def _collect(data: bytes) -> None:
    collection = importlib.import_module("spool.services.collection")
    film = films.Film(data)
    collector = collection.Collector(originals=film, renditions=film, uhd=False)
    collector.collect(films.RUN, film.source)


def _stills(data: bytes) -> None:
    renditions = importlib.import_module("spool.imaging.renditions")
    sprites = importlib.import_module("spool.video.sprites")
    _extract(data)
    list(renditions.make_poster(data, probe(data, _format(data))))
    list(sprites.make_sheets([data] * 100, sprites.Tiling.of(100, 1280, 720)))


def _zip(data: bytes) -> None:
    downloads = importlib.import_module("bench.downloads")
    downloads.make(downloads.Bucket(data, downloads.download([2_500_000_000] + [1_000_000] * 499)))


def _noise(path: Path) -> Path:
    path.write_bytes(os.urandom(10 << 20))
    return path


def _format(data: bytes) -> Format:
    fmt = sniff(data)
    if fmt is None:
        raise ValueError("no image")
    return fmt


FUNCTIONS: Mapping[str, Callable[[bytes], None]] = {
    "inspect_original": _inspect,
    "metadata_extract": _extract,
    "image_variants": _render,
    "img_resize": _resize,
    "probe_video": _probe_video,
    "collect_outputs": _collect,
    "video_stills": _stills,
    "zip_download": _zip,
}
"""By the Lambda that calls it, each importing no more than that Lambda does."""

ORIGINAL_FUNCTIONS = ("inspect_original", "metadata_extract", "image_variants")


def _high_water_mib() -> int:
    """ru_maxrss would do, but that Linux hands the parent's over to the child."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) >> 10


if __name__ == "__main__":
    if len(sys.argv) == 3:
        FUNCTIONS[sys.argv[1]](Path(sys.argv[2]).read_bytes())
        print(_high_water_mib())
    else:
        for row in measure():
            print(row)
