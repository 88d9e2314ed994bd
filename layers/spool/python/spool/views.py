"""What the API answers, as its OpenAPI document says it.

Services answer with plain dicts, and nothing here runs in production: routes name these models, the
document is made of them, and the tests hold every answer to it. Where a member has a default it may
be missing from the answer.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from spool.errors import AssetErrorCode
from spool.formats import Family
from spool.model import Status
from spool.services.download_records import DownloadStatus
from spool.services.health import HealthStatus

Timestamp = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Cursor = Annotated[str | None, Field(description="Of the next page; null at the end.")]
Url = Annotated[str, Field(json_schema_extra={"format": "uri"})]
Count = Annotated[int, Field(ge=0)]


class View(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class CompletedUpload(View):
    """The upload became an object, and is on its way through the pipeline."""

    bucket: str
    key: str
    media_id: str


class UploadedPart(View):
    """`size` in bytes."""

    part_number: Annotated[int, Field(ge=1)]
    etag: str
    size: Count


class PartPage(View):
    """Parts that have arrived, by their numbers. `partSize` is what each but the last should have,
    null where it isn't known any more."""

    items: list[UploadedPart]
    cursor: Cursor
    part_size: Count | None


class RenewedUrls(View):
    """In the order in which they were asked for."""

    presigned_urls: list[Url]
    expires_at: Timestamp


class AssetFailure(View):
    """Why an asset failed: a stable code, a sentence to show, and the stage that found it."""

    code: AssetErrorCode
    message: str
    stage: str
    at: Timestamp


class Scan(View):
    """Of the malware scanner."""

    status: str


class AssetSummary(View):
    """An asset, but for what is long. `tag` and all that was made under it are those of the last
    version that became ready, `versionId` and `attempt` those of the newest."""

    id: str
    org_id: str
    project_id: str
    filename: str
    original_key: str
    status: Status
    uploaded_at: Timestamp
    rev: int
    attempt: int
    version_id: str | None
    version_number: int
    tag: str | None
    private: bool
    type: Family | None
    content_type: str | None
    bytes: Count | None
    sha256: str | None
    width: int | None
    height: int | None
    frames: int | None
    has_alpha: bool | None
    duration: Annotated[float | None, Field(description="Seconds.")]
    container: str | None
    bit_rate: Annotated[int | None, Field(description="Bits per second, of the whole file.")]
    recorded_at: Timestamp | None
    video: dict[str, Any]
    audio: dict[str, Any]
    blurhash: str | None
    perceptual_hash: str | None
    dominant_color: str | None
    icc_profile: str | None
    processed: Annotated[
        dict[str, str | bool], Field(description="URLs of what was made, by what it is.")
    ]
    error: AssetFailure | None
    warnings: list[str]
    queued_at: Annotated[Timestamp | None, Field(description="Of its newest job.")]
    started_at: Annotated[Timestamp | None, Field(description="Of its newest job.")]
    edition: Annotated[int, Field(description="How often it was published and then made anew.")]
    processed_at: Timestamp | None


class AssetView(AssetSummary):
    """An asset. `tag` and all that was made under it are those of the last version that became
    ready, `versionId` and `attempt` those of the newest."""

    scan: Scan
    palette: list[str]
    exif: dict[str, Any]


class Progress(View):
    percent: Annotated[int, Field(ge=0, le=100)]


class AssetDetail(AssetView):
    """An asset; while it is transcoded, also how far that is, and its job."""

    progress: Progress | None = None
    job_id: str | None = None


class AssetPage(View):
    """Newest upload first. A page may hold fewer than `limit`."""

    items: list[AssetView]
    cursor: Cursor


class Duplicate(View):
    """`exact` has the same bytes; of `near` the perceptual hash differs in `distance` bits."""

    match: Literal["exact", "near"]
    distance: Annotated[int | None, Field(ge=0, le=64, description="Null without two hashes.")]
    asset: AssetView


class DuplicatesView(View):
    """Exact ones first, then the nearest, then the newest. `truncated` says that there may be more.
    Where `indexed` is false the asset has no picture, or a flat one, which is never near."""

    items: list[Duplicate]
    truncated: bool
    indexed: bool


class PresignedUpload(View):
    """Where and how to upload. `headers` is what each PUT must send beside its body's length. A
    single PUT has neither `uploadId` nor `partSize`; a multipart upload of more than 1,000 parts
    gets the URLs of the first 1,000 here. Where the file is there already, as `duplicateOf`, which
    `key` and `mediaId` then name, there are none, and nothing is to be uploaded."""

    bucket: str
    key: str
    media_id: str
    upload_id: str | None
    part_size: Count | None
    expires_at: Timestamp
    headers: dict[str, str]
    presigned_urls: list[Url]
    duplicate_of: AssetView | None


class VersionView(View):
    """One version of an original; `versionNumber` counts from 1."""

    version_id: str
    version_number: int
    bytes: Count
    filename: str
    arrived_at: Timestamp
    newest: bool


class VersionPage(View):
    """The newest first."""

    items: list[VersionView]
    cursor: Cursor


class CommentAuthor(View):
    """`name` is the one that the member had when it wrote."""

    id: str
    name: str


class CommentView(View):
    """A comment; `parentId` is the one that it answers, null for a thread's first. One that was
    deleted stays in its thread without author and text."""

    id: str
    media_id: str
    parent_id: str | None
    author: CommentAuthor | None
    text: str | None
    at: Annotated[float | None, Field(description="Seconds on the asset's timeline.")]
    version_number: Annotated[
        int, Field(description="The asset's newest version when this was written.")
    ]
    created_at: Timestamp
    edited_at: Timestamp | None
    deleted_at: Timestamp | None


class CommentPage(View):
    """Threads by time, each with its replies by time."""

    items: list[CommentView]
    cursor: Cursor


class BytesUsage(View):
    """`reserved` for uploads on their way; `stored` and `reserved` together are at most `limit`."""

    stored: int
    reserved: int
    limit: int


class AssetsUsage(View):
    count: int
    limit: int


class DayUsageView(View):
    """What one day (UTC) brought and took."""

    date: Annotated[str, Field(json_schema_extra={"format": "date"})]
    versions: int
    added_bytes: int
    removed_bytes: int
    added_assets: int
    removed_assets: int


class UsageView(View):
    """What the organisation holds and may hold; days on which nothing changed are left out."""

    org_id: str
    bytes: BytesUsage
    assets: AssetsUsage
    days: list[DayUsageView]


class Grant(View):
    """Opens every URL that `resource` covers: by its query, or by its cookies under `path`."""

    resource: str
    query: str
    cookies: dict[str, str]
    path: str


class AccessView(View):
    """`urls` are the asset's `processed`, signed."""

    expires_at: Timestamp
    grants: list[Grant]
    urls: dict[str, str | bool]


class DownloadFailure(View):
    code: AssetErrorCode
    message: str


class DownloadView(View):
    """A zip: how many files of how many bytes; `url` once it is ready, `error` if it failed."""

    id: str
    status: DownloadStatus
    files: Count
    bytes: Count
    url: Url | None = None
    expires_at: Timestamp | None = None
    error: DownloadFailure | None = None


class Problem(View):
    """RFC 9457. `code` is stable and for programs, `detail` a sentence to show; `instance` is what
    to name to an operator."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str


class GatewayMessage(View):
    """What API Gateway says where it refuses a request itself."""

    message: str


class DependencyHealth(View):
    """`millis` is how long it took to say so."""

    name: str
    status: HealthStatus
    millis: Count


class HealthView(View):
    """`ill` as soon as one dependency is."""

    status: HealthStatus
    dependencies: list[DependencyHealth]


class TicketView(View):
    """`{url}?ticket={ticket}` is where to connect, once, until `expiresAt`."""

    ticket: str
    expires_at: Timestamp
    url: Annotated[str, Field(json_schema_extra={"format": "uri"}, pattern="^wss?://")]
