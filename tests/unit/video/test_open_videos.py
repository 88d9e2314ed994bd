"""Real files from cameras and other programs, against what standard tools say of them.

They lie beside a checkout, not in it; without them nothing is collected here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from spool.errors import MediaError
from spool.formats import HEAD_BYTES, Family, sniff
from tests.unit.video.probing import probed

FOLDER = Path(__file__).parents[4] / "shared/media/open"
MANIFEST = FOLDER / "manifest.json"
FILES: list[Mapping[str, Any]] = (
    json.loads(MANIFEST.read_text())["files"] if MANIFEST.exists() else []
)

pytestmark = pytest.mark.skipif(not FILES, reason="the open media set is not here")


def of(folder: str) -> pytest.MarkDecorator:
    files = [f for f in FILES if f["path"].startswith(f"{folder}/")]
    return pytest.mark.parametrize("file", files, ids=lambda file: Path(file["path"]).name)


def read(file: Mapping[str, Any]) -> bytes:
    return FOLDER.joinpath(file["path"]).read_bytes()


@of("video")
def test_a_real_video_is_what_standard_tools_say(file: Mapping[str, Any]) -> None:
    truth = file["truth"]
    video = truth["video"]

    found = probed(read(file))

    assert (found.source.width, found.source.height) == (video["width"], video["height"])
    assert found.source.duration == pytest.approx(truth["duration_s"], abs=0.05)
    assert bool(found.audio) == truth["has_audio"]
    assert found.video["codec"] == video["codec"]
    assert found.video["rotation"] == -video["rotation_display_matrix"] % 360
    assert found.video["mirrored"] == video["mirrored"]
    assert found.video["variableFrameRate"] == video["vfr"]
    assert found.video.get("colorTransfer") == video["color_transfer"]
    assert found.video["pixelFormat"] == video["pix_fmt"]
    assert found.exif.get("Make") == truth["camera_make"]
    assert found.exif.get("Model") == truth["camera_model"]
    assert ("gps" in found.private_exif) == ("gps_text" in truth)
    if truth["has_audio"]:
        audio = truth["audio"]
        assert found.audio["codec"] == audio["codec"]
        assert found.source.audio_channels == audio["channels"]
        assert found.audio["sampleRate"] == audio["sample_rate"]


@of("bad")
def test_a_bad_video_gets_what_it_must(file: Mapping[str, Any]) -> None:
    data = read(file)
    fmt = sniff(data[:HEAD_BYTES])
    if fmt is None or fmt.family is not Family.VIDEO:
        assert file["expect"].get("error_class") or not file["path"].endswith(".mp4")
        return  # for inspection to name, or an image

    with pytest.raises(MediaError) as error:
        probed(data)

    assert error.value.code == file["expect"]["error_class"]
