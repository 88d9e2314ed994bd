"""The session in which a job works: its role, assumed by MediaConvert."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import boto3
from ministack.core import iam_evaluator
from ministack.core.responses import request_scope
from ministack.services import iam, sts

from local.emulator.client import S3_CONFIG
from local.emulator.corrections.mediaconvert_rights import PRINCIPAL
from local.mediaconvert.errors import ROLE_MISSING, ROLE_NOT_TRUSTED, JobFailed
from local.mediaconvert.job import Job
from local.mediaconvert.storage import Storage
from local.settings import ACCOUNT, REGION

SESSION_SECONDS = 12 * 3600

_making = threading.Lock()  # sessions are no thread's own


class Credentials(NamedTuple):
    key: str
    secret: str
    token: str


def open_storage(job: Job, cancelled: threading.Event) -> Storage:
    """S3 with what the job's role may do. Raises JobFailed when it can't be assumed."""
    with request_scope(ACCOUNT, REGION):
        credentials = _assume(job)
    return Storage(_s3(credentials), cancelled)


def _s3(credentials: Credentials) -> Any:
    with _making:
        return _session().client(
            "s3",
            endpoint_url=os.environ["AWS_ENDPOINT_URL"],
            region_name=REGION,
            config=S3_CONFIG,
            aws_access_key_id=credentials.key,
            aws_secret_access_key=credentials.secret,
            aws_session_token=credentials.token,
        )


@cache
def _session() -> boto3.session.Session:
    """Keeps the parsed model of S3, which takes longer to read than a short clip to copy."""
    return boto3.session.Session()


def _assume(job: Job) -> Credentials:
    """A session of the role, as STS gives to the service that the role trusts."""
    why = f"Unable to open input file [{job.input_files[0]}]: [Failed to read data: {{}}]"
    name = job.role.rpartition("/")[2]
    role = iam._roles.get(name)
    if role is None or role["Arn"] != job.role:
        raise JobFailed(ROLE_MISSING, why.format(f"The role {job.role} does not exist"))
    if not _trusts(role, job):
        raise JobFailed(ROLE_NOT_TRUSTED, why.format("AssumeRole failed"))
    given = Credentials(iam._gen_session_access_key(), iam._gen_secret(), iam._gen_session_token())
    name = f"{name}/EmeSession_{job.id}"
    session = {
        "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{name}",
        "UserId": f"{role['RoleId']}:EmeSession_{job.id}",
        "SecretAccessKey": given.secret,
        "SessionToken": given.token,
        "Expiration": time.time() + SESSION_SECONDS,
        "AccountId": ACCOUNT,
        "PrincipalType": "AssumedRole",
    }
    sts.register_session(given.key, session)
    return given


def _trusts(role: Mapping[str, Any], job: Job) -> bool:
    """Whether MediaConvert may assume the role for this job."""
    context = iam_evaluator.EvalContext(
        principal_arn=PRINCIPAL,
        principal_type="Service",
        principal_account=ACCOUNT,
        action="sts:AssumeRole",
        resource_arn=role["Arn"],
        region=REGION,
        service_context={"aws:sourceaccount": ACCOUNT, "aws:sourcearn": job.arn},
    )
    trust = role["AssumeRolePolicyDocument"]
    decided = iam_evaluator.evaluate_resource_policy(trust, context, service=PRINCIPAL)
    return bool(decided.decision == "Allow")
