"""Packages for a Lambda layer: installed by pip for Lambda's platform, with no Docker."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

PYTHON_VERSION = "3.12"
LAMBDA_PLATFORMS = ("manylinux_2_28_aarch64", "manylinux2014_aarch64")  # AL2023 has glibc 2.34

_SDIST_ONLY = ("pyvips",)
"""Pure Python without a recent wheel. Where only wheels are allowed pip would go back to the last
release that has one, so their wheel is built first."""


def install(requirements: Path, target: Path, platforms: Sequence[str] = ()) -> None:
    """Install `requirements` (all pinned, dependencies included) into `target`/python.

    `platforms` are pip's tags of another machine; none means this one. Raises CalledProcessError,
    pip having said why.
    """
    wheels = target / "wheels"
    for line in requirements.read_text().splitlines():
        if line.partition("==")[0] in _SDIST_ONLY:
            _pip("wheel", "--no-deps", "--no-binary=:all:", "--wheel-dir", str(wheels), line)
    foreign = ("--implementation", "cp", "--python-version", PYTHON_VERSION) if platforms else ()
    _pip(
        "install",
        *("--no-deps", "--only-binary=:all:", "--no-compile", "--find-links", str(wheels)),
        *foreign,
        *(f"--platform={platform}" for platform in platforms),
        *("--target", str(target / "python"), "--requirement", str(requirements)),
    )
    shutil.rmtree(wheels, ignore_errors=True)


def _pip(command: str, *arguments: str) -> None:
    options = ("-qq", "--disable-pip-version-check", "--no-input")
    subprocess.run([sys.executable, "-m", "pip", command, *options, *arguments], check=True)
