"""What is refused only once the input is known."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from local.mediaconvert import engine
from local.mediaconvert.encode import EncodeError
from tests.clips import clip
from tests.unit.local.mediaconvert.encode.clips import job


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """64 × 36, to be shown upright."""
    path = tmp_path_factory.mktemp("source") / "source"
    path.write_bytes(clip(64, 36, 1))
    return path


def encode(source: Path, target: Path, size: tuple[int, int]) -> None:
    engine.encode(
        job("_480p", "_audio", size=size),
        source,
        target,
        on_progress=lambda _: None,
        cancelled=threading.Event(),
    )


@pytest.mark.parametrize(("size", "side"), [((66, 36), "width"), ((64, 38), "height")])
def test_a_picture_is_not_enlarged(
    source: Path, tmp_path: Path, size: tuple[int, int], side: str
) -> None:
    with pytest.raises(EncodeError, match=rf"{side}.*enlarging") as refused:
        encode(source, tmp_path, size)

    assert refused.value.code == 1040
    assert not list(tmp_path.iterdir())


def test_its_own_size_is_made(source: Path, tmp_path: Path) -> None:
    encode(source, tmp_path, (64, 36))

    assert (tmp_path / "0" / "video_480p.m3u8").exists()
