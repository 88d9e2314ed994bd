"""One synthesis a session: the templates as the embedded cloud gets them, layers not built."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app import compose
from stacks.application import Application
from tests.infrastructure.cloud import Cloud

Templates = Mapping[str, Mapping[str, Any]]


NO_LAYERS_BUILT: dict[str, Any] = {"aws:cdk:bundling-stacks": []}


def public_key() -> str:
    made = generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return made.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


EVERYTHING: dict[str, Any] = {
    "privatePublicKeys": [public_key()],
    "privateProjects": ["default/vault"],
    "imgSignatures": True,
    "largeMip": True,
    "accessLogDays": 30,
    "eventsTopic": True,
}
"""Every feature that is off by default, but for the firewall: its stack is in another region."""


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
    return synthesize(assembly_directory, **EVERYTHING)


@pytest.fixture(scope="session")
def cloud(templates: Templates) -> Cloud:
    return Cloud(templates)
