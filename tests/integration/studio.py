"""The video functions one by one, as the state machine calls them, on a film that is there."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

from local.cloud import Cloud
from tests.clips import clip
from tests.integration.bucket import Bucket
from tests.integration.doubles import Double
from tests.integration.frontend import Frontend
from tests.integration.functions import Functions
from tests.integration.records import ASSET, Records

SECONDS = 7  # two segments
PATIENCE = 60.0

Run = Mapping[str, Any]


def timestamp(*, hours: float = 0) -> str:
    """As records have it, so many hours from now."""
    moment = datetime.now(UTC) + timedelta(hours=hours)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Studio(Functions):
    """Everything that a run of a video needs, without the run."""

    def __init__(self, cloud: Cloud, frontend: Frontend) -> None:
        super().__init__(cloud)
        self._cloud, self._frontend = cloud, frontend
        self._records, self._renditions = Records(cloud), Bucket(cloud, "RenditionsBucket")
        self._s3 = cloud.client("s3")

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
    def without_original(self) -> Iterator[None]:
        """While the film's key holds nothing."""
        where = {"Bucket": self._cloud.outputs["OriginalsBucket"], "Key": self.film["originalKey"]}
        marker = self._s3.delete_object(**where)["VersionId"]
        try:
            yield
        finally:
            self._s3.delete_object(**where, VersionId=marker)

    def begun(self, **changes: Any) -> dict[str, Any]:
        """The input of a retry of the film that has come as far as its submission."""
        film = self.asset
        attempt = film["attempt"] + 1
        self._change(attempt=attempt, status="processing", rev=film["rev"] + 1)
        return {**self.run(film, attempt=attempt, **changes), "source": self.source}

    def double(self, **changes: Any) -> Double:
        return Double(self._cloud, self.film, **changes)

    def note(self, run: Run, **record: Any) -> None:
        """Change the record of the run's job, or make it."""
        self._records.set(self.film["id"], _job(run), record)

    def record(self, run: Run) -> dict[str, Any]:
        return self._records.get(self.film["id"], _job(run))

    def until_over(self, run: Run) -> None:
        """Until an event has said that the run's job is over."""
        deadline = time.monotonic() + PATIENCE
        while self.record(run)["status"] not in {"COMPLETE", "ERROR", "CANCELED"}:
            assert time.monotonic() < deadline, "no event came"
            time.sleep(0.05)

    @cached_property
    def private(self) -> str:
        """A tag of private things, under which all is there that a job makes of the film."""
        tag = self._copied("p0123456789ab")
        self.invoke("probe_video", self.run(self.film, tag=tag))
        return tag

    @cached_property
    def spoiled(self) -> str:
        """A tag under which the film's streams lie, with noise for their last segments."""
        return self._copied("0123456789ab", noise=True)

    @cached_property
    def spoiled_private(self) -> str:
        return self._copied("pba9876543210", noise=True)

    def _copied(self, tag: str, *, noise: bool = False) -> str:
        """`tag`, under which the film's streams and captures lie too."""
        path, privacy = f"default/tests/{self.film['id']}", "p/" if tag.startswith("p") else ""
        former = self.film["tag"]
        for place, copies in (
            (f"renditions/{path}/{former}/stream", f"{privacy}renditions"),
            (f"captures/{path}/{former}", "captures"),
        ):
            for key in self._renditions.keys(f"{place}/"):
                body = self._renditions.get(key)
                if noise and key.endswith("_000000002.cmfv"):
                    body = bytes(999)
                rest = key.partition("/")[2].replace(former, tag)
                self._renditions.put(f"{copies}/{rest}", body)
        return tag

    def _change(self, **values: Any) -> None:
        self._records.set(self.film["id"], ASSET, values)


def _job(run: Run) -> str:
    return f"TRANSCODE#{run['versionId']}#{run['attempt']}"
