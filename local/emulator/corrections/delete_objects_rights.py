"""DeleteObjects deletes what the caller may delete and names the rest under `Errors`, with 200.

MiniStack refuses the whole request with 403, so that code which never looks at `Errors` would fail
here and lose the refusal on AWS. Documented at
https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.core.router import extract_access_key_id, extract_region
from ministack.services import s3

Answer = tuple[int, dict[str, str], bytes]
Target = tuple[str, str]  # the object's ARN, and its version or nothing


def apply() -> None:
    extract, delete = iam_actions.extract_iam_action, s3._delete_objects

    def extract_but_of_a_batch(
        service: str,
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: Mapping[str, Any],
    ) -> Any:
        if (service, method) == ("s3", "POST") and "delete" in query_params:
            return None  # only who asks is checked then, and each key below
        return extract(service, method, path, headers, body, query_params)

    def delete_what_is_allowed(bucket: str, body: bytes, headers: dict[str, str]) -> Answer:
        targets: list[Target] = iam_actions._s3_batch_delete_targets(bucket, body)
        refused = {target for target in targets if _refused(*target, headers)}
        if not refused:
            return delete(bucket, body, headers)  # type: ignore[no-any-return]  # untyped
        wanted = s3.fromstring(body)
        errors = [
            entry for entry in wanted.findall("{*}Object") if _target(bucket, entry) in refused
        ]
        for entry in errors:
            wanted.remove(entry)
        return _with(errors, delete(bucket, s3.tostring(wanted), headers))

    iam_actions.extract_iam_action = extract_but_of_a_batch
    s3._delete_objects = delete_what_is_allowed


def _target(bucket: str, entry: Any) -> Target:
    key, version = entry.findtext("{*}Key"), entry.findtext("{*}VersionId")
    return f"arn:aws:s3:::{bucket}/{key}", version or ""


def _refused(arn: str, version: str, headers: dict[str, str]) -> bool:
    denied = iam_evaluator.enforce(
        extract_access_key_id(headers),
        "s3:DeleteObjectVersion" if version else "s3:DeleteObject",
        "s3",
        extract_region(headers),
        resource_arn=arn,
    )
    return denied is not None


def _with(errors: list[Any], answer: Answer) -> Answer:
    status, headers, body = answer
    result = s3.fromstring(body)
    for entry in errors:
        error = s3.SubElement(result, f"{{{s3.S3_NS}}}Error")
        error.extend(entry)
        for name, text in (("Code", "AccessDenied"), ("Message", "Access Denied")):
            s3.SubElement(error, f"{{{s3.S3_NS}}}{name}").text = text
    return status, headers, s3._xml_body(result)
