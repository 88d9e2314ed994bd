"""What the functions cost: memory on the largest pictures that pass, and imports at start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench import memory

LIBRARY = Path(__file__).parents[3] / "layers/spool/python"


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return memory.files(tmp_path_factory.mktemp("large"), memory.SIDE)[0]


@pytest.mark.parametrize("function", memory.ORIGINAL_FUNCTIONS)
def test_a_hundred_megapixels_stay_within_512_mib(originals: list[Path], function: str) -> None:
    for path in originals:
        assert memory.peak_mib(function, path) <= memory.GOAL_MIB, path.name


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("spool.imaging", {"pyvips", "PIL", "pi_heif", "blurhash", "numpy"}),
        ("spool.imaging.probe", {"pyvips", "PIL", "pi_heif", "blurhash", "numpy"}),
        ("spool.imaging.variant", {"PIL", "pi_heif", "blurhash", "numpy"}),
        ("spool.imaging.renditions", {"PIL", "pi_heif", "blurhash", "numpy"}),
        ("spool.imaging.metadata", {"pi_heif", "numpy", "scipy", "imagehash"}),
    ],
)
def test_a_function_imports_no_more_than_it_needs(module: str, absent: set[str]) -> None:
    code = f"import sys; sys.path.insert(0, {str(LIBRARY)!r}); import {module}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert not absent & set(done.stdout.split())
