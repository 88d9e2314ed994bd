"""The video functions one by one, as the state machine calls them, on a film that is there."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from local.cloud import Cloud
from tests.clips import clip
from tests.integration.frontend import Frontend

SECONDS = 7  # two segments
PATIENCE = 60.0

Run = Mapping[str, Any]


def timestamp(*, hours: float = 0) -> str:
    """As records have it, so many hours from now."""
    moment = datetime.now(UTC) + timedelta(hours=hours)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class FunctionFailed(AssertionError):
    """A function raised; `error` is the class name by which the state machine knows it."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        super().__init__(f"{answer['errorType']}: {answer.get('errorMessage')}")
        self.error = answer["errorType"]


class Studio:
    """Everything that a run of a video needs, without the run."""

    def __init__(self, cloud: Cloud, frontend: Frontend) -> None:
        self._cloud, self._frontend = cloud, frontend
        self._lambda, self._table, self._s3 = (
            cloud.client("lambda"),
            cloud.client("dynamodb"),
            cloud.client("s3"),
        )

    @cached_property
    def film(self) -> dict[str, Any]:
        data = clip(320, 180, SECONDS)
        media_id = self._frontend.upload(data, filename="film.mp4", contentType="video/mp4")
        asset = self._frontend.wait(media_id, patience=PATIENCE)
        assert asset["status"] == "ready", asset["error"]
        return asset

    @cached_property
    def source(self) -> dict[str, Any]:
        return dict(self.invoke("probe_video", self.run(self.film)))

    def run(self, asset: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
        """The input of an execution for the asset's newest version."""
        same = ("versionId", "orgId", "projectId", "tag", "attempt")
        return {
            **{name: asset[name] for name in same},
            "bucket": self._cloud.outputs["OriginalsBucket"],
            "key": asset["originalKey"],
            "sequencer": "00",
            "size": asset["bytes"],
            "mediaId": asset["id"],
            "correlationId": "studio",
            "inspection": {
                "family": "video",
                "contentType": "video/mp4",
                "bytes": asset["bytes"],
                "warnings": [],
            },
            **changes,
        }

    @property
    def asset(self) -> dict[str, Any]:
        """The film's record as it is by now."""
        return self._frontend.asset(self.film["id"])

    @contextmanager
    def newest(self, version_id: str) -> Iterator[None]:
        """While another version is the film's newest."""
        film = self.asset
        self._set("ASSET", {"versionId": version_id, "status": "processing"})
        try:
            yield
        finally:
            self._set("ASSET", {"versionId": film["versionId"], "status": film["status"]})

    @contextmanager
    def without_original(self) -> Iterator[None]:
        """While the film's key holds nothing."""
        where = {"Bucket": self._cloud.outputs["OriginalsBucket"], "Key": self.film["originalKey"]}
        marker = self._s3.delete_object(**where)["VersionId"]
        try:
            yield
        finally:
            self._s3.delete_object(**where, VersionId=marker)

    def begun(self) -> dict[str, Any]:
        """The input of a retry of the film that has come as far as its submission."""
        film = self.asset
        attempt = film["attempt"] + 1
        self._set("ASSET", {"attempt": attempt, "status": "processing", "rev": film["rev"] + 1})
        return {**self.run(film, attempt=attempt), "source": self.source}

    def note(self, run: Run, **record: Any) -> None:
        """Change the record of the run's job, or make it."""
        self._set(f"TRANSCODE#{run['versionId']}#{run['attempt']}", record)

    def record(self, run: Run) -> dict[str, Any]:
        key = self._key(f"TRANSCODE#{run['versionId']}#{run['attempt']}")
        item = self._table.get_item(TableName=self._name, Key=key)["Item"]
        return {name: next(iter(value.values())) for name, value in item.items()}

    def until_over(self, run: Run) -> None:
        """Until an event has said that the run's job is over."""
        deadline = time.monotonic() + PATIENCE
        while self.record(run)["status"] not in {"COMPLETE", "ERROR", "CANCELED"}:
            assert time.monotonic() < deadline, "no event came"
            time.sleep(0.05)

    def invoke(self, function: str, event: Mapping[str, Any]) -> Any:
        """What the function answers. Raises FunctionFailed."""
        payload = json.dumps(event)
        answer = self._lambda.invoke(FunctionName=self._names[function], Payload=payload)
        result = json.load(answer["Payload"])
        if "FunctionError" in answer:
            raise FunctionFailed(result)
        return result

    def refused(self, function: str, event: Mapping[str, Any]) -> str:
        """The error that the function raises, by name."""
        try:
            answer = self.invoke(function, event)
        except FunctionFailed as failed:
            return str(failed.error)
        raise AssertionError(f"{function} answered {answer}")

    def spoiled(self) -> str:
        """A tag under which the film's streams lie, with noise for their last segments."""
        bucket, tag = self._cloud.outputs["RenditionsBucket"], "0123456789ab"
        prefix = f"renditions/default/tests/{self.film['id']}"
        found = self._s3.list_objects_v2(
            Bucket=bucket, Prefix=f"{prefix}/{self.film['tag']}/stream"
        )
        for key in (one["Key"] for one in found["Contents"]):
            body = self._s3.get_object(Bucket=bucket, Key=key)["Body"].read()
            noise = key.endswith("_000000002.cmfv")
            copy = key.replace(self.film["tag"], tag)
            self._s3.put_object(Bucket=bucket, Key=copy, Body=bytes(999) if noise else body)
        return tag

    def _set(self, sort: str, values: Mapping[str, Any]) -> None:
        kinds = {str: "S", int: "N", bool: "BOOL"}
        self._table.update_item(
            TableName=self._name,
            Key=self._key(sort),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in values),
            ExpressionAttributeNames={f"#{name}": name for name in values},
            ExpressionAttributeValues={
                f":{name}": {kinds[type(value)]: str(value) if type(value) is int else value}
                for name, value in values.items()
            },
        )

    def _key(self, sort: str) -> dict[str, Any]:
        return {"pk": {"S": f"ASSET#default#{self.film['id']}"}, "sk": {"S": sort}}

    @property
    def _name(self) -> str:
        return self._cloud.outputs["TableName"]

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Functions' names in the cloud by their folders'."""
        functions = self._lambda.list_functions()["Functions"]
        return {f["Handler"].partition(".")[0]: f["FunctionName"] for f in functions}
