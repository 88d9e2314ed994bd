from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.deploy import assets, synth
from local.deploy.assembly import Stack, read
from local.deploy.stacks import StackDeployer
from local.errors import DeployFailed, SynthFailed

LOG = Path("emulator.log")


def write_assembly(folder: Path, dependencies: dict[str, list[str]]) -> Path:
    artifacts: dict[str, Any] = {}
    for name, needed in dependencies.items():
        parameters: dict[str, Any] = {"AllowedOrigins": {}} if name == "Storage" else {}
        (folder / f"{name}.template.json").write_text(json.dumps({"Parameters": parameters}))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "properties": {
                "templateFile": f"{name}.template.json",
                "stackName": f"Spool-{name}",
                "stackTemplateAssetObjectUrl": f"s3://assets-${{AWS::Region}}/{name}.json",
            },
            "dependencies": [*needed, f"{name}.assets"],
        }
        artifacts[f"{name}.assets"] = {
            "type": "cdk:asset-manifest",
            "properties": {"file": f"{name}.assets.json"},
        }
        destination = {
            "bucketName": "assets-${AWS::AccountId}-${AWS::Region}",
            "objectKey": f"{name}.zip",
        }
        file = {
            "source": {"path": f"asset.{name}", "packaging": "zip"},
            "destinations": {"current": destination},
        }
        (folder / f"{name}.assets.json").write_text(json.dumps({"files": {name: file}}))
    (folder / "manifest.json").write_text(json.dumps({"artifacts": artifacts}))
    return folder


def test_stacks_come_after_what_they_depend_on(tmp_path: Path) -> None:
    dependencies = {"Api": ["Pipeline"], "Pipeline": ["Delivery"], "Delivery": ["Storage"]}
    assembly = read(write_assembly(tmp_path, {**dependencies, "Storage": []}))

    names = [stack.name for stack in assembly.stacks]
    assert names == ["Spool-Storage", "Spool-Delivery", "Spool-Pipeline", "Spool-Api"]
    assert assembly.stacks[0].parameters == {"AllowedOrigins"}
    assert assembly.stacks[0].template_url == (
        "https://s3.amazonaws.com/assets-us-east-1/Storage.json"
    )


def test_an_assets_address_is_resolved_for_the_local_account(tmp_path: Path) -> None:
    [asset] = read(write_assembly(tmp_path, {"Storage": []})).assets

    assert (asset.bucket, asset.key) == ("assets-000000000000-us-east-1", "Storage.zip")
    assert (asset.source, asset.zipped) == (tmp_path / "asset.Storage", True)


def test_an_archive_depends_on_its_content_only(tmp_path: Path) -> None:
    def archive(order: list[str], when: int) -> bytes:
        folder = tmp_path / str(when)
        (folder / "work").mkdir(parents=True)
        for name in order:
            path = folder / "work" / name
            path.write_text(name)
            os.utime(path, (when, when))
        return assets._zipped(folder)

    first = archive(["a.py", "b.py"], 1)

    assert first == archive(["b.py", "a.py"], 2)
    assert zipfile.ZipFile(io.BytesIO(first)).namelist() == ["work/a.py", "work/b.py"]


def test_a_synthesis_that_fails_shows_what_the_application_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "app.py").write_text("raise SystemExit('archiveClass must be one of …')")
    monkeypatch.setattr(synth, "ROOT", tmp_path)
    monkeypatch.setattr(synth, "ASSEMBLIES", tmp_path / "assemblies")

    with pytest.raises(SynthFailed, match="archiveClass must be one of"):
        synth.synthesize()

    assert list((tmp_path / "assemblies").iterdir()) == []


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whose assembly holds the id of the process that made it, and its context."""
    program = (
        "import os, pathlib\n"
        "out = pathlib.Path(os.environ['CDK_OUTDIR'])\n"
        "out.mkdir()\n"
        "(out / 'run').write_text(str(os.getpid()))\n"
        "(out / 'context').write_text(os.environ['CDK_CONTEXT_JSON'])\n"
    )
    (tmp_path / "app.py").write_text(program)
    monkeypatch.setattr(synth, "ROOT", tmp_path)
    monkeypatch.setattr(synth, "ASSEMBLIES", tmp_path / "assemblies")
    monkeypatch.setattr(synth, "SOURCES", ("app.py", "stacks"))
    return tmp_path


def test_the_same_sources_are_synthesized_once(application: Path) -> None:
    first = synth.synthesize()
    again = synth.synthesize()
    (application / "stacks").mkdir()
    (application / "stacks" / "new.py").write_text("")
    changed = synth.synthesize()

    assert first == again
    assert changed != first
    assert (changed / "run").read_text() != (first / "run").read_text()


@pytest.mark.usefixtures("application")
def test_the_settings_reach_the_application_and_are_part_of_what_is_the_same() -> None:
    plain = synth.synthesize()
    one = synth.synthesize({"privatePublicKeys": ["one"]})
    other = synth.synthesize({"privatePublicKeys": ["other"]})

    assert len({plain, one, other}) == 3
    assert synth.synthesize({"privatePublicKeys": ["one"]}) == one
    context = json.loads((one / "context").read_text())
    assert context == {"aws:cdk:bundling-stacks": [], "privatePublicKeys": ["one"]}


class StandInCloudFormation:
    """Stacks that end as told."""

    def __init__(self, status: str = "", ends: str = "CREATE_COMPLETE", **refusal: str) -> None:
        self.status, self.ends, self.refusal = status, ends, refusal.get("refusal")
        self.calls: list[str] = []
        self.parameters: list[dict[str, str]] = []
        self.events: list[dict[str, str]] = []

    def describe_stacks(self, **_: str) -> dict[str, Any]:
        if not self.status:
            raise self._error("Stack with id Spool does not exist")
        outputs = [
            {"OutputKey": "TableName", "OutputValue": "t"},
            {"OutputKey": "ExportsOutputRef", "OutputValue": "t", "ExportName": "Spool:x"},
        ]
        return {"Stacks": [{"StackStatus": self.status, "Outputs": outputs}]}

    def create_stack(self, **request: Any) -> None:
        self._act("create", request)

    def update_stack(self, **request: Any) -> None:
        self._act("update", request)

    def delete_stack(self, **_: str) -> None:
        self.calls.append("delete")
        self.status = ""

    def describe_stack_events(self, **_: str) -> dict[str, Any]:
        return {"StackEvents": self.events}

    def _act(self, call: str, request: dict[str, Any]) -> None:
        self.calls.append(call)
        self.parameters = request["Parameters"]
        if self.refusal:
            raise self._error(self.refusal)
        self.status = self.ends

    @staticmethod
    def _error(message: str) -> ClientError:
        return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "Call")


STACK = Stack("Spool", "https://s3.amazonaws.com/assets/t.json", frozenset({"AllowedOrigins"}))


def deploy(client: Any) -> dict[str, str]:
    parameters = {"AllowedOrigins": "http://localhost:1", "PublicUrl": "http://localhost:1"}
    return StackDeployer(client, LOG).deploy(STACK, parameters)


@pytest.mark.parametrize(
    ("status", "calls"),
    [
        ("", ["create"]),
        ("CREATE_COMPLETE", ["update"]),
        ("UPDATE_ROLLBACK_COMPLETE", ["update"]),
        ("ROLLBACK_COMPLETE", ["delete", "create"]),
        ("CREATE_FAILED", ["delete", "create"]),
    ],
)
def test_a_stack_is_created_updated_or_made_anew(status: str, calls: list[str]) -> None:
    client = StandInCloudFormation(status)

    assert deploy(client) == {"TableName": "t"}
    assert client.calls == calls
    assert [p["ParameterKey"] for p in client.parameters] == ["AllowedOrigins"]


def test_nothing_to_update_is_fine() -> None:
    refusal = "No updates are to be performed."

    assert deploy(StandInCloudFormation("UPDATE_COMPLETE", refusal=refusal)) == {"TableName": "t"}


def test_a_refused_template_says_why() -> None:
    with pytest.raises(DeployFailed, match="Unsupported resource type"):
        deploy(StandInCloudFormation(refusal="Unsupported resource type: AWS::X::Y"))


def test_a_failure_names_the_resource_the_reason_and_the_log() -> None:
    client = StandInCloudFormation(ends="ROLLBACK_COMPLETE")

    def event(name: str, status: str, reason: str) -> dict[str, str]:
        return {
            "LogicalResourceId": name,
            "ResourceType": "AWS::S3::Bucket",
            "ResourceStatus": status,
            "ResourceStatusReason": reason,
        }

    client.events = [  # the newest first, as CloudFormation lists them
        event("Other", "CREATE_FAILED", "Resource creation cancelled"),
        event("Bucket", "CREATE_FAILED", "the name is taken"),
        event("Bucket", "CREATE_IN_PROGRESS", "started"),
    ]

    with pytest.raises(DeployFailed) as failed:
        deploy(client)

    assert failed.value.failures == [("Bucket", "AWS::S3::Bucket", "the name is taken")]
    assert "Bucket (AWS::S3::Bucket): the name is taken" in str(failed.value)
    assert str(LOG) in str(failed.value)
