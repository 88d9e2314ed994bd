"""One POST: to the address that was checked, and not for longer than is allowed."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from ipaddress import IPv4Address, IPv6Address
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.addresses import is_public
from spool.outbound import Sender
from tests.integration.receivers import Receiver, receiver, status


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


def test_the_name_is_resolved_once_and_the_checked_address_called(there: Receiver) -> None:
    """Rebinding: a second look would find another address, and there is none."""
    asked: list[str] = []

    def resolve(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["10.0.0.1"]

    sender = Sender(loopback=True, resolve=resolve)
    answer = sender.post(f"http://hooks.example:{there.port}/a?b=c", b"{}", {"x-one": "1"})

    assert (answer.status_code, answer.text, asked) == (200, "ok", ["hooks.example"])
    assert there.calls[0].path == "/a?b=c"
    assert there.calls[0].headers["host"] == f"hooks.example:{there.port}"


def test_a_name_that_leads_to_a_private_address_is_not_called(there: Receiver) -> None:
    sender = Sender(resolve=lambda *_: ["127.0.0.1"])
    answer = sender.post(f"http://hooks.example:{there.port}/", b"{}", {})
    assert answer.status_code is None
    assert "not of the public Internet" in (answer.error or "")
    assert there.calls == []


@given(
    found=st.lists(st.ip_addresses().map(str), max_size=5),
    private=st.ip_addresses().filter(lambda address: not is_public(address)),
    place=st.integers(0, 5),
)
def test_no_connection_is_made_where_one_address_is_not_public(
    found: list[str], private: IPv4Address | IPv6Address, place: int
) -> None:
    found.insert(place, str(private))
    with patch("socket.socket.connect", side_effect=AssertionError(found)):
        answer = Sender(resolve=lambda *_: found).post("https://hooks.example/", b"{}", {})
    assert "not of the public Internet" in (answer.error or "")


def test_a_redirect_is_an_answer(there: Receiver) -> None:
    there.reply = status(307, location="/elsewhere", retry_after="30")
    answer = Sender(loopback=True).post(there.url, b"{}", {})
    assert (answer.status_code, answer.retry_after, len(there.calls)) == (307, 30, 1)


def test_who_hangs_or_dribbles_is_left(there: Receiver) -> None:
    def dribble(_number: int, request: BaseHTTPRequestHandler) -> None:
        while True:
            request.wfile.write(b"H")
            request.wfile.flush()
            if request.connection.fileno() < 0:
                return

    there.reply = dribble
    answer = Sender(loopback=True, timeout=0.3).post(there.url, b"{}", {})
    assert answer.status_code is None
    assert answer.error


def test_a_host_of_two_families_is_reached_by_the_one_that_answers(there: Receiver) -> None:
    sender = Sender(loopback=True, resolve=lambda *_: ["::1", "127.0.0.1"])
    assert sender.post(f"http://hooks.example:{there.port}/", b"{}", {}).status_code == 200


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f000001", "017700000001", "127.1", "localhost.", "0", "[::]"]
)
def test_no_spelling_of_this_machine_is_called(there: Receiver, host: str) -> None:
    answer = Sender().post(f"http://{host}:{there.port}/", b"{}", {})
    assert answer.status_code is None
    assert there.calls == []


def test_who_hangs_before_it_answers_is_left(there: Receiver) -> None:
    let_go = threading.Event()

    def hang(_number: int, _request: BaseHTTPRequestHandler) -> None:
        let_go.wait()

    there.reply = hang
    answer = Sender(loopback=True, timeout=0.3).post(there.url, b"{}", {})
    let_go.set()
    assert answer.error == "There was no answer within 0.3 seconds."


def test_who_is_not_there_is_said_to_refuse(there: Receiver) -> None:
    answer = Sender(loopback=True).post("http://127.0.0.1:1/", b"{}", {})
    assert answer.error == "The connection was refused."
