"""The whole of it in the emulator's process: IAM, S3, EventBridge, CloudFormation, FFmpeg."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.emulator.process import Emulator
from local.ports import claim
from local.settings import ACCOUNT
from tests.unit.local.mediaconvert.emulated import JOBS, ORIGINALS, QUEUE, RENDITIONS, Account
from tests.unit.local.mediaconvert.stand_ins import until

PASSED = {"StringEquals": {"iam:PassedToService": "mediaconvert.amazonaws.com"}}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(port=claim(0, ""), state=tmp_path_factory.mktemp("emulator")) as emulator:
        emulator.wait_until_ready()
        yield emulator


@pytest.fixture(scope="module")
def account(emulator: Emulator) -> Account:
    account = Account(emulator.url)
    account.put_long_clip()
    return account


def test_a_job_of_our_settings_leaves_its_files_and_its_news(account: Account) -> None:
    job_id = account.create(folder="whole", UserMetadata={"run": "r1"})

    job = account.ended(job_id)

    assert job["Status"] == "COMPLETE", job.get("ErrorMessage")
    assert account.keys("whole") == {
        "stream/video.m3u8",
        "stream/video.mpd",
        "stream/video_480p.m3u8",
        "stream/video_480pinit.cmfv",
        "stream/video_480p_000000001.cmfv",
        "stream/video_audio.m3u8",
        "stream/video_audioinit.cmfa",
        "stream/video_audio_000000001.cmfa",
        "frame_poster.0000000.jpg",
        "frame_poster.0000001.jpg",
    }
    head = account.s3.head_object(Bucket=RENDITIONS, Key="whole/stream/video_audioinit.cmfa")
    assert head["ContentType"] == "audio/mp4"
    progressing, complete = account.news(job_id, "COMPLETE")
    assert progressing["detail"]["status"] == "PROGRESSING"
    assert complete["source"] == "aws.mediaconvert"
    assert complete["detail-type"] == "MediaConvert Job State Change"
    assert complete["account"] == complete["detail"]["accountId"] == ACCOUNT
    assert complete["resources"] == [job["Arn"]]
    assert complete["detail"]["userMetadata"] == {"run": "r1"}
    stream, captures = complete["detail"]["outputGroupDetails"]
    assert set(stream["playlistFilePaths"]) == {
        f"s3://{RENDITIONS}/whole/stream/video.m3u8",
        f"s3://{RENDITIONS}/whole/stream/video.mpd",
    }
    assert captures["outputDetails"][0]["outputFilePaths"] == [
        f"s3://{RENDITIONS}/whole/frame_poster.0000001.jpg"
    ]


def test_a_running_job_is_cancelled(account: Account) -> None:
    job_id = account.create(key="long.mp4", folder="cancelled")
    account.wait(job_id, lambda job: job["Status"] == "PROGRESSING")

    account.mediaconvert.cancel_job(Id=job_id)

    assert account.mediaconvert.get_job(Id=job_id)["Job"]["Status"] == "CANCELED"
    heard = [event["detail"]["status"] for event in account.news(job_id, "CANCELED")]
    assert heard == ["PROGRESSING", "CANCELED"]
    assert not account.keys("cancelled")


def test_what_the_rules_or_the_engine_refuse_is_named(account: Account) -> None:
    job = account.job()
    job["Settings"]["OutputGroups"][0]["Outputs"][0]["Preset"] = "mine"
    job["Settings"]["Inputs"][0]["FileInput"] += "?versionId=1"

    with pytest.raises(account.mediaconvert.exceptions.BadRequestException) as refused:
        account.mediaconvert.create_job(**job)

    assert "/inputs/0/fileInput: An input can't include parameters" in str(refused.value)
    assert "/outputGroups/0/outputs/0/preset: not implemented" in str(refused.value)


class TestTheJobsRole:
    """Whatever is wrong with it ends the job, as on AWS; CreateJob takes it."""

    @pytest.mark.parametrize(
        ("grants", "code"),
        [
            ([("s3:PutObject", f"arn:aws:s3:::{RENDITIONS}/*")], 1401),
            (
                [
                    ("s3:GetObject", f"arn:aws:s3:::{ORIGINALS}/*"),
                    ("s3:PutObject", f"arn:aws:s3:::{RENDITIONS}/denied/frame*"),
                ],
                1401,
            ),
        ],
        ids=["may not read", "may not write"],
    )
    def test_that_lacks_a_right(self, account: Account, grants: Any, code: int) -> None:
        job_id = account.create(Role=account.make_role(*grants), folder="denied")

        job = account.ended(job_id)

        assert (job["Status"], job["ErrorCode"]) == ("ERROR", code)
        assert "Access Denied" in job["ErrorMessage"]
        assert account.news(job_id, "ERROR")[-1]["detail"]["errorCode"] == code
        assert "stream/video.m3u8" not in account.keys("denied")

    def test_that_does_not_exist(self, account: Account) -> None:
        job_id = account.create(Role=f"arn:aws:iam::{ACCOUNT}:role/nobody")

        assert account.ended(job_id)["ErrorCode"] == 1433

    @pytest.mark.parametrize(
        "trust",
        [
            {"principal": {"Service": "lambda.amazonaws.com"}},
            {"Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}}},
        ],
        ids=["another service", "another account"],
    )
    def test_that_does_not_trust_mediaconvert(self, account: Account, trust: Any) -> None:
        job_id = account.create(Role=account.make_role(**trust))

        assert account.ended(job_id)["ErrorCode"] == 1434

    def test_that_trusts_it_for_this_account(self, account: Account) -> None:
        role = account.make_role(
            ("s3:*", "*"), Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}
        )

        assert account.ended(account.create(Role=role, folder="trust"))["Status"] == "COMPLETE"

    def test_a_missing_input_is_not_found_for_who_may_list(self, account: Account) -> None:
        role = account.make_role(("s3:*", "*"))

        missing = account.ended(account.create(Role=role, key="missing.mp4"))
        hidden = account.ended(account.create(key="missing.mp4"))

        assert [missing["ErrorCode"], hidden["ErrorCode"]] == [1404, 1401]


class TestTheCallersRights:
    def test_a_function_with_the_rights_of_our_stack(self, account: Account) -> None:
        queue = f"{QUEUE}Default"
        caller = account.caller(
            ("mediaconvert:CreateJob", queue),
            ("mediaconvert:ListJobs", queue),
            ("mediaconvert:GetJob", f"{JOBS}*"),
            ("mediaconvert:CancelJob", f"{JOBS}*"),
            ("iam:PassRole", account.role, PASSED),
        )

        job = account.job(folder="caller", key="long.mp4", Queue=queue)
        job_id = caller.create_job(**job)["Job"]["Id"]

        assert caller.get_job(Id=job_id)["Job"]["Id"] == job_id
        assert caller.list_jobs(Queue=queue)["Jobs"][0]["Id"] == job_id
        caller.cancel_job(Id=job_id)
        account.ended(job_id)

    @pytest.mark.parametrize(
        ("denied", "grants"),
        [
            ("mediaconvert:CreateJob", []),
            ("mediaconvert:CreateJob", [("mediaconvert:CreateJob", f"{QUEUE}other")]),
            ("iam:PassRole", [("mediaconvert:CreateJob", f"{QUEUE}Default")]),
            (
                "iam:PassRole",
                [
                    ("mediaconvert:CreateJob", "*"),
                    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/another", PASSED),
                ],
            ),
            (
                "iam:PassRole",
                [
                    ("mediaconvert:CreateJob", "*"),
                    (
                        "iam:PassRole",
                        "*",
                        {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}},
                    ),
                ],
            ),
        ],
    )
    def test_who_may_not_create_this_job(self, account: Account, denied: str, grants: Any) -> None:
        with pytest.raises(ClientError, match=f"not authorized to perform: {denied}") as refused:
            account.caller(*grants).create_job(**account.job())
        assert refused.value.response["Error"]["Code"] == "AccessDeniedException"

    def test_who_may_not_look_at_jobs(self, account: Account) -> None:
        caller = account.caller(("mediaconvert:ListJobs", f"{QUEUE}other"))

        calls: list[tuple[str, dict[str, str]]] = [
            ("get_job", {"Id": "1-abcdef"}),
            ("cancel_job", {"Id": "1-abcdef"}),
            ("list_jobs", {}),
            ("list_jobs", {"Queue": "Default"}),
            ("search_jobs", {}),
            ("get_queue", {"Name": "Default"}),
            ("list_queues", {}),
        ]
        for operation, members in calls:
            with pytest.raises(ClientError, match="AccessDeniedException"):
                getattr(caller, operation)(**members)
        with pytest.raises(caller.exceptions.NotFoundException):
            caller.list_jobs(Queue="other")


class TestAStacksQueue:
    @staticmethod
    def _template(**properties: Any) -> str:
        queue = {"Type": "AWS::MediaConvert::Queue", "Properties": properties}
        outputs = {
            "Ref": {"Value": {"Ref": "Queue"}},
            "Arn": {"Value": {"Fn::GetAtt": ["Queue", "Arn"]}},
        }
        return json.dumps({"Resources": {"Queue": queue}, "Outputs": outputs})

    def _deploy(self, account: Account, operation: str, **properties: Any) -> dict[str, str]:
        """The stack's outputs."""
        deploy = getattr(account.cloudformation, f"{operation}_stack")
        deploy(StackName="queue", TemplateBody=self._template(**properties))
        account.cloudformation.get_waiter(f"stack_{operation}_complete").wait(
            StackName="queue", WaiterConfig={"Delay": 0.05, "MaxAttempts": 200}
        )
        [stack] = account.cloudformation.describe_stacks(StackName="queue")["Stacks"]
        return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}

    def test_is_made_changed_and_deleted(self, account: Account) -> None:
        made = self._deploy(account, "create", ConcurrentJobs=1, Tags=[{"Key": "k", "Value": "v"}])
        name, arn = made["Ref"], made["Arn"]
        queue = account.mediaconvert.get_queue(Name=name)["Queue"]
        tags = account.mediaconvert.list_tags_for_resource(Arn=arn)["ResourceTags"]["Tags"]
        first, second = (
            account.create(key="long.mp4", folder="narrow", Queue=arn) for _ in range(2)
        )
        statuses = [account.mediaconvert.get_job(Id=j)["Job"]["Status"] for j in (first, second)]
        for job_id in (first, second):
            account.mediaconvert.cancel_job(Id=job_id)
        changed = self._deploy(account, "update", ConcurrentJobs="2", Status="PAUSED")
        after = account.mediaconvert.get_queue(Name=name)["Queue"]
        account.cloudformation.delete_stack(StackName="queue")

        assert name.startswith("queue-Queue-")
        assert arn == queue["Arn"] == f"{QUEUE}{name}"
        assert (queue["ConcurrentJobs"], queue["Status"], tags) == (1, "ACTIVE", {"k": "v"})
        assert statuses == ["PROGRESSING", "SUBMITTED"]
        assert changed == made
        assert (after["ConcurrentJobs"], after["Status"]) == (2, "PAUSED")
        with pytest.raises(account.mediaconvert.exceptions.NotFoundException):
            account.mediaconvert.get_queue(Name=name)


def test_a_restart_keeps_queues_forgets_jobs_and_leaves_no_ffmpeg(tmp_path: Path) -> None:
    with Emulator(port=claim(0, ""), state=tmp_path) as emulator:
        emulator.wait_until_ready()
        account = Account(emulator.url)
        account.put_long_clip()
        account.mediaconvert.create_queue(Name="mine", ConcurrentJobs=3)
        job_id = account.create(key="long.mp4")
        until(lambda: _ffmpegs(tmp_path))
        emulator._process.terminate()
        until(lambda: not _ffmpegs(tmp_path))
    with Emulator(port=claim(0, ""), state=tmp_path) as emulator:
        emulator.wait_until_ready()
        account = Account(emulator.url)
        assert account.mediaconvert.get_queue(Name="mine")["Queue"]["ConcurrentJobs"] == 3
        with pytest.raises(account.mediaconvert.exceptions.NotFoundException):
            account.mediaconvert.get_job(Id=job_id)


def _ffmpegs(state: Path) -> list[str]:
    """Command lines of encoders that work below `state`."""
    listed = subprocess.run(
        ["ps", "-ww", "-eo", "args"], capture_output=True, text=True, check=True, env=os.environ
    ).stdout
    return [line for line in listed.splitlines() if str(state) in line and "ffmpeg" in line]
