"""A MediaConvert whose encoder, storage and clock do as a test says, behind a real client."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ClientError

from local.mediaconvert.api import Api
from local.mediaconvert.encode import Cancelled, Encoded, EncodedGroup
from local.mediaconvert.events import Event
from local.mediaconvert.job import Job
from local.mediaconvert.place import Place
from local.mediaconvert.service import MediaConvert
from local.mediaconvert.storage import Storage

ROLE = "arn:aws:iam::123456789012:role/mediaconvert"
SOURCE = "s3://in/originals/clip.mp4"
JOB: dict[str, Any] = {
    "Role": ROLE,
    "Settings": {
        "Inputs": [{"FileInput": SOURCE}],
        "OutputGroups": [
            {
                "OutputGroupSettings": {
                    "Type": "CMAF_GROUP_SETTINGS",
                    "CmafGroupSettings": {"Destination": "s3://out/a/stream/video"},
                }
            }
        ],
    },
}
DETAILS = {
    "type": "CMAF_GROUP",
    "playlistFilePaths": ["video.mpd", "video.m3u8"],
    "outputDetails": [
        {"durationInMs": 1000, "videoDetails": {"widthInPx": 64, "heightInPx": 36}},
        {"durationInMs": 1000, "outputFilePaths": ["frame.0000001.jpg"]},
    ],
}
MADE = {"video.m3u8": b"#EXTM3U", "video_1init.cmfv": b"moov", "video.mpd": b"<MPD/>"}


@dataclass
class Clock:
    now: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Encoder:
    """Makes MADE at once, or once `free` is set; `fails` is raised in its stead."""

    free: threading.Event = field(default_factory=threading.Event)
    fails: Exception | None = None
    percents: tuple[int, ...] = (50,)
    sources: list[bytes] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)

    def __call__(
        self,
        _settings: Mapping[str, Any],
        source: Path,
        target: Path,
        *,
        on_progress: Callable[[int], None],
        cancelled: threading.Event,
    ) -> Encoded:
        self.sources.append(source.read_bytes())
        self.folders.append(target)
        for percent in self.percents:
            on_progress(percent)
        while not self.free.wait(0.005):
            if cancelled.is_set():
                raise Cancelled
        if self.fails:
            raise self.fails
        for name, content in MADE.items():
            (target / name).write_bytes(content)
        group = EncodedGroup(
            name="stream",
            folder=target,
            destination="s3://out/a/stream/",
            files=tuple(MADE),
            details=DETAILS,
        )
        return Encoded(groups=(group,))


class Buckets:
    """What boto3's S3 client does with objects; `denied` are keys that the role may not touch."""

    def __init__(self) -> None:
        self.objects = {("in", "originals/clip.mp4"): b"a clip"}
        self.types: dict[str, str] = {}
        self.written: list[str] = []
        self.denied: set[str] = set()

    def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:  # noqa: N803
        self._check(Key, "GetObject")
        if (Bucket, Key) not in self.objects:
            raise ClientError({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        body = BytesIO(self.objects[Bucket, Key])
        return {
            "Body": SimpleNamespace(iter_chunks=lambda size: iter(lambda: body.read(size), b""))
        }

    def put_object(self, *, Bucket: str, Key: str, Body: Any, ContentType: str) -> None:  # noqa: N803
        self._check(Key, "PutObject")
        self.objects[Bucket, Key] = Body.read()
        self.types[Key] = ContentType
        self.written.append(Key)

    def _check(self, key: str, operation: str) -> None:
        if key in self.denied:
            raise ClientError({"Error": {"Code": "AccessDenied"}}, operation)


class Bench:
    """The service with its stand-ins; `client` is a real one, whose requests end in the API."""

    def __init__(self, *, at_once: int = 4) -> None:
        self.clock, self.encoder, self.buckets = Clock(), Encoder(), Buckets()
        self.events: list[Event] = []
        self.wrong: list[str] = []
        self.service = MediaConvert(
            place=Place(account="123456789012", region="eu-west-1"),
            announce=self.events.append,
            open_storage=self._open,
            encode=self.encoder,
            review=lambda _: self.wrong,
            at_once=at_once,
            clock=self.clock,
        )
        self.client = self._client(Api(self.service))

    def _open(self, _job: Job, cancelled: threading.Event) -> Storage:
        return Storage(self.buckets, cancelled)

    @staticmethod
    def _client(api: Api) -> Any:
        client: Any = boto3.client(
            "mediaconvert",
            region_name="eu-west-1",
            aws_access_key_id="key",
            aws_secret_access_key="secret",
            config=Config(retries={"max_attempts": 0}),
        )

        def answer(request: AWSPreparedRequest, **_: Any) -> Any:
            url = urlsplit(str(request.url))
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            body = request.body if isinstance(request.body, bytes) else b""
            status, result = api.handle(str(request.method), url.path, query, body)
            headers = HTTPHeaders.from_dict({"x-amzn-ErrorType": result.get("code", "")})
            return AWSResponse(str(request.url), status, headers, _Raw(json.dumps(result)))

        client.meta.events.register("before-send.mediaconvert.*", answer)
        return client

    def create(self, **changes: Any) -> str:
        return str(self.client.create_job(**{**JOB, **changes})["Job"]["Id"])

    def job(self, job_id: str) -> dict[str, Any]:
        return dict(self.client.get_job(Id=job_id)["Job"])

    def status(self, job_id: str) -> str:
        return str(self.job(job_id)["Status"])

    def ended(self, job_id: str) -> dict[str, Any]:
        """The job once its status is a final one."""
        until(lambda: self.status(job_id) not in {"SUBMITTED", "PROGRESSING"})
        return self.job(job_id)

    @property
    def details(self) -> list[dict[str, Any]]:
        return [event.detail for event in self.events]

    @property
    def statuses(self) -> list[str]:
        return [detail["status"] for detail in self.details]


class _Raw(BytesIO):
    def __init__(self, text: str) -> None:
        super().__init__(text.encode())

    def stream(self, **_: Any) -> Any:
        while chunk := self.read():
            yield chunk


def until(condition: Callable[[], Any], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.005)
