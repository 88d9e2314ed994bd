"""A cloud assembly (`cdk.out`) as the deployer needs it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

from local.settings import ACCOUNT, REGION

_PLACEHOLDERS = {
    "${AWS::Partition}": "aws",
    "${AWS::AccountId}": ACCOUNT,
    "${AWS::Region}": REGION,
}


@dataclass(frozen=True)
class Stack:
    """`template_url` is where the template is once the assets are published: most are longer than
    CloudFormation takes inline."""

    name: str
    template_url: str
    parameters: frozenset[str]


@dataclass(frozen=True)
class FileAsset:
    """A file or folder and where the templates expect it."""

    source: Path
    zipped: bool
    bucket: str
    key: str


@dataclass(frozen=True)
class Assembly:
    """`stacks` are in the order in which they can be deployed."""

    stacks: tuple[Stack, ...]
    assets: tuple[FileAsset, ...]


def read(outdir: Path) -> Assembly:
    artifacts: dict[str, Any] = json.loads((outdir / "manifest.json").read_text())["artifacts"]
    stacks = _of_type(artifacts, "aws:cloudformation:stack")
    graph = {
        name: set(stack.get("dependencies", [])) & stacks.keys() for name, stack in stacks.items()
    }
    manifests = _of_type(artifacts, "cdk:asset-manifest").values()
    return Assembly(
        tuple(
            _stack(outdir, stacks[name], name) for name in TopologicalSorter(graph).static_order()
        ),
        tuple(
            asset
            for manifest in manifests
            for asset in _assets(outdir, outdir / manifest["properties"]["file"])
        ),
    )


def _of_type(artifacts: Mapping[str, Any], kind: str) -> dict[str, Any]:
    return {name: artifact for name, artifact in artifacts.items() if artifact["type"] == kind}


def _stack(outdir: Path, artifact: Mapping[str, Any], name: str) -> Stack:
    properties = artifact["properties"]
    template = json.loads((outdir / properties["templateFile"]).read_text())
    published = _resolved(properties["stackTemplateAssetObjectUrl"])
    return Stack(
        properties.get("stackName", name),
        published.replace("s3://", "https://s3.amazonaws.com/"),
        frozenset(template.get("Parameters", {})),
    )


def _assets(outdir: Path, manifest: Path) -> list[FileAsset]:
    return [
        FileAsset(
            outdir / file["source"]["path"],
            file["source"]["packaging"] == "zip",
            _resolved(destination["bucketName"]),
            _resolved(destination["objectKey"]),
        )
        for file in json.loads(manifest.read_text())["files"].values()
        for destination in file["destinations"].values()
    ]


def _resolved(text: str) -> str:
    for placeholder, value in _PLACEHOLDERS.items():
        text = text.replace(placeholder, value)
    return text
