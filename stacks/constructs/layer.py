"""Lambda layers: the domain library as it is, and pinned packages installed by pip."""

from __future__ import annotations

import hashlib
import inspect
import shutil
import sys
import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import jsii
from aws_cdk import (
    AssetHashType,
    BundlingOptions,
    DockerImage,
    ILocalBundling,
    SymlinkFollowMode,
)
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks import ROOT
from stacks.constructs import wheels

LAYERS = ROOT / "layers"
RUNTIME = lambda_.Runtime.PYTHON_3_12  # blurhash-python has no wheel for a newer one
ARCHITECTURE = lambda_.Architecture.ARM_64


class LibraryLayer(lambda_.LayerVersion):
    """Our own code, `layers/{name}`, as it is."""

    def __init__(self, scope: Construct, name: str) -> None:
        super().__init__(
            scope,
            name,
            code=lambda_.Code.from_asset(
                str(LAYERS / name),
                exclude=["**/__pycache__"],
                follow_symlinks=SymlinkFollowMode.ALWAYS,  # mediaconvert/ is linked into it
            ),
            description=name,
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
        )


class PackagesLayer(lambda_.LayerVersion):
    """`layers/{name}/requirements.txt`, installed for Lambda's platform.

    The asset's hash is that of what it is made from, so that a template is the same whether its
    layers were built (`cdk deploy`) or not (`aws:cdk:bundling-stacks` empty).
    """

    def __init__(self, scope: Construct, name: str) -> None:
        folder = LAYERS / name
        super().__init__(
            scope,
            name,
            code=lambda_.Code.from_asset(
                str(folder),
                asset_hash=source_hash(folder / "requirements.txt"),
                asset_hash_type=AssetHashType.CUSTOM,
                bundling=BundlingOptions(
                    image=DockerImage.from_registry("never-pulled"), local=_PipInstall(folder)
                ),
            ),
            description=name,
            compatible_runtimes=[RUNTIME],
            compatible_architectures=[ARCHITECTURE],
        )


def source_hash(requirements: Path) -> str:
    """Of everything that decides what a layer holds: the pins and how they are installed."""
    recipe = inspect.getsource(wheels)
    return hashlib.sha256((requirements.read_text() + recipe).encode()).hexdigest()


def built(requirements: Path, platforms: Sequence[str] = wheels.LAMBDA_PLATFORMS) -> Path:
    """The folder with the layer of `requirements`, as it was built before where it was.

    `platforms` are pip's tags; none means this machine.
    """
    built_for = "-".join(platforms) or f"{sys.platform}-{sys.implementation.cache_tag}"
    cached = ROOT / ".cache" / "layers" / f"{source_hash(requirements)[:16]}-{built_for}"
    if not cached.exists():
        cached.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cached.parent) as scratch:
            wheels.install(requirements, Path(scratch) / "layer", platforms)
            (Path(scratch) / "layer").rename(cached)
    return cached


class Layers(Construct):
    """The layers of one stack's functions, each made when it is first asked for.

    Stacks don't share them: a layer's ARN changes with its content, and CloudFormation refuses to
    change an export that another stack uses.
    """

    def __init__(self, scope: Construct) -> None:
        super().__init__(scope, "Layers")

    @cached_property
    def library(self) -> lambda_.ILayerVersion:
        return LibraryLayer(self, "spool")

    def of(self, *packages: str) -> list[lambda_.ILayerVersion]:
        """The library and powertools, which every function has, and `layers/{package}` of each."""
        return [self.library, *(self._packages(name) for name in ("powertools", *packages))]

    def _packages(self, name: str) -> lambda_.ILayerVersion:
        made = self.node.try_find_child(name)
        return cast("lambda_.ILayerVersion", made) if made else PackagesLayer(self, name)


@jsii.implements(ILocalBundling)
class _PipInstall:
    def __init__(self, folder: Path) -> None:
        self._requirements = folder / "requirements.txt"

    def try_bundle(self, output_dir: str, *_: Any, **__: Any) -> bool:
        """Raises when pip fails: False would have CDK try Docker."""
        shutil.copytree(built(self._requirements), output_dir, dirs_exist_ok=True)
        return True
