"""What is worth another try becomes Transient, for every client, in one place."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from botocore.exceptions import ClientError

from spool.aws import clients
from spool.errors import Throttled, Transient
from tests.unit.conftest import forget

ANSWERS: dict[str, tuple[int, str]] = {
    "throttled": (400, "ThrottlingException"),
    "busy": (400, "ProvisionedThroughputExceededException"),
    "broken": (500, "InternalServerError"),
    "unavailable": (503, "Whatever"),
    "denied": (400, "AccessDeniedException"),
    "failed": (400, "ConditionalCheckFailedException"),
}


class Service(BaseHTTPRequestHandler):
    """Refuses everything with the answer of the moment."""

    status, code = ANSWERS["broken"]
    asked = 0

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.answer()

    def do_GET(self) -> None:
        type(self).asked += 1
        self.answer()

    def answer(self) -> None:
        body = f'{{"__type": "x#{self.code}", "message": "no"}}'.encode()
        self.send_response(self.status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
        pass


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    forget(clients.session, clients.dynamodb, clients.mediaconvert)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
    forget(clients.session, clients.dynamodb, clients.mediaconvert)


def read() -> None:
    clients.dynamodb().get_item(TableName="t", Key={"pk": {"S": "a"}})


@pytest.mark.parametrize("kind", ["throttled", "busy", "broken", "unavailable"])
def test_a_later_try_may_succeed(
    service: HTTPServer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(Service, "status", ANSWERS[kind][0])
    monkeypatch.setattr(Service, "code", ANSWERS[kind][1])

    with pytest.raises(Transient):
        read()


@pytest.mark.parametrize("kind", ["denied", "failed"])
def test_no_try_helps_against_a_refusal(
    service: HTTPServer, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(Service, "status", ANSWERS[kind][0])
    monkeypatch.setattr(Service, "code", ANSWERS[kind][1])

    with pytest.raises(ClientError) as refused:
        read()
    assert refused.value.response["Error"]["Code"] == ANSWERS[kind][1]


def test_a_lost_connection_is_worth_another_try(
    service: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:1")

    with pytest.raises(Transient):
        read()


@pytest.mark.parametrize(
    ("status", "code"), [(429, "TooManyRequestsException"), (402, "ServiceQuotaExceededException")]
)
def test_a_full_mediaconvert_is_told_from_a_broken_one_and_asked_once(
    service: HTTPServer, monkeypatch: pytest.MonkeyPatch, status: int, code: str
) -> None:
    monkeypatch.setattr(Service, "status", status)
    monkeypatch.setattr(Service, "code", code)
    monkeypatch.setattr(Service, "asked", 0)

    with pytest.raises(Throttled):
        clients.mediaconvert().get_job(Id="job-1")
    assert Service.asked == 1


def test_a_broken_mediaconvert_is_not_full(
    service: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Transient) as broken:
        clients.mediaconvert().get_job(Id="job-1")
    assert not isinstance(broken.value, Throttled)
