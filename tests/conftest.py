from __future__ import annotations

from collections.abc import Iterator

import pytest

from local.cloud import Cloud
from tests.integration.frontend import Frontend
from tests.integration.news import Newsreader


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """The embedded cloud, deployed once; pytest-xdist's workers each have their own."""
    state = tmp_path_factory.mktemp("cloud")
    with Cloud.start(port=0, emulator_port=0, state=state) as cloud:
        yield cloud


@pytest.fixture(scope="session")
def frontend(cloud: Cloud) -> Iterator[Frontend]:
    frontend = Frontend(cloud)
    yield frontend
    frontend.http.close()


@pytest.fixture(scope="session")
def newsreader(cloud: Cloud) -> Newsreader:
    return Newsreader(cloud)
