"""A client that a generator makes of openapi.json: it is well typed, and it works."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.cloud import Cloud
from tests.integration.contract import DOCUMENT
from tests.integration.frontend import Frontend, photo

JOURNEY = Path(__file__).parents[1] / "typed_client" / "journey.py"


def python(*arguments: str, **environment: str) -> str:
    """What Python prints, run with these arguments."""
    result = subprocess.run(
        [sys.executable, *arguments],
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the generated package `spool_client`."""
    folder = tmp_path_factory.mktemp("client")
    config = folder / "config.json"
    config.write_text(json.dumps({"post_hooks": []}))
    python(
        *("-m", "openapi_python_client", "generate", "--path", str(DOCUMENT), "--meta", "none"),
        *("--output-path", str(folder / "spool_client"), "--config", str(config)),
        "--fail-on-warning",
    )
    (folder / "spool_client" / "py.typed").touch()
    return folder


def test_the_client_knows_every_operation(client: Path) -> None:
    document = json.loads(DOCUMENT.read_text())
    operations = sum(len(item) for item in document["paths"].values())
    modules = (client / "spool_client" / "api").glob("*/*.py")
    assert len([module for module in modules if module.name != "__init__.py"]) == operations


def test_a_frontend_that_uses_it_is_well_typed(client: Path, tmp_path: Path) -> None:
    said = python(
        *("-m", "mypy", "--strict", "--config-file", os.devnull, "--cache-dir", str(tmp_path)),
        str(JOURNEY),
        MYPYPATH=str(client),
    )
    assert said.startswith("Success")


@pytest.fixture
def member(cloud: Cloud) -> Iterator[Frontend]:
    member = Frontend.member(cloud, org="typed", role="editor")
    yield member
    member.http.close()


def test_a_picture_is_uploaded_and_found_through_it(
    cloud: Cloud, client: Path, member: Frontend, tmp_path: Path
) -> None:
    picture = tmp_path / "photo.jpg"
    picture.write_bytes(photo(320, 200))

    said = python(
        str(JOURNEY), cloud.api_url, str(picture), PYTHONPATH=str(client), TOKEN=member.token
    )

    found = json.loads(said)
    assert found["size"] == [320, 200]
    assert found["preview"].startswith(cloud.edge_url)
    assert found["listed"] == [True]
    assert (found["missing"], found["health"]) == ("NOT_FOUND", "healthy")
