"""To one of another organisation, what exists is as what doesn't: the same answers, and the same
calls of AWS behind them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from operate import openapi
from spool.aws import clients
from spool.aws.members import DynamoMembers
from spool.aws.objects import S3Objects
from spool.identity import Member, Role
from spool.keys import DownloadRef
from spool.services.download_records import Download
from tests.strangers import REQUESTS, WITH_CURSORS, Asked, Names, naming_routes
from tests.unit.conftest import RENDITIONS
from tests.unit.key_pairs import rsa_pair
from tests.unit.lambdas.conftest import ADMIN, Functions, claims_of
from tests.unit.lambdas.test_pipeline import upload
from tests.unit.lambdas.test_uploads import presign
from tests.unit.services.pipeline import picture

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

RIVAL = Member(id="rival-1", org_id="rival", role=Role.ADMIN, name="admin@rival.example")
FUNCTIONS = {r.key: r.work.__module__.partition(".")[0] for r in openapi.declared()}
DOWNLOAD = f"download_{'0123456789abcdef' * 2}"


@pytest.fixture
def names(functions: Functions, s3: S3Client, monkeypatch: pytest.MonkeyPatch) -> Names:
    """Of what `default` has: an asset with a version and a comment, a multipart upload that
    replaces it, a download, and more than a page of assets."""
    monkeypatch.setenv("PUBLIC_KEYS", json.dumps({"KOURS": rsa_pair().public}))
    clients.secretsmanager().create_secret(Name="signing-key", SecretString=rsa_pair().private)
    DynamoMembers(table="catalogue").put(RIVAL)
    wish = {"projectId": "walkers-project", "filename": "walkers.jpg"}
    run = upload(functions, s3, picture(size=(32, 24)), **wish)
    _, ticket, _ = presign(functions, mediaId="media_1", parts=2, **wish)
    Download([]).store(S3Objects(bucket=RENDITIONS), DownloadRef("default", DOWNLOAD))
    presign(functions, **wish)
    _, batch, _ = asked(
        functions, "POST /reprocessings", Asked(body={"projectId": wish["projectId"]}), ADMIN
    )
    remark = Asked(path={"id": "media_1"}, body={"text": "Brighter, please."})
    comment = asked(functions, "POST /assets/{id}/comments", remark, ADMIN)[1]
    listed = asked(
        functions, "GET /assets", Asked(query={"projectId": wish["projectId"], "limit": "1"}), ADMIN
    )
    hook = Asked(body={"url": "https://a.example/"})
    webhook = asked(functions, "POST /webhooks", hook, ADMIN)[1]
    return Names(
        media_id="media_1",
        version_id=run["versionId"],
        comment_id=comment["id"],
        project_id=wish["projectId"],
        filename=wish["filename"],
        upload_id=ticket["uploadId"],
        download_id=DOWNLOAD,
        reprocessing_id=batch["id"],
        webhook_id=webhook["id"],
        event_id=f"event_{28 * '0'}",
        cursor=listed[1]["cursor"],
        org_id="default",
    )


WISH = {"filename": "a.jpg", "contentType": "image/jpeg", "projectId": "p", "size": 1}


def asked(
    functions: Functions, route: str, request: Asked, member: Member
) -> tuple[int, Any, dict[str, str]]:
    return functions.http(
        FUNCTIONS[route],
        route,
        claims_of(member),
        pathParameters=dict(request.path),
        queryStringParameters=dict(request.query),
        body=None if request.body is None else json.dumps(request.body),
    )


@contextmanager
def recorded(calls: list[tuple[str, Any]]) -> Iterator[None]:
    """Every call of DynamoDB, S3 and SQS goes to `calls`, with its parameters."""
    events = [client().meta.events for client in (clients.dynamodb, clients.s3, clients.sqs)]

    def note(params: Any, model: Any, **_: Any) -> None:
        calls.append((model.name, json.loads(json.dumps(params, default=str))))

    for one in events:
        one.register("before-parameter-build", note, unique_id="tenancy")
    try:
        yield
    finally:
        for one in events:
            one.unregister("before-parameter-build", unique_id="tenancy")


def seen(functions: Functions, route: str, request: Asked, names: Names) -> tuple[str, str]:
    """The rival's answer and the calls behind it, without the names. When a call is made, and what
    is made up for it, is no part of either. A warm function remembers its callers, and presign
    their limits."""
    asked(functions, "GET /usage", Asked(), RIVAL)
    asked(functions, "POST /uploads/presign", Asked(body=WISH), RIVAL)
    functions.http(FUNCTIONS[route], route, claims_of(RIVAL), pathParameters={"id": "-"})
    calls: list[tuple[str, Any]] = []
    with recorded(calls):
        answer = asked(functions, route, request, RIVAL)
    return names.without(json.dumps(answer)), names.without(json.dumps(calls))


def owned(functions: Functions, route: str, request: Asked) -> int:
    return asked(functions, route, request, ADMIN)[0]


def test_the_walk_takes_every_route_that_names_something() -> None:
    assert REQUESTS.keys() == naming_routes()


@pytest.mark.parametrize("route", sorted(REQUESTS))
def test_another_organisations_things_are_as_what_does_not_exist(
    functions: Functions, names: Names, route: str
) -> None:
    unknown = names.unknown()
    ask = REQUESTS[route]

    there = seen(functions, route, ask(names), names)
    nothing = seen(functions, route, ask(unknown), unknown)

    assert there[0] == nothing[0]
    assert there[1] == nothing[1]
    assert "#default#" not in there[1], "another organisation's items were touched"


@pytest.mark.parametrize("route", sorted(WITH_CURSORS))
def test_another_organisations_cursor_is_as_a_forged_one(
    functions: Functions, names: Names, route: str
) -> None:
    unknown = names.unknown()
    ask = WITH_CURSORS[route]

    there = seen(functions, route, ask(names), names)
    assert there == seen(functions, route, ask(unknown), unknown)
    assert '"INVALID_REQUEST"' in there[0]
    assert there[1] == "[]"
    if route == "GET /assets":
        assert owned(functions, route, ask(names)) == 200


@pytest.mark.parametrize(
    ("route", "status"),
    [
        ("GET /assets/{id}", 200),
        ("GET /assets/{id}/versions", 200),
        ("GET /assets/{id}/comments", 200),
        ("POST /assets/{id}/comments", 201),
        ("PATCH /assets/{id}/comments/{commentId}", 200),
        ("DELETE /assets/{id}/comments/{commentId}", 204),
        ("GET /downloads/{id}", 200),
        ("GET /jobs/{id}", 200),
        ("GET /reprocessings/{id}", 200),
        ("GET /webhooks/{id}", 200),
        ("POST /webhooks/{id}/secret", 200),
        ("DELETE /webhooks/{id}", 204),
        ("GET /uploads/{uploadId}/parts", 200),
        ("POST /uploads/{uploadId}/urls", 200),
    ],
)
def test_the_things_of_the_walk_are_really_there(
    functions: Functions, names: Names, route: str, status: int
) -> None:
    assert owned(functions, route, REQUESTS[route](names)) == status
    assert owned(functions, route, REQUESTS[route](names.unknown())) == 404
