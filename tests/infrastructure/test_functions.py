from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path

import pytest

from spool.settings import Settings
from stacks import ROOT
from tests.infrastructure.cloud import Cloud, Resource
from tests.infrastructure.conftest import synthesize

FOLDERS = sorted(path.parent.name for path in (ROOT / "lambdas").glob("*/settings.py"))


def by_folder(cloud: Cloud) -> Mapping[str, Resource]:
    return {
        function.properties["Handler"].partition(".")[0]: function
        for function in cloud.resources("AWS::Lambda::Function")
    }


@pytest.fixture
def functions(cloud: Cloud) -> Mapping[str, Resource]:
    return by_folder(cloud)


def settings_of(folder: str) -> type[Settings]:
    module = importlib.import_module(f"{folder}.settings")
    name = "".join(word.capitalize() for word in folder.split("_")) + "Settings"
    found: type[Settings] = getattr(module, name)
    return found


def test_each_folder_is_a_function(functions: Mapping[str, Resource]) -> None:
    assert sorted(functions) == FOLDERS


@pytest.mark.parametrize("folder", FOLDERS)
def test_the_stack_sets_what_the_handler_reads(
    functions: Mapping[str, Resource], folder: str
) -> None:
    variables = functions[folder].properties["Environment"]["Variables"]
    own = {name: value for name, value in variables.items() if not name.startswith("POWERTOOLS_")}
    assert settings_of(folder).from_environment(own).to_environment() == own
    assert variables["POWERTOOLS_SERVICE_NAME"] == folder
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "Spool"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_is_what_lambda_runs_best(
    functions: Mapping[str, Resource], folder: str
) -> None:
    properties = functions[folder].properties
    assert properties["Runtime"] == "python3.12"
    assert properties["Architectures"] == ["arm64"]
    assert properties["TracingConfig"] == {"Mode": "Active"}
    assert properties["LoggingConfig"]["LogFormat"] == "JSON"
    assert len(properties["Layers"]) <= 5


def test_metrics_pass_lambdas_own_filter_at_every_log_level(tmp_path: Path) -> None:
    """It drops what is below its level, and takes a line without a level for INFO."""
    passing = {"DEBUG": "DEBUG", "INFO": "INFO", "WARN": "INFO", "ERROR": "INFO"}
    for level, platform in passing.items():
        for function in by_folder(Cloud(synthesize(tmp_path / level, logLevel=level))).values():
            assert function.properties["LoggingConfig"]["ApplicationLogLevel"] == platform
            variables = function.properties["Environment"]["Variables"]
            assert variables["POWERTOOLS_LOG_LEVEL"] == level


def test_no_concurrency_is_reserved_unless_asked_for(
    functions: Mapping[str, Resource], tmp_path: Path
) -> None:
    assert not [f for f in functions.values() if "ReservedConcurrentExecutions" in f.properties]
    asked = Cloud(synthesize(tmp_path, reservedConcurrency={"img_resize": 50}))
    properties = by_folder(asked)["img_resize"].properties
    assert properties["ReservedConcurrentExecutions"] == 50


def test_memory_follows_the_decoders_limit(
    functions: Mapping[str, Resource], tmp_path: Path
) -> None:
    four_gib = Cloud(synthesize(tmp_path, decoderBytesLimit=4 * 1024**3))
    for folder in ("metadata_extract", "image_variants"):
        assert functions[folder].properties["MemorySize"] >= 1024 + 100
        assert by_folder(four_gib)[folder].properties["MemorySize"] >= 4096 + 100


def test_the_world_calls_the_alias(cloud: Cloud) -> None:
    """A permission, a mapping or an integration on the bare function would skip the alias."""
    called = [
        *(m.properties["FunctionName"] for m in cloud.resources("AWS::Lambda::EventSourceMapping")),
        *(p.properties["FunctionName"] for p in cloud.resources("AWS::Lambda::Permission")),
        *(
            i.properties["IntegrationUri"].removesuffix("/invocations")
            for i in cloud.resources("AWS::ApiGatewayV2::Integration")
        ),
    ]
    assert called
    assert [arn for arn in called if not arn.endswith(":live")] == []
    urls = [url.properties["Qualifier"] for url in cloud.resources("AWS::Lambda::Url")]
    assert urls == ["live"]


def test_editing_one_function_leaves_the_others_alone(
    functions: Mapping[str, Resource], assembly_directory: Path
) -> None:
    for folder, function in functions.items():
        key = function.properties["Code"]["S3Key"].removesuffix(".zip")
        staged = assembly_directory / f"asset.{key}"
        assert [path.name for path in staged.iterdir()] == [folder]
        assert not list(staged.rglob("__pycache__"))
