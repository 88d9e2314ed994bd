"""The layers as they are deployed: built by pip for Lambda, and for this machine to be imported."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from importlib.metadata import distributions
from pathlib import Path

import pytest

from stacks import ROOT
from stacks.constructs import layer
from stacks.constructs.layer import built
from tests.infrastructure.cloud import Cloud, Resource
from tests.infrastructure.conftest import EVERYTHING, Templates, synthesize
from tests.infrastructure.test_functions import FOLDERS, by_folder

MOST_BYTES = 250 * 1024 * 1024  # Lambda's quota: function and layers, unzipped
MOST_LAYERS = 5
PACKAGE_LAYERS = sorted((ROOT / "layers").glob("*/requirements.txt"))
AARCH64 = 183  # e_machine of an ELF file

IN_THE_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six.py")
"""What Lambda's Python runtime holds beside the standard library."""

IMPORT_ALONE = Path(__file__).with_name("import_alone.py")


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Templates]:
    """The assembly that `cdk deploy` would publish, and its templates."""
    outdir = tmp_path_factory.mktemp("deployed")
    return outdir, synthesize(outdir, build_layers=True, **EVERYTHING)


def pins(requirements: Path) -> dict[str, str]:
    lines = requirements.read_text().splitlines()
    return {
        normal(name): version
        for name, separator, version in (line.partition("==") for line in lines)
        if separator
    }


def normal(name: str) -> str:
    return name.lower().replace("_", "-")


def test_templates_are_the_same_whether_layers_are_built_or_not(
    templates: Templates, deployed: tuple[Path, Templates]
) -> None:
    assert deployed[1] == templates


def test_a_changed_layer_publishes_new_versions(
    templates: Templates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(layer, "source_hash", lambda _: "0" * 64)
    changed = synthesize(tmp_path)
    before, after = (
        {version.logical_id for version in Cloud(t).resources("AWS::Lambda::Version")}
        for t in (templates, changed)
    )
    assert before.isdisjoint(after)


@pytest.mark.parametrize("folder", FOLDERS)
def test_function_and_layers_fit_lambda(folder: str, deployed: tuple[Path, Templates]) -> None:
    outdir, templates = deployed
    function = by_folder(Cloud(templates))[folder]
    layers = list(layers_of(Cloud(templates), function))
    assert len(layers) <= MOST_LAYERS
    keys = [function.properties["Code"]["S3Key"]]
    keys += [held.properties["Content"]["S3Key"] for held in layers]
    folders = [outdir / f"asset.{key.removesuffix('.zip')}" for key in keys]
    size = sum(f.stat().st_size for asset in folders for f in asset.rglob("*") if f.is_file())
    assert 0 < size <= MOST_BYTES


def layers_of(cloud: Cloud, function: Resource) -> Iterator[Resource]:
    for arn in function.properties["Layers"]:
        yield cloud.by_ref(arn, "AWS::Lambda::LayerVersion")


@pytest.mark.parametrize("requirements", PACKAGE_LAYERS, ids=lambda path: path.parent.name)
def test_a_layer_holds_the_versions_that_the_tests_ran_with(requirements: Path) -> None:
    """pip falls back to an older release where the pinned one has no wheel for Lambda."""
    packages = built(requirements) / "python"
    held = {normal(d.name): d.version for d in distributions(path=[str(packages)])}
    assert held == pins(requirements)
    assert held.items() <= pins(ROOT / "requirements.txt").items()


@pytest.mark.parametrize("requirements", PACKAGE_LAYERS, ids=lambda path: path.parent.name)
def test_a_layer_is_of_lambdas_platform(requirements: Path) -> None:
    libraries = [f for f in built(requirements).rglob("*.so*") if f.read_bytes()[:4] == b"\x7fELF"]
    machines = {int.from_bytes(f.read_bytes()[18:20], "little") for f in libraries}
    assert machines <= {AARCH64}
    versions = {f.name for f in libraries if ".cpython-" in f.name and "-312-" not in f.name}
    assert versions == set()


@pytest.fixture(scope="module")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what Lambda itself brings, and nothing else of the virtualenv."""
    folder = tmp_path_factory.mktemp("runtime")
    for name in IN_THE_RUNTIME:
        (folder / name).symlink_to(Path(sysconfig.get_path("purelib")) / name)
    return folder


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_handler_needs_nothing_but_its_own_layers(
    folder: str, cloud: Cloud, runtime: Path
) -> None:
    """Also when first called. The virtualenv has everything and would hide what is missing."""
    layers = [host_layer(held) for held in layers_of(cloud, by_folder(cloud)[folder])]
    path = [ROOT / "lambdas", *(held / "python" for held in layers), runtime]
    result = subprocess.run(
        [sys.executable, "-I", "-S", str(IMPORT_ALONE), folder, *map(str, path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


def host_layer(resource: Resource) -> Path:
    name = resource.properties["Description"]
    folder = ROOT / "layers" / name
    requirements = folder / "requirements.txt"
    return built(requirements, platforms=()) if requirements.exists() else folder
