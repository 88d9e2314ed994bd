"""What the event bus is told, as the schemas in `docs/events` say it.

Like `spool.views` it never runs in production: the schemas are made of these models, and the tests
hold every event to them. Where a member has a default it is missing from an event that has nothing
to say about it; it is never null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, Field
from pydantic.json_schema import SkipJsonSchema

from spool.events import ACCESS_CHANGED, PROGRESSED, STATUS_CHANGED, WEBHOOK_PAUSED
from spool.formats import Family
from spool.jobs import JobStatus
from spool.model import Status
from spool.views import AssetFailure, AssetSummary, Timestamp, View
from spool.webhook_views import WebhookView

Detail = TypeVar("Detail", bound=View)


class Event(BaseModel, Generic[Detail]):
    """An event as EventBridge delivers it: `id`, `account`, `time` and `region` are its own."""

    version: str
    id: Annotated[str, Field(description="What is told again has another.")]
    detail_type: Annotated[str, Field(alias="detail-type")]
    source: str
    account: str
    time: Timestamp
    region: str
    resources: list[str]
    detail: Detail


class RunNews(View):
    """A run of the pipeline, which clients know as the job `{mediaId}.{versionNumber}.{attempt}`.
    `rev` is the asset's as it was so."""

    org_id: str
    project_id: str
    media_id: str
    version_id: str
    version_number: int
    attempt: int
    status: JobStatus
    rev: int
    type: Family | None
    queued_at: Timestamp | None
    started_at: Timestamp | None
    ended_at: Timestamp | None
    error: AssetFailure | None


class JobChangeNews(View):
    """`job` went from `before` to what it is now, or is new where that is null; `overtaken` is the
    run that ended by it, having been `overtakenBefore`."""

    org_id: str
    media_id: str
    rev: int
    job: RunNews | None
    before: JobStatus | None
    overtaken: RunNews | None
    overtaken_before: JobStatus | None


class AssetNews(AssetSummary):
    """The asset as it has become, with what it was. `rev` rises with every change of it: news whose
    `rev` is not higher than the one known already is old."""

    previous_status: Annotated[Status | None, Field(description="Null for a new asset.")]
    previous_tag: Annotated[
        str | SkipJsonSchema[None], Field(description="Where another tag took its place.")
    ] = None
    previous_private: Annotated[
        bool | SkipJsonSchema[None], Field(description="Where that changed.")
    ] = None
    at: Annotated[Timestamp, Field(description="When the catalogue had it.")]


class AssetStatusNews(AssetNews):
    """An asset is new, moved to another status, or began another run. `jobChange` is there where a
    run began, moved on or ended."""

    job_change: JobChangeNews | SkipJsonSchema[None] = None


class AssetAccessNews(AssetNews):
    """`private` or `tag` changed while the status stayed: access is wanted otherwise, or what was
    made is where that wants it."""


class AssetProgressNews(View):
    """The transcoding of a video got further; its end is a change of the asset's status. Within one
    run (`versionId`, `attempt`) `percent` only rises: news of less is late."""

    id: str
    org_id: str
    project_id: str
    version_id: str
    attempt: int
    percent: Annotated[int, Field(ge=0, le=100)]
    at: Timestamp


class WebhookPausedNews(WebhookView):
    """A webhook that failed for a day, or said that it is gone, is called no more until its owner
    sets it going again. It may be told twice, with the same `rev`."""

    org_id: str
    rev: int
    at: Timestamp


DETAILS: Mapping[str, type[View]] = {
    STATUS_CHANGED: AssetStatusNews,
    ACCESS_CHANGED: AssetAccessNews,
    PROGRESSED: AssetProgressNews,
    WEBHOOK_PAUSED: WebhookPausedNews,
}
"""The detail of each event, by its detail type: what isn't here is not documented."""
