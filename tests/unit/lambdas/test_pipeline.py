"""The functions of the pipeline in the order of the states: each takes what the one before gave."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import requests

from spool.aws import clients
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.items import to_item
from spool.errors import EmptyFile, Superseded, Transient
from spool.events import Run
from spool.model import Asset, Status, utc_now
from tests.clips import clip
from tests.unit.conftest import ORIGINALS, RENDITIONS, TABLE
from tests.unit.lambdas.conftest import Functions
from tests.unit.lambdas.test_uploads import presign
from tests.unit.services.pipeline import picture

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KEY = "originals/default/proj/media_1-hero (1)+å.jpg"


def created(key: str, version_id: str, sequencer: str = "0A", **detail: Any) -> dict[str, Any]:
    """An SQS record of S3's event."""
    body = {
        "id": "event-1",
        "detail": {
            "bucket": {"name": ORIGINALS},
            "object": {"key": key, "version-id": version_id, "sequencer": sequencer, "size": 1},
            **detail,
        },
    }
    return {"messageId": f"message-{version_id}", "body": json.dumps(body)}


def upload(functions: Functions, s3: S3Client, data: bytes, **wish: str) -> dict[str, Any]:
    """Presign, PUT and the event; the input of the execution that this starts."""
    _, ticket, _ = presign(functions, mediaId="media_1", **wish)
    requests.put(ticket["presignedUrls"][0], data=data, headers=ticket["headers"], timeout=5)
    version = s3.head_object(Bucket=ORIGINALS, Key=ticket["key"])["VersionId"]
    taken = functions.invoke("on_object_created", {"Records": [created(ticket["key"], version)]})
    assert taken == {"batchItemFailures": []}
    return started(functions)[-1]


def started(functions: Functions) -> list[dict[str, Any]]:
    states = clients.stepfunctions()
    executions = states.list_executions(stateMachineArn=functions.state_machine)["executions"]
    return [
        json.loads(states.describe_execution(executionArn=one["executionArn"])["input"])
        for one in executions
    ]


def stored() -> Asset:
    asset = DynamoCatalogue(table=TABLE, clock=utc_now).get("default", "media_1")
    assert asset is not None
    return asset


def test_an_upload_becomes_a_ready_asset(functions: Functions, s3: S3Client) -> None:
    run = upload(functions, s3, picture(size=(320, 240)))

    inspection = functions.invoke("inspect_original", run)
    branch = {**run, "inspection": inspection}
    assert functions.invoke("metadata_extract", branch) == {}
    renditions = functions.invoke("image_variants", branch)["renditions"]
    done = functions.invoke("write_manifest", {**branch, "renditions": renditions})

    assert done == {"status": "ready"}
    assert stored().status is Status.READY
    assert stored().tag == run["tag"]
    assert stored().rev == 4
    prefix = f"renditions/default/proj/media_1/{run['tag']}/"
    listed = s3.list_objects_v2(Bucket=RENDITIONS, Prefix=prefix)["Contents"]
    names = {one["Key"].removeprefix(prefix) for one in listed}
    assert {"manifest.json", "lqip.webp", "thumbnail.webp", "preview.webp"} < names
    status, served, headers = functions.http(
        "img_resize",
        "GET /img",
        rawPath=f"/variants/default/proj/media_1/{run['tag']}/w-96_q-80.webp",
    )
    assert (status, headers["content-type"]) == (200, "image/webp")
    assert served


@pytest.mark.parametrize(
    ("setting", "mips"),
    [("false", {"mip_2560", "mip_1280"}), ("true", {"mip_3840", "mip_2560", "mip_1280"})],
)
def test_large_pictures_keep_a_large_mip_by_setting(
    setting: str,
    mips: set[str],
    functions: Functions,
    s3: S3Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LARGE_MIP", setting)
    run = upload(functions, s3, picture(size=(3000, 30)))
    inspection = functions.invoke("inspect_original", run)

    made = functions.invoke("image_variants", {**run, "inspection": inspection})["renditions"]

    stems = {rendition["name"].partition(".")[0] for rendition in made}
    assert {stem for stem in stems if stem.startswith("mip_")} == mips


def test_a_video_is_inspected_and_probed(functions: Functions, s3: S3Client) -> None:
    data = clip(160, 90, 2)
    wish = {"filename": "clip.mp4", "contentType": "video/mp4"}
    run = upload(functions, s3, data, **wish)

    inspection = functions.invoke("inspect_original", run)
    source = functions.invoke("probe_video", {**run, "inspection": inspection})

    assert inspection["family"] == "video"
    assert source == {
        "width": 160,
        "height": 90,
        "duration": 2.0,
        "frameRate": "25",
        "audioChannels": 1,
        "hdr": False,
        "rotation": 0,
        "variableFrameRate": False,
    }
    asset = DynamoCatalogue(table=TABLE, clock=utc_now)
    metadata = asset.load_metadata(Run.from_dict(run).ref, run["tag"])
    assert metadata["sha256"] == hashlib.sha256(data).hexdigest()


def test_the_correlation_id_of_the_presign_is_in_every_log(
    functions: Functions, s3: S3Client, capsys: pytest.CaptureFixture[str]
) -> None:
    run = upload(functions, s3, picture())
    assert run["correlationId"] == "request-1"
    capsys.readouterr()

    functions.invoke("inspect_original", run)

    [line] = capsys.readouterr().out.splitlines()
    log = json.loads(line)
    assert (log["correlation_id"], log["media_id"], log["attempt"]) == ("request-1", "media_1", 1)


def test_a_bad_file_raises_what_the_state_machine_catches_by_name(
    functions: Functions, s3: S3Client
) -> None:
    run = upload(functions, s3, b"")

    with pytest.raises(EmptyFile):
        functions.invoke("inspect_original", run)
    error = {"Error": "EmptyFile", "Cause": json.dumps({"errorMessage": "The file is empty."})}
    failed = functions.invoke(
        "write_manifest", {**run, "error": error, "stage": "inspect_original"}
    )

    assert failed == {"status": "failed", "code": "EMPTY_FILE", "permanent": True}
    assert stored().status is Status.FAILED
    assert stored().error is not None


def test_a_fault_of_ours_is_logged_under_the_correlation_id(
    functions: Functions, capsys: pytest.CaptureFixture[str]
) -> None:
    functions.invoke("on_object_created", {"Records": [created(KEY, "v1")]})
    [run] = started(functions)
    capsys.readouterr()

    with pytest.raises(KeyError):
        functions.invoke("metadata_extract", run)
    [line] = capsys.readouterr().out.splitlines()
    log = json.loads(line)
    assert (log["level"], log["correlation_id"]) == ("ERROR", "event-1")


def test_an_overtaken_run_ends_as_superseded(functions: Functions, s3: S3Client) -> None:
    run = upload(functions, s3, picture())
    newer = s3.put_object(Bucket=ORIGINALS, Key=KEY, Body=b"newer")["VersionId"]
    functions.invoke("on_object_created", {"Records": [created(KEY, newer, "0B")]})

    with pytest.raises(Superseded):
        functions.invoke("inspect_original", run)
    assert stored().version_id == newer


def test_what_fails_in_a_batch_is_named_and_the_rest_is_done(
    functions: Functions, s3: S3Client, capsys: pytest.CaptureFixture[str]
) -> None:
    good = created(KEY, "v2", "0B")
    older = created(KEY, "v1", "0A")
    outside = created("originals/no-scheme.jpg", "v9")
    broken = {"messageId": "broken", "body": "{}"}
    text = {"messageId": "text", "body": "no json"}

    answer = functions.invoke(
        "on_object_created", {"Records": [broken, good, text, older, outside, good]}
    )

    failures = [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]
    assert failures == ["broken", "text"]
    assert [run["versionId"] for run in started(functions)] == ["v2"]
    assert '"KeyOutsideScheme":[1.0]' in capsys.readouterr().out


def test_an_event_whose_run_did_not_start_is_taken_at_its_next_delivery(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def throttled(*_: object) -> None:
        raise Transient("ThrottlingException")

    event = {"Records": [created(KEY, "v1")]}
    with monkeypatch.context() as patch:
        patch.setattr("spool.aws.executions.StepFunctionsExecutions.start", throttled)
        answer = functions.invoke("on_object_created", event)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-v1"}]}
    assert stored().status is Status.QUEUED

    assert functions.invoke("on_object_created", event) == {"batchItemFailures": []}
    assert len(started(functions)) == 1


def stream(before: Asset | None, after: Asset) -> dict[str, Any]:
    def image(asset: Asset) -> dict[str, Any]:
        return to_item({**asset.to_record(), "pk": "p", "sk": "ASSET"})

    change: dict[str, Any] = {
        "Keys": {"pk": {"S": "p"}, "sk": {"S": "ASSET"}},
        "SequenceNumber": "111",
        "ApproximateCreationDateTime": 1_736_935_200,
        "NewImage": image(after),
    }
    if before is not None:
        change["OldImage"] = image(before)
    return {"Records": [{"eventName": "MODIFY", "dynamodb": change}]}


def test_a_change_of_status_is_news(functions: Functions, s3: S3Client) -> None:
    upload(functions, s3, picture())

    assert functions.invoke("notify_status", stream(None, stored())) == {"batchItemFailures": []}


def test_refused_news_are_read_again(
    functions: Functions, s3: S3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload(functions, s3, picture())
    monkeypatch.setattr("spool.aws.news.EventBridgeNews.publish", lambda *_: [0])

    answer = functions.invoke("notify_status", stream(None, stored()))

    assert answer == {"batchItemFailures": [{"itemIdentifier": "111"}]}
