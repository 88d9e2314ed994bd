"""S3's events come twice, late, out of order, or for what is gone; ours are as documented."""

from __future__ import annotations

from typing import Any

import pytest

from local.cloud import Cloud
from tests.integration.frontend import Frontend, media_id, photo
from tests.integration.intake import Intake
from tests.integration.news import Newsreader
from tests.integration.records import Records
from tests.integration.studio import timestamp


@pytest.fixture
def intake(cloud: Cloud) -> Intake:
    return Intake(cloud)


def stored(cloud: Cloud, asset: dict[str, Any]) -> dict[str, Any]:
    item = cloud.client("dynamodb").get_item(
        TableName=cloud.outputs["TableName"],
        Key={"pk": {"S": f"ASSET#default#{asset['id']}"}, "sk": {"S": "ASSET"}},
    )["Item"]
    return {name: next(iter(value.values())) for name, value in item.items()}


def test_a_repeated_event_processes_nothing_twice(
    frontend: Frontend, cloud: Cloud, intake: Intake
) -> None:
    asset = frontend.ready(photo(64, 64))
    record = stored(cloud, asset)

    for _ in range(3):
        intake.send(asset["originalKey"], record["versionId"], record["sequencer"])
    intake.drain()

    assert len(intake.executions(asset["id"])) == 1
    assert frontend.asset(asset["id"]) == asset


def test_an_older_event_overwrites_nothing(
    frontend: Frontend, cloud: Cloud, intake: Intake
) -> None:
    asset = frontend.ready(photo(64, 64))
    older = "0" + stored(cloud, asset)["sequencer"][:-1]

    intake.send(asset["originalKey"], "an-older-version", older)
    intake.drain()

    assert len(intake.executions(asset["id"])) == 1
    assert frontend.asset(asset["id"]) == {**asset, "rev": asset["rev"] + 1}  # it is counted


def test_an_object_nobody_presigned_becomes_an_asset(frontend: Frontend, cloud: Cloud) -> None:
    one = media_id()
    key = f"originals/default/backfill/{one}-old photo.jpg"
    cloud.client("s3").put_object(
        Bucket=cloud.outputs["OriginalsBucket"], Key=key, Body=photo(80, 60)
    )

    frontend.until_known(one)
    asset = frontend.wait(one)
    assert asset["status"] == "ready"
    assert (asset["filename"], asset["projectId"]) == ("old photo.jpg", "backfill")


def test_a_version_that_is_gone_is_a_deleted_asset(frontend: Frontend, intake: Intake) -> None:
    ticket = frontend.presign(size=100)

    intake.send(ticket["key"], "a-version-that-is-gone", "00FF")

    assert frontend.wait(ticket["mediaId"])["status"] == "deleted"


def test_an_event_outside_the_scheme_is_dropped(intake: Intake, cloud: Cloud) -> None:
    key = f"originals/no-scheme-at-all-{media_id()}.jpg"

    intake.send(key, "v1", "00FF")
    intake.drain()

    assert not any(key in letter for letter in dead_letters(cloud))


def test_a_message_that_is_no_event_goes_to_the_dead_letter_queue(
    intake: Intake, cloud: Cloud
) -> None:
    with intake.impatient():
        intake.send_text('{"not": "an event"}')
        intake.drain()

    assert '{"not": "an event"}' in dead_letters(cloud)


def dead_letters(cloud: Cloud) -> list[str]:
    """Take what is on the intake's dead-letter queue."""
    sqs, queue = cloud.client("sqs"), cloud.outputs["IntakeDlqUrl"]
    letters = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
            letters.append(message["Body"])
    return letters


def test_a_retry_of_a_failed_run_starts_the_next_attempt(
    frontend: Frontend, cloud: Cloud, intake: Intake
) -> None:
    asset = frontend.wait(frontend.upload(b"<html>"))
    assert asset["status"] == "failed"
    record = stored(cloud, asset)

    for _ in range(2):
        intake.send(asset["originalKey"], record["versionId"], record["sequencer"], attempt=2)
    intake.drain()

    again = frontend.until(asset["id"], lambda found: found["attempt"] == 2)
    assert again["status"] == "failed"
    assert sorted(run["attempt"] for run in intake.executions(asset["id"])) == [1, 2]


def test_how_far_a_video_is_is_announced_as_documented(
    frontend: Frontend, cloud: Cloud, newsreader: Newsreader
) -> None:
    """The newsreader holds what it gets to the schemas. A job is told by its record: how often a
    real one says something is the encoder's affair."""
    records, media, job = Records(cloud), frontend.ready(photo(64, 64))["id"], "TRANSCODE#v1#1"
    begun = {"tag": "0123456789ab", "status": "PROGRESSING", "projectId": "tests", "percent": 40}
    records.set(media, job, {**begun, "rev": 2, "claimedAt": timestamp(), "heardAt": timestamp()})

    records.set(media, job, {"rev": 3, "percent": 50})

    told = newsreader.until_told(media, {"percent": 50})[-1]
    assert (told["versionId"], told["attempt"], told["projectId"]) == ("v1", 1, "tests")
