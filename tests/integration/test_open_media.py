"""Real files through the whole pipeline, against what standard tools say of them.

They lie beside a checkout, not in it; without them nothing is collected here.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.integration.frontend import Frontend, decoded

FOLDER = Path(__file__).parents[3] / "shared/media/open"
MANIFEST = FOLDER / "manifest.json"
FILES = json.loads(MANIFEST.read_text())["files"] if MANIFEST.exists() else []
TYPES = {
    ".heic": "image/heic",
    ".avif": "image/avif",
    ".webp": "image/webp",
    ".apng": "image/png",
    ".mkv": "video/x-matroska",
}

pytestmark = pytest.mark.skipif(not FILES, reason="the open media set is not here")

File = Mapping[str, Any]


def content_type(path: Path) -> str:
    guessed = TYPES.get(path.suffix.lower()) or mimetypes.guess_type(path.name)[0]
    return guessed or "application/octet-stream"


def of(folder: str) -> pytest.MarkDecorator:
    files = [f for f in FILES if f["path"].startswith(f"{folder}/")]
    taken = [f for f in files if content_type(Path(f["path"])).startswith(("image/", "video/"))]
    return pytest.mark.parametrize("file", taken, ids=lambda file: Path(file["path"]).name)


def upload(frontend: Frontend, file: File) -> dict[str, Any]:
    path = FOLDER / file["path"]
    ticket = frontend.presign(filename=path.name, contentType=content_type(path))
    assert frontend.put(ticket, path.read_bytes()).is_success
    return frontend.wait(ticket["mediaId"], patience=60)


@of("image")
def test_a_real_picture_becomes_ready(frontend: Frontend, file: File) -> None:
    asset = upload(frontend, file)

    assert asset["status"] == "ready", asset["error"]
    assert asset["sha256"] == file["sha256"]
    if file["path"].endswith(".svg"):  # has no pixels of its own
        return
    truth = file["truth"]
    assert (asset["width"], asset["height"]) == (truth["width"], truth["height"])
    shown = decoded(frontend.img(asset, w=240, f="webp"))
    assert shown.width <= 240
    assert abs(shown.width / shown.height - truth["width"] / truth["height"]) < 0.02 * (
        truth["width"] / truth["height"] + 1
    )


@of("video")
def test_a_real_video_becomes_a_stream(frontend: Frontend, file: File) -> None:
    asset, truth = upload(frontend, file), file["truth"]

    assert asset["status"] == "ready", asset["error"]
    assert asset["sha256"] == file["sha256"]
    assert (asset["width"], asset["height"]) == (truth["video"]["width"], truth["video"]["height"])
    assert asset["duration"] == pytest.approx(truth["duration_s"], abs=0.05)
    assert asset["video"]["codec"] == truth["video"]["codec"]
    assert bool(asset["audio"]) == truth["has_audio"]
    assert frontend.http.get(asset["processed"]["hls"]).is_success
    decoded(frontend.http.get(asset["processed"]["poster"]))


@of("bad")
def test_a_bad_file_gets_what_it_must(frontend: Frontend, file: File) -> None:
    asset, expected = upload(frontend, file), file["expect"]

    if asset["status"] == "ready":
        accepted = expected["action"] == "accept" or "accept" in expected["also_acceptable"]
        assert accepted, f"was accepted: {expected}"
    else:
        assert asset["status"] == "failed"
        codes = f"{expected.get('error_class')} {expected.get('also_acceptable', '')}"
        assert asset["error"]["code"] in codes, (asset["error"], expected)
