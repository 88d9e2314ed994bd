from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.infrastructure.cloud import Cloud, Resource


@pytest.fixture
def mappings(cloud: Cloud) -> dict[str, Resource]:
    """By what is consumed: the stream, or a queue by its construct's name."""
    found = cloud.resources("AWS::Lambda::EventSourceMapping")
    return {_consumed(mapping.properties["EventSourceArn"]): mapping for mapping in found}


def _consumed(source: str) -> str:
    service, name = source.split(":")[2], source.rpartition(":")[2]
    return re.sub(r"^Spool-[A-Za-z]+-|Queue[0-9A-F]+$", "", name) if service == "sqs" else service


def test_every_way_of_creating_or_deleting_an_original_is_noticed(cloud: Cloud) -> None:
    """Put, Post, Copy and CompleteMultipartUpload are reasons of one event type, and deletions by
    people and by lifecycle rules of another."""
    found = patterns(cloud, "aws.s3")
    assert sorted(one["detail-type"] for one in found) == [["Object Created"], ["Object Deleted"]]
    for pattern in found:
        assert not {"reason", "deletion-type"} & pattern["detail"].keys()
        assert pattern["detail"]["object"] == {"key": [{"prefix": "originals/"}]}


def test_only_the_jobs_of_spools_own_queue_are_listened_to(cloud: Cloud) -> None:
    (queue,) = cloud.resources("AWS::MediaConvert::Queue")
    (pattern,) = patterns(cloud, "aws.mediaconvert")
    assert pattern["detail-type"] == ["MediaConvert Job State Change"]
    assert pattern["detail"] == {"queue": [queue.arn]}


def patterns(cloud: Cloud, source: str) -> list[dict[str, Any]]:
    rules = cloud.resources("AWS::Events::Rule")
    found = [rule.properties.get("EventPattern", {}) for rule in rules]  # a schedule has none
    return [pattern for pattern in found if pattern.get("source") == [source]]


def test_the_cap_on_transcodes_is_the_queues(cloud: Cloud) -> None:
    (queue,) = cloud.resources("AWS::MediaConvert::Queue")
    assert queue.properties["ConcurrentJobs"] == 10


def test_an_upload_waits_longer_than_its_function_may_take(
    cloud: Cloud, mappings: dict[str, Resource]
) -> None:
    queues = [m for name, m in mappings.items() if name != "dynamodb"]
    assert len(queues) == 10
    for mapping in queues:
        queue = cloud.by_arn(mapping.properties["EventSourceArn"], "AWS::SQS::Queue")
        function_arn = mapping.properties["FunctionName"].rpartition(":")[0]
        function = cloud.by_arn(function_arn, "AWS::Lambda::Function")
        assert queue.properties["VisibilityTimeout"] >= 6 * function.properties["Timeout"]
        assert queue.properties["RedrivePolicy"]["maxReceiveCount"] >= 5


def test_one_bad_message_holds_no_other_back(mappings: dict[str, Resource]) -> None:
    for mapping in mappings.values():
        assert mapping.properties["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_the_intake_is_throttled(mappings: dict[str, Resource]) -> None:
    assert mappings["Intake"].properties["ScalingConfig"] == {"MaximumConcurrency": 10}


def test_news_are_of_assets_and_their_transcoding_and_none_is_lost_or_retried_for_ever(
    mappings: dict[str, Resource],
) -> None:
    properties = mappings["dynamodb"].properties
    patterns = [json.loads(f["Pattern"]) for f in properties["FilterCriteria"]["Filters"]]
    sorts = [pattern["dynamodb"]["Keys"]["sk"]["S"] for pattern in patterns]
    assert sorts == [["ASSET"], [{"prefix": "TRANSCODE#"}]]
    assert properties["BisectBatchOnFunctionError"] is True
    assert 0 < properties["MaximumRetryAttempts"] <= 10
    assert properties["DestinationConfig"]["OnFailure"]["Destination"].startswith("arn:aws:s3:::")
