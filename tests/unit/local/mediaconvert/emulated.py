"""An emulator with buckets, roles and a queue that hears of every job: the real encoder's place."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3

from local.emulator.client import client
from local.settings import ACCOUNT, REGION
from tests.clips import clip, ffmpeg
from tests.unit.local.mediaconvert.encode.clips import job as job_settings
from tests.unit.local.mediaconvert.stand_ins import until

ORIGINALS, RENDITIONS = "originals", "renditions"
QUEUE = f"arn:aws:mediaconvert:{REGION}:{ACCOUNT}:queues/"
JOBS = f"arn:aws:mediaconvert:{REGION}:{ACCOUNT}:jobs/"
TRUST = {"Service": "mediaconvert.amazonaws.com"}
READ_AND_WRITE = (
    ("s3:GetObject", f"arn:aws:s3:::{ORIGINALS}/*"),
    ("s3:PutObject", f"arn:aws:s3:::{RENDITIONS}/*"),
)

Grant = tuple[str, str] | tuple[str, str, Mapping[str, Any]]  # action, resource, condition


class Account:
    def __init__(self, url: str) -> None:
        self.url = url
        self.mediaconvert, self.s3, self.cloudformation, self._iam, self._sqs = (
            client(name, url) for name in ("mediaconvert", "s3", "cloudformation", "iam", "sqs")
        )
        for bucket in (ORIGINALS, RENDITIONS):
            self.s3.create_bucket(Bucket=bucket)
        self.s3.put_object(Bucket=ORIGINALS, Key="clip.mp4", Body=clip(64, 36, 2))
        self._news = self._listen()

    def put_long_clip(self) -> None:
        """`long.mp4`, whose job takes long enough to be met while it runs."""
        self.s3.put_object(Bucket=ORIGINALS, Key="long.mp4", Body=_long_clip())

    def _listen(self) -> str:
        url = str(self._sqs.create_queue(QueueName="news")["QueueUrl"])
        events = client("events", self.url)
        events.put_rule(Name="news", EventPattern=json.dumps({"source": ["aws.mediaconvert"]}))
        arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:news"
        events.put_targets(Rule="news", Targets=[{"Id": "news", "Arn": arn}])
        return url

    def news(self, job_id: str, last: str) -> list[dict[str, Any]]:
        """The events of one job up to the status `last`; those of others are dropped."""
        heard: list[dict[str, Any]] = []

        def complete() -> bool:
            taken = self._sqs.receive_message(QueueUrl=self._news, MaxNumberOfMessages=10)
            for message in taken.get("Messages", []):
                self._sqs.delete_message(
                    QueueUrl=self._news, ReceiptHandle=message["ReceiptHandle"]
                )
                event = json.loads(message["Body"])
                if event["detail"]["jobId"] == job_id:
                    heard.append(event)
            return any(event["detail"]["status"] == last for event in heard)

        until(complete)
        return heard

    @cached_property
    def role(self) -> str:
        """One that MediaConvert may assume, and that may do what jobs need."""
        return self.make_role(*READ_AND_WRITE)

    def make_role(self, *grants: Grant, principal: Mapping[str, str] = TRUST, **trust: Any) -> str:
        """Its ARN."""
        name = f"role-{uuid.uuid4().hex}"
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole", **trust}
        made = self._iam.create_role(
            RoleName=name, AssumeRolePolicyDocument=json.dumps(_policy(statement))
        )
        if grants:
            policy = _policy(*(_statement(*grant) for grant in grants))
            self._iam.put_role_policy(
                RoleName=name, PolicyName="grants", PolicyDocument=json.dumps(policy)
            )
        return str(made["Role"]["Arn"])

    def caller(self, *grants: Grant) -> Any:
        """A MediaConvert client with just these rights, as a function has."""
        role = self.make_role(*grants, principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
        session = client("sts", self.url).assume_role(RoleArn=role, RoleSessionName="caller")
        given = session["Credentials"]
        made: Any = boto3.client(
            "mediaconvert",
            endpoint_url=self.url,
            region_name=REGION,
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
        )
        return made

    def job(self, *, key: str = "clip.mp4", folder: str = "a", **changes: Any) -> dict[str, Any]:
        """CreateJob's parameters: one rung with sound, and posters."""
        settings = job_settings("_480p", "_audio", "_poster")
        settings["Inputs"][0]["FileInput"] = f"s3://{ORIGINALS}/{key}"
        for group, base in zip(settings["OutputGroups"], ("stream/video", "frame"), strict=True):
            for own in group["OutputGroupSettings"].values():
                if isinstance(own, dict):
                    own["Destination"] = f"s3://{RENDITIONS}/{folder}/{base}"
        return {"Role": self.role, "Settings": settings, **changes}

    def create(self, **changes: Any) -> str:
        return str(self.mediaconvert.create_job(**self.job(**changes))["Job"]["Id"])

    def wait(self, job_id: str, reached: Callable[[Mapping[str, Any]], Any]) -> dict[str, Any]:
        """The job once it has come so far; it must within 30 s."""
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            job: dict[str, Any] = self.mediaconvert.get_job(Id=job_id)["Job"]
            if reached(job):
                return job
            time.sleep(0.02)
        raise AssertionError(f"the job is {job}")

    def ended(self, job_id: str) -> dict[str, Any]:
        return self.wait(job_id, lambda job: job["Status"] not in {"SUBMITTED", "PROGRESSING"})

    def keys(self, folder: str) -> set[str]:
        listed = self.s3.list_objects_v2(Bucket=RENDITIONS, Prefix=f"{folder}/")
        return {entry["Key"].removeprefix(f"{folder}/") for entry in listed.get("Contents", [])}


@cache
def _long_clip() -> bytes:
    """A minute: one second again and again, which is copied faster than it is encoded."""
    with TemporaryDirectory() as folder:
        second, minute = Path(folder, "second.mp4"), Path(folder, "minute.mp4")
        second.write_bytes(clip(640, 360, 1))
        ffmpeg("-stream_loop", "59", "-i", second, "-c", "copy", minute)
        return minute.read_bytes()


def _policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _statement(
    action: str, resource: str, condition: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement
