"""Sources, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.local.mediaconvert.encode.clips import clip


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sources")


@pytest.fixture(scope="session")
def plain(sources: Path) -> Path:
    """5 s at 10 frames per second, with a cut to black at 3 s, and two tracks of sound."""
    return clip(
        sources / "plain.mp4",
        sounds=("sine=440", "sine=880"),
        filters="drawbox=enable='gte(t,3)':t=fill:color=black",
    )


@pytest.fixture(scope="session")
def silent(sources: Path) -> Path:
    return clip(sources / "silent.mp4", sounds=())


@pytest.fixture(scope="session")
def surround(sources: Path) -> Path:
    """Sound in the centre channel only."""
    return clip(sources / "surround.mp4", seconds=2, sounds=("sine=440,pan=5.1|FC=c0",))


@pytest.fixture(scope="session")
def hdr(sources: Path) -> Path:
    """PQ, BT.2020, 10 bits."""
    return clip(
        sources / "hdr.mp4",
        seconds=1,
        sounds=(),
        filters="format=yuv420p10le,setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc",
        options=["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none"],
    )


@pytest.fixture(scope="session")
def interlaced(sources: Path) -> Path:
    """Fields that belong to different times, top first."""
    return clip(
        sources / "interlaced.mp4",
        seconds=2,
        rate="20",
        sounds=(),
        filters="scroll=h=0.05,interlace",
        options=["-c:v", "libx264", "-preset", "ultrafast", "-flags", "+ildct+ilme"],
    )


@pytest.fixture(scope="session")
def anamorphic(sources: Path) -> Path:
    """32 × 36 pixels, each twice as wide as high."""
    return clip(sources / "anamorphic.mp4", seconds=1, sounds=(), size="32x36", filters="setsar=2")
