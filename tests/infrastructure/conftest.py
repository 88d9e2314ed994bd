"""One synthesis a session: the templates as the embedded cloud gets them, layers not built."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from app import compose
from stacks.application import Application
from tests.infrastructure.cloud import Cloud

Templates = Mapping[str, Mapping[str, Any]]


NO_LAYERS_BUILT: dict[str, Any] = {"aws:cdk:bundling-stacks": []}


def synthesize(outdir: Path, *, build_layers: bool = False, **context: Any) -> Templates:
    """Stack name → template."""
    how = {} if build_layers else NO_LAYERS_BUILT
    app = Application(context={**how, **context}, outdir=str(outdir))
    assembly = compose(app).synth()
    return {stack.stack_name: json.loads(json.dumps(stack.template)) for stack in assembly.stacks}


@pytest.fixture(scope="session")
def assembly_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cdk.out")


@pytest.fixture(scope="session")
def templates(assembly_directory: Path) -> Templates:
    return synthesize(assembly_directory)


@pytest.fixture(scope="session")
def cloud(templates: Templates) -> Cloud:
    return Cloud(templates)
