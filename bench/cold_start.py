"""What a cold start costs: import of a handler until it could do its work, in a fresh interpreter.

That is the import, the service that its factory makes, and the AWS clients of an ordinary call. The
peer is the least that any function with S3 has. Neither includes the interpreter's own start.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench.measure import Row, compared, paired

ROOT = Path(__file__).parents[1]
ROUNDS = 7

PEER = "import boto3; boto3.client('s3')"
BACKGROUND = 2.0


@dataclass(frozen=True)
class ColdStart:
    """A handler's factory, the clients that its calls need, and how it may compare to the peer."""

    factory: str
    clients: tuple[str, ...]
    goal: float = BACKGROUND

    def program(self, name: str) -> str:
        steps = [
            f"from {name} import handler",
            "from spool.aws import clients",
            f"handler.{self.factory}()",
            *(f"clients.{client}()" for client in self.clients),
        ]
        return "; ".join(steps)


FUNCTIONS: Mapping[str, ColdStart] = {
    "img_resize": ColdStart("server", ("s3",), goal=1.3),
    "optimize_variant": ColdStart("optimizer", ("s3",)),
    "presign_upload": ColdStart("presigning", ("dynamodb",), goal=1.6),
    "manage_upload": ColdStart("manager", ("dynamodb", "s3")),
    "manage_versions": ColdStart("desk", ("dynamodb", "s3")),
    "manage_comments": ColdStart("desk", ("dynamodb",)),
    "read_usage": ColdStart("desk", ("dynamodb",)),
    "expire_uploads": ColdStart("sweep", ("dynamodb", "s3")),
    "read_assets": ColdStart("listing", ("dynamodb",)),
    "manage_assets": ColdStart("manager", ("dynamodb",)),
    "on_object_created": ColdStart("intake", ("dynamodb", "stepfunctions")),
    "inspect_original": ColdStart("inspector", ("dynamodb", "s3")),
    "metadata_extract": ColdStart("extractor", ("dynamodb", "s3")),
    "image_variants": ColdStart("renderer", ("s3",)),
    "probe_video": ColdStart("prober", ("dynamodb", "s3")),
    "submit_mediaconvert": ColdStart("submitter", ("dynamodb", "s3", "mediaconvert")),
    "wait_mediaconvert": ColdStart("waiter", ("dynamodb", "s3")),
    "on_mediaconvert_event": ColdStart("listener", ("dynamodb",)),
    "collect_outputs": ColdStart("collector", ("s3",)),
    "video_stills": ColdStart("still_maker", ("dynamodb", "s3")),
    "manage_jobs": ColdStart("desk", ("dynamodb", "stepfunctions")),
    "record_jobs": ColdStart("recorder", ("dynamodb",)),
    "manage_reprocessings": ColdStart("desk", ("dynamodb", "sqs")),
    "reprocess_assets": ColdStart("worker", ("dynamodb", "sqs")),
    "manage_webhooks": ColdStart("desk", ("dynamodb",)),
    "fan_out_webhooks": ColdStart("fan_out", ("dynamodb", "sqs")),
    "deliver_webhook": ColdStart("deliverer", ("dynamodb", "sqs")),
    "on_object_deleted": ColdStart("removals", ("dynamodb", "s3")),
    "authorize_live": ColdStart("gate", ("dynamodb",)),
    "issue_ticket": ColdStart("desk", ("dynamodb",)),
    "manage_live": ColdStart("board", ("dynamodb",)),
    "push_live": ColdStart("pusher", ("dynamodb",)),
    "grant_access": ColdStart("services", ("dynamodb", "secretsmanager")),
    "manage_downloads": ColdStart("desk", ("dynamodb", "s3", "sqs")),
    "describe_api": ColdStart("doctor", ()),
    "zip_download": ColdStart("zipper", ("dynamodb", "s3")),
    "write_manifest": ColdStart("publisher", ("dynamodb", "s3")),
    "notify_status": ColdStart("newsroom", ("events",)),
    "reconcile_delivery": ColdStart("reconciler", ("dynamodb", "s3", "cloudfront", "sqs")),
}

ENVIRONMENT = {
    "PYTHONPATH": f"{ROOT / 'lambdas'}{os.pathsep}{ROOT / 'layers' / 'spool' / 'python'}",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "bench",
    "AWS_SECRET_ACCESS_KEY": "bench",
    "POWERTOOLS_SERVICE_NAME": "bench",
    "TABLE_NAME": "bench",
    "ORIGINALS_BUCKET": "bench",
    "RENDITIONS_BUCKET": "bench",
    "VARIANTS_BUCKET": "bench",
    "DEMAND_TABLE": "bench",
    "ENCODES_QUEUE_URL": "bench",
    "WIDTHS": "320,640",
    "VARIANTS_LIMIT": "1",
    "VARIANTS_EXPIRY_DAYS": "1",
    "STATE_MACHINE_ARN": "bench",
    "LIVE_ENDPOINT": "https://bench.example/live",
    "INTAKE_QUEUE_URL": "bench",
    "RECONCILIATION_QUEUE_URL": "bench",
    "JOB_RETENTION_DAYS": "1",
    "WEBHOOKS_QUEUE_URL": "bench",
    "DEAD_LETTERS_URL": "bench",
    "EVENT_BUS_NAME": "bench",
    "DISTRIBUTION_ID": "bench",
    "CDN_URL": "https://bench.example",
    "URL_EXPIRY": "900",
    "UPLOAD_EXPIRY_DAYS": "7",
    "ORG_BYTES_LIMIT": "1",
    "ORG_ASSETS_LIMIT": "1",
    "IMAGE_BYTES_LIMIT": "1",
    "PIXEL_LIMIT": "1",
    "DECODER_BYTES_LIMIT": "1",
    "VIDEO_BYTES_LIMIT": "1",
    "VIDEO_PIXEL_LIMIT": "1",
    "VIDEO_DURATION_LIMIT": "1",
    "VIDEO_AUDIO_REQUIRED": "false",
    "MEDIACONVERT_QUEUE": "bench",
    "MEDIACONVERT_ROLE": "bench",
    "UHD_RUNG": "false",
    "LARGE_MIP": "false",
    "PRIVATE_CONTENT": "false",
    "PRIVATE_PROJECTS": "",
    "PUBLIC_KEYS": "{}",
    "SIGNING_SECRET": "bench",
    "CURSOR_SECRET": "bench",
    "ACCESS_EXPIRY": "3600",
    "QUEUE_URL": "bench",
    "DOWNLOAD_BYTES_LIMIT": "1",
}


def measure() -> list[Row]:
    _seconds(PEER)  # the first run of all reads the disk
    rows = []
    for name, start in FUNCTIONS.items():
        program = start.program(name)
        ours, peer = paired(partial(_seconds, program), partial(_seconds, PEER), rounds=ROUNDS)
        rows.append(
            compared(
                f"cold start of {name}",
                "s",
                ours,
                peer,
                peer_name="boto3 + S3 client",
                goal=start.goal,
            )
        )
    return rows


def _seconds(program: str) -> float:
    """How long `program` takes in a fresh interpreter, by its own clock."""
    timed = f"from time import perf_counter as t; s = t(); {program}; print(t() - s)"
    done = subprocess.run(
        [sys.executable, "-c", timed],
        env={"PATH": os.environ["PATH"], **ENVIRONMENT},
        stdout=subprocess.PIPE,
        check=True,
    )
    return float(done.stdout)


if __name__ == "__main__":
    for row in measure():
        met = "met" if row["met"] else "MISSED"
        print(f"{row['name']:36} {row['ours']:.3f} s  {row['ratio']:.2f}x  {met}")
