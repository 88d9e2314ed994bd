"""The state machine alone on the emulator's Step Functions, its functions doing as a test says."""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from local.emulator.process import Emulator
from local.ports import claim
from local.settings import ADMIN_CREDENTIALS, REGION, ROOT
from spool.aws.executions import StepFunctionsExecutions, execution_arn
from spool.services.timeline import Stage, stages

DEFINITION = ROOT / "state_machines" / "asset_pipeline.asl.json"
IMAGE_WORKERS = ("inspect_original", "metadata_extract", "image_variants", "write_manifest")
VIDEO_WORKERS = (
    "inspect_original",
    "probe_video",
    "submit_mediaconvert",
    "wait_mediaconvert",
    "collect_outputs",
    "video_stills",
    "write_manifest",
)
WORKERS = tuple(dict.fromkeys(IMAGE_WORKERS + VIDEO_WORKERS))
FUNCTION_TIMEOUT = 3

Answer = Mapping[str, Any]
Script = Mapping[str, Sequence[Answer]]


def returns(payload: Any) -> Answer:
    return {"return": payload}


def raises(error: str, message: str = "why") -> Answer:
    return {"raise": error, "message": message}


@dataclass(frozen=True)
class Execution:
    """How one execution ended, its name, the states it entered, and each function's payloads."""

    name: str
    status: str
    output: Any
    states: Sequence[str]
    calls: Mapping[str, Sequence[Mapping[str, Any]]]


class Workflow:
    """`asset_pipeline` with scripted functions and a real dead-letter queue."""

    def __init__(self, emulator: Emulator, scripts: Path) -> None:
        make: Any = boto3.client  # its overloads want a literal

        def client(service: str) -> Any:
            return make(service, endpoint_url=emulator.url, region_name=REGION, **ADMIN_CREDENTIALS)

        self._scripts = scripts
        self._states, self._sqs, self._lambda = (
            client(service) for service in ("stepfunctions", "sqs", "lambda")
        )
        self._queue = self._sqs.create_queue(QueueName="dead-letters")["QueueUrl"]
        self._role = _role(client("iam"))
        self._arn = self._states.create_state_machine(
            name="asset_pipeline", definition=self._definition(), roleArn=self._role
        )["stateMachineArn"]

    def _definition(self) -> str:
        text = DEFINITION.read_text()
        tokens = {name: self._function(name) for name in WORKERS}
        tokens |= {"partition": "aws", "dead_letter_queue_url": self._queue}
        for token, value in tokens.items():
            text = text.replace(f"${{{token}}}", value)
        assert "${" not in text
        return text

    def _function(self, name: str) -> str:
        package = io.BytesIO()
        with zipfile.ZipFile(package, "w") as archive:
            archive.write(Path(__file__).with_name("stub.py"), "stub.py")
        made = self._lambda.create_function(
            FunctionName=name,
            Runtime="python3.12",
            Handler="stub.handler",
            Role=self._role,
            Timeout=FUNCTION_TIMEOUT,
            Code={"ZipFile": package.getvalue()},
            Environment={"Variables": {"SCRIPTS": str(self._scripts), "FUNCTION": name}},
        )
        return str(made["FunctionArn"])

    def start(self, run: Mapping[str, Any], script: Script) -> str:
        """The name of an execution that is under way."""
        case = uuid.uuid4().hex
        folder = self._scripts / case
        folder.mkdir()
        for state, answers in script.items():
            (folder / f"{state}.json").write_text(json.dumps(answers))
        self._states.start_execution(
            stateMachineArn=self._arn, name=case, input=json.dumps({**run, "correlationId": case})
        )
        return case

    def stop(self, name: str) -> None:
        self._states.stop_execution(executionArn=execution_arn(self._arn, name))

    def execute(self, run: Mapping[str, Any], script: Script) -> Execution:
        case = self.start(run, script)
        execution = execution_arn(self._arn, case)
        ended = self._wait(execution)
        history = self._states.get_execution_history(executionArn=execution, maxResults=1000)
        return Execution(
            name=case,
            status=ended["status"],
            output=json.loads(ended["output"]) if ended.get("output") else None,
            states=[
                event["stateEnteredEventDetails"]["name"]
                for event in history["events"]
                if event["type"].endswith("StateEntered")
            ],
            calls={
                path.stem: [json.loads(line) for line in path.read_text().splitlines()]
                for path in (self._scripts / case).glob("*.calls")
            },
        )

    def timeline(self, name: str) -> list[Stage]:
        """Of an execution that has ended or not, as a function reads it."""
        reader = StepFunctionsExecutions(state_machine_arn=self._arn, client=lambda: self._states)
        events, complete = reader.history(name)
        assert complete
        return stages(events)

    def _wait(self, execution: str) -> Mapping[str, Any]:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            described = self._states.describe_execution(executionArn=execution)
            if described["status"] != "RUNNING":
                return dict(described)
            time.sleep(0.02)
        raise AssertionError("the execution does not end")

    def dead_letters(self) -> list[dict[str, Any]]:
        """Take what is on the dead-letter queue."""
        taken = self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10)
        messages = taken.get("Messages", [])
        for message in messages:
            self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in messages]


def _role(iam: Any) -> str:
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": ["states.amazonaws.com", "lambda.amazonaws.com"]},
                "Action": "sts:AssumeRole",
            }
        ],
    }
    role = iam.create_role(RoleName="workflow", AssumeRolePolicyDocument=json.dumps(trust))
    return str(role["Role"]["Arn"])


@pytest.fixture(scope="session")
def workflow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workflow]:
    with Emulator(port=claim(0, ""), state=tmp_path_factory.mktemp("emulator")) as emulator:
        emulator.wait_until_ready()
        httpx.post(
            f"{emulator.url}/_ministack/config", json={"stepfunctions._SFN_WAIT_SCALE": 0}
        ).raise_for_status()
        yield Workflow(emulator, tmp_path_factory.mktemp("scripts"))
