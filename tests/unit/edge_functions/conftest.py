from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.unit.edge_functions.runtime import Node


@pytest.fixture(scope="package")
def node() -> Iterator[Node]:
    node = Node.start()
    yield node
    node.end()
