"""Handlers in their environment: the settings that a stack would give them, and moto behind."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pytest

from spool.aws import clients
from spool.aws.members import DynamoMembers
from spool.aws.routes import Routes
from spool.aws.runtime import Handler
from spool.identity import Member, Role
from tests.unit.conftest import ORIGINALS, RENDITIONS, VARIANTS, forget

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

FACTORIES = {
    "presign_upload": "presigning",
    "manage_upload": "manager",
    "manage_versions": "desk",
    "manage_comments": "desk",
    "read_usage": "desk",
    "expire_uploads": "sweep",
    "read_assets": "listing",
    "manage_assets": "manager",
    "on_object_created": "intake",
    "inspect_original": "inspector",
    "metadata_extract": "extractor",
    "image_variants": "renderer",
    "probe_video": "prober",
    "collect_outputs": "collector",
    "video_stills": "still_maker",
    "write_manifest": "publisher",
    "notify_status": "newsroom",
    "reconcile_delivery": "reconciler",
    "img_resize": "server",
    "optimize_variant": "optimizer",
    "submit_mediaconvert": "submitter",
    "wait_mediaconvert": "waiter",
    "on_mediaconvert_event": "listener",
    "manage_jobs": "desk",
    "record_jobs": "recorder",
    "manage_reprocessings": "desk",
    "reprocess_assets": "worker",
    "manage_webhooks": "desk",
    "fan_out_webhooks": "fan_out",
    "deliver_webhook": "deliverer",
    "on_object_deleted": "removals",
    "authorize_live": "gate",
    "issue_ticket": "desk",
    "manage_live": "board",
    "push_live": "pusher",
    "grant_access": "services",
    "manage_downloads": "desk",
    "zip_download": "zipper",
    "describe_api": "doctor",
}
IMAGE_BYTES_LIMIT = 24 << 20
VIDEO_BYTES_LIMIT = 48 << 20
ORG_BYTES_LIMIT = 500 << 20
DOWNLOAD_BYTES_LIMIT = 20 << 20
ENCODES = "encodes"
INTAKE = "intake"
LIVE_ENDPOINT = "https://live0.execute-api.eu-west-1.amazonaws.com/live"
WEBHOOKS = "webhooks"
MEDIACONVERT_QUEUE = "arn:aws:mediaconvert:eu-west-1:123456789012:queues/Spool"


ADMIN = Member(id="user-1", org_id="default", role=Role.ADMIN, name="admin@default.example")


def claims_of(member: Member) -> dict[str, str]:
    """Of the access token of `member`, as API Gateway passes them on."""
    return {"sub": member.id, "token_use": "access", "client_id": "client-1"}


class Functions:
    """Every handler by its name; what goes in and comes out travels as JSON, as on AWS."""

    def __init__(self, state_machine: str) -> None:
        self.state_machine = state_machine

    def invoke(self, name: str, event: Mapping[str, Any], context: object = None) -> dict[str, Any]:
        handler: Handler = import_module(f"{name}.handler").handler
        answer: dict[str, Any] = json.loads(
            json.dumps(handler(json.loads(json.dumps(event)), context))
        )
        return answer

    def http(
        self, name: str, route: str, claims: Mapping[str, str] | None = None, **event: Any
    ) -> tuple[int, Any, dict[str, str]]:
        """Status, body (parsed when JSON) and headers of one request, by ADMIN unless `claims` are
        another's."""
        request = {
            "version": "2.0",
            "routeKey": route,
            "headers": {},
            "requestContext": {
                "requestId": "request-1",
                "http": {"method": route.partition(" ")[0]},
                "authorizer": {"jwt": {"claims": claims_of(ADMIN) if claims is None else claims}},
            },
            "isBase64Encoded": False,
            **event,
        }
        answer = self.invoke(name, request)
        headers = answer["headers"]
        is_json = "json" in headers.get("content-type", "")
        return (
            answer["statusCode"],
            json.loads(answer["body"]) if is_json else answer["body"],
            headers,
        )


@pytest.fixture
def state_machine(aws: None) -> str:
    definition = {"StartAt": "end", "States": {"end": {"Type": "Succeed"}}}
    return clients.stepfunctions().create_state_machine(
        name="asset_pipeline",
        definition=json.dumps(definition),
        roleArn="arn:aws:iam::123456789012:role/any",
    )["stateMachineArn"]


@pytest.fixture
def functions(
    table: str,
    demand_table: str,
    s3: S3Client,
    state_machine: str,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Functions]:
    environment = {
        "TABLE_NAME": table,
        "ORIGINALS_BUCKET": ORIGINALS,
        "RENDITIONS_BUCKET": RENDITIONS,
        "VARIANTS_BUCKET": VARIANTS,
        "STATE_MACHINE_ARN": state_machine,
        "EVENT_BUS_NAME": "spool",
        "DISTRIBUTION_ID": "DISTRIBUTION1",
        "CDN_URL": "https://cdn.example",
        "URL_EXPIRY": "900",
        "UPLOAD_EXPIRY_DAYS": "7",
        "ORG_BYTES_LIMIT": str(ORG_BYTES_LIMIT),
        "ORG_ASSETS_LIMIT": "50",
        "IMAGE_BYTES_LIMIT": str(IMAGE_BYTES_LIMIT),
        "VIDEO_BYTES_LIMIT": str(VIDEO_BYTES_LIMIT),
        "VIDEO_PIXEL_LIMIT": "9437184",
        "VIDEO_DURATION_LIMIT": "14400",
        "VIDEO_AUDIO_REQUIRED": "false",
        "MEDIACONVERT_QUEUE": MEDIACONVERT_QUEUE,
        "MEDIACONVERT_ROLE": "arn:aws:iam::123456789012:role/transcoding",
        "UHD_RUNG": "false",
        "PIXEL_LIMIT": "100000000",
        "DECODER_BYTES_LIMIT": str(1 << 30),
        "LARGE_MIP": "false",
        "QUEUE_URL": clients.sqs().create_queue(QueueName="work")["QueueUrl"],
        "INTAKE_QUEUE_URL": clients.sqs().create_queue(QueueName=INTAKE)["QueueUrl"],
        "RECONCILIATION_QUEUE_URL": clients.sqs().create_queue(QueueName="look")["QueueUrl"],
        "WEBHOOKS_QUEUE_URL": clients.sqs().create_queue(QueueName=WEBHOOKS)["QueueUrl"],
        "DEAD_LETTERS_URL": clients.sqs().create_queue(QueueName="dead")["QueueUrl"],
        "JOB_RETENTION_DAYS": "90",
        "DOWNLOAD_BYTES_LIMIT": str(DOWNLOAD_BYTES_LIMIT),
        "DEMAND_TABLE": demand_table,
        "ENCODES_QUEUE_URL": clients.sqs().create_queue(QueueName=ENCODES)["QueueUrl"],
        "WIDTHS": "48,96,160,320,640",
        "VARIANTS_LIMIT": "3",
        "VARIANTS_EXPIRY_DAYS": "90",
        "PRIVATE_CONTENT": "true",
        "PRIVATE_PROJECTS": "default/vault",
        "PUBLIC_KEYS": "{}",
        "SIGNING_SECRET": "signing-key",
        "CURSOR_SECRET": "cursor-key",
        "ACCESS_EXPIRY": "86400",
        "LIVE_ENDPOINT": LIVE_ENDPOINT,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    clients.events().create_event_bus(Name="spool")
    clients.secretsmanager().create_secret(Name="cursor-key", SecretString="key of cursors")
    DynamoMembers(table=table).put(ADMIN)
    factories = [getattr(import_module(f"{n}.handler"), f) for n, f in FACTORIES.items()]
    tables: list[Routes] = [
        module.routes
        for name in FACTORIES
        if hasattr(module := import_module(f"{name}.handler"), "routes")
    ]
    forget(*factories)
    yield Functions(state_machine)
    forget(*factories)
    for one in tables:
        one.forget()
