"""MiniStack knows no permission of MediaConvert's, and lets anybody hand over any role.

Which action needs which resource:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_mediaconvert.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ministack.core import iam_actions, iam_evaluator
from ministack.core.router import extract_access_key_id, extract_region

from local.mediaconvert.queues import DEFAULT

NAME = "mediaconvert"
PRINCIPAL = "mediaconvert.amazonaws.com"

_ROOT = "/2017-08-29/"
_JOBS = f"{_ROOT}jobs"


def apply() -> None:
    iam_actions.SERVICE_TO_IAM_NAMESPACE[NAME] = NAME
    iam_actions._BOTOCORE_SERVICE_MAP[NAME] = [NAME]
    extract = iam_actions.extract_resource_arn

    def extract_with_mediaconvert(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: Mapping[str, Any],
        region: str,
        account_id: str,
    ) -> Any:
        if service == NAME:
            resource = _resource(method, path, body, query_params)
            return _arn(resource, region, account_id)
        return extract(service, method, path, headers, body, query_params, region, account_id)

    iam_actions.extract_resource_arn = extract_with_mediaconvert


def _arn(resource: str, region: str, account_id: str) -> str:
    """`resource` may be an ARN, as queues are named by either."""
    if resource == "*" or resource.startswith("arn:"):
        return resource
    return f"arn:aws:mediaconvert:{region}:{account_id}:{resource}"


def _resource(method: str, path: str, body: bytes, query: Mapping[str, Any]) -> str:
    """What the call is about, as the end of its ARN; `*` for actions that know no resource."""
    kind, _, name = path.removeprefix(_ROOT).partition("/")
    if kind == "tags":
        return unquote(name) or _field(body, "arn")
    if name:
        return f"{kind}/{unquote(name)}"
    if (method, kind) == ("POST", "jobs"):
        return _queue(_field(body, "queue") or DEFAULT)
    if kind in {"jobs", "search"}:
        return _queue(query.get("queue", ["*"])[0])
    return "*"


def _queue(reference: str) -> str:
    return reference if reference.startswith("arn:") else f"queues/{reference}"


def _field(body: bytes, name: str) -> str:
    return str(iam_actions._safe_json_field(body, name))


def refused_role(
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    query_params: Mapping[str, Any],
) -> tuple[int, dict[str, str], bytes] | None:
    """The answer to a CreateJob whose caller may not pass the job's role; None when it may."""
    role = _field(body, "role") if (method, path) == ("POST", _JOBS) else ""
    if not role:
        return None
    denied = iam_evaluator.enforce(
        extract_access_key_id(headers, query_params),
        "iam:PassRole",
        "iam",
        extract_region(headers, query_params),
        resource_arn=role,
        service_context={"iam:PassedToService": PRINCIPAL},
    )
    if denied is None:
        return None
    answer: tuple[int, dict[str, str], bytes] = iam_actions.access_denied_response(
        NAME,
        "iam:PassRole",
        denied.principal_arn,
        "",
        message=iam_actions.identity_denial_message(
            "iam:PassRole", denied.principal_arn, role, denied.decision == "Deny"
        ),
        headers=headers,
    )
    return answer
