"""Executions, news and the catalogue's stream."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from spool.aws import clients
from spool.aws.executions import StepFunctionsExecutions
from spool.aws.items import to_item
from spool.aws.news import BATCH_BYTES, EventBridgeNews
from spool.aws.streams import changes
from spool.events import STATUS_CHANGED, Announcement, Run
from spool.model import Asset, Status
from spool.transcode import Transcode, TranscodeStatus
from tests.unit.aws.test_catalogue import asset

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

RUN = Run(
    bucket="originals",
    key="originals/org/proj/m1-a.jpg",
    version_id="v1",
    sequencer="00",
    size=3,
    org_id="org",
    project_id="proj",
    media_id="m1",
    tag="0123456789ab",
    attempt=1,
    correlation_id="request-1",
)


@pytest.fixture
def states(aws: None) -> SFNClient:
    return clients.stepfunctions()


@pytest.fixture
def machine(states: SFNClient) -> str:
    definition = {"StartAt": "end", "States": {"end": {"Type": "Succeed"}}}
    return states.create_state_machine(
        name="asset_pipeline",
        definition=json.dumps(definition),
        roleArn="arn:aws:iam::123456789012:role/any",
    )["stateMachineArn"]


def test_a_run_is_the_input_of_its_execution(states: SFNClient, machine: str) -> None:
    StepFunctionsExecutions(state_machine_arn=machine).start("abc-1", RUN)

    [execution] = states.list_executions(stateMachineArn=machine)["executions"]
    described = states.describe_execution(executionArn=execution["executionArn"])
    assert described["name"] == "abc-1"
    assert Run.from_dict(json.loads(described["input"])) == RUN


def test_starting_again_is_fine(states: SFNClient, machine: str) -> None:
    executions = StepFunctionsExecutions(state_machine_arn=machine)

    executions.start("abc-1", RUN)
    executions.start("abc-1", Run(**{**vars(RUN), "size": 4}))

    assert len(states.list_executions(stateMachineArn=machine)["executions"]) == 1


class Bus:
    """Stands for EventBridge's client: what PutEvents was given, refusing the entries named."""

    def __init__(self, *refused: int) -> None:
        self.calls: list[list[Mapping[str, Any]]] = []
        self._refused = refused
        self._count = iter(range(1_000_000))

    def put_events(self, Entries: list[Mapping[str, Any]]) -> Mapping[str, Any]:  # noqa: N803
        self.calls.append(Entries)
        results = [
            {"ErrorCode": "ThrottlingException"} if number in self._refused else {"EventId": "1"}
            for number in self._numbers(len(Entries))
        ]
        return {"Entries": results, "FailedEntryCount": sum("ErrorCode" in r for r in results)}

    def _numbers(self, count: int) -> Iterator[int]:
        return (next(self._count) for _ in range(count))


def news(bus: Bus) -> EventBridgeNews:
    return EventBridgeNews(bus="spool", client=lambda: bus)  # type: ignore[arg-type, return-value]


def told(media_id: str, kind: str = STATUS_CHANGED) -> Announcement:
    return Announcement(kind, {"id": media_id})


def test_each_entry_has_its_own_detail_type() -> None:
    bus = Bus()

    news(bus).publish([told(str(n), f"Kind {n}") for n in range(12)])

    sent = [entry for call in bus.calls for entry in call]
    assert [entry["DetailType"] for entry in sent] == [f"Kind {n}" for n in range(12)]


def test_news_go_out_ten_at_a_time() -> None:
    bus = Bus()

    assert news(bus).publish([told(str(number)) for number in range(23)]) == []

    assert [len(call) for call in bus.calls] == [10, 10, 3]
    ids = [json.loads(entry["Detail"])["id"] for call in bus.calls for entry in call]
    assert ids == [str(number) for number in range(23)]
    assert bus.calls[0][0]["Source"] == "spool"
    assert {entry["DetailType"] for call in bus.calls for entry in call} == {STATUS_CHANGED}
    assert bus.calls[0][0]["EventBusName"] == "spool"


def test_no_call_is_larger_than_the_bus_takes() -> None:
    bus = Bus()

    news(bus).publish([told("é" * 40_000) for _ in range(7)])

    for call in bus.calls:
        assert sum(len(entry["Detail"].encode()) for entry in call) <= BATCH_BYTES
    assert sum(map(len, bus.calls)) == 7
    assert len(bus.calls) > 1


def test_each_entry_that_is_refused_is_named() -> None:
    assert news(Bus(2, 11, 12)).publish([told("x")] * 15) == [2, 11, 12]


def test_nothing_to_tell_calls_nobody() -> None:
    bus = Bus()

    assert news(bus).publish([]) == []
    assert bus.calls == []


def test_the_bus_is_really_spoken_to(aws: None) -> None:
    clients.events().create_event_bus(Name="spool")

    assert EventBridgeNews(bus="spool").publish([told("m1")]) == []


def image(asset: Asset) -> dict[str, Any]:
    return to_item({**asset.to_record(), "pk": f"ASSET#org#{asset.id}", "sk": "ASSET"})


def record(before: Asset | None, after: Asset | None, sk: str = "ASSET") -> dict[str, Any]:
    images = {"OldImage": before, "NewImage": after}
    return {
        "eventName": "MODIFY",
        "dynamodb": {
            "Keys": {"pk": {"S": "ASSET#org#m1"}, "sk": {"S": sk}},
            "SequenceNumber": "111",
            "ApproximateCreationDateTime": 1_736_935_200.5,
            **{name: image(one) for name, one in images.items() if one is not None},
        },
    }


def test_the_stream_is_read_as_assets() -> None:
    before, after = asset(status=Status.QUEUED), asset(status=Status.PROCESSING, rev=2)

    [change] = changes({"Records": [record(before, after)]})

    assert (change.before, change.after, change.sequence_number) == (before, after, "111")
    assert change.at == "2025-01-15T10:00:00.500Z"


def test_side_items_and_removals_are_passed_over() -> None:
    side = record(None, asset(), sk="METADATA#0123456789ab")
    removal = record(asset(), None)
    new = record(None, asset())

    [change] = changes({"Records": [side, removal, new]})

    assert change.before is None


def test_the_stream_is_read_as_transcodings(aws: None) -> None:
    key = replace(RUN, media_id="m1", version_id="a_.b", attempt=12).transcode_key
    now = datetime(2025, 1, 15, tzinfo=UTC)
    before = Transcode(
        key=key, tag=RUN.tag, status=TranscodeStatus.CLAIMED, claimed_at=now, heard_at=now
    )
    after = replace(before, percent=40, project_id="proj", rev=2)
    change = {
        "Keys": to_item({"pk": "ASSET#org#m1", "sk": "TRANSCODE#a_.b#12"}),
        "SequenceNumber": "111",
        "ApproximateCreationDateTime": 1_736_935_200.5,
        "OldImage": to_item(before.to_record()),
        "NewImage": to_item(after.to_record()),
    }

    [found] = changes({"Records": [{"eventName": "MODIFY", "dynamodb": change}]})

    assert (found.before, found.after) == (before, after)
