"""Signed URLs and cookies, made by botocore's own signer and real keys: what opens and what not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.edge.messages import Response
from tests.unit.local.edge.signers import HOST, NOW, Asked, Signer, asked, policy
from tests.unit.local.edge.stand_in import StandInEdge, cache_policy, ok, only

SIGNER, STRANGER = Signer(), Signer()
FILE = f"http://{HOST}/p/renditions/org/p/m/film.mp4"
FOLDER = f"http://{HOST}/p/renditions/org/p/m/*"


def answers(*questions: Asked, signer: Signer = SIGNER, **settings: Any) -> list[Response]:
    edge = StandInEdge(ok(), keys={signer.key_id: signer.public}, **settings)
    edge.clock.now = NOW

    async def ask() -> list[Response]:
        try:
            return [await edge.ask(**question) for question in questions]
        finally:
            await edge.sandbox.close()

    return asyncio.run(ask())


def status(question: Asked, *, signer: Signer = SIGNER) -> int:
    [response] = answers(question, signer=signer)
    assert response.status == 200 or not response.header("cache-control")
    return response.status


def test_a_signed_url_opens() -> None:
    assert status(asked(SIGNER.url(FILE))) == 200
    assert status(asked(SIGNER.url(f"{FILE}?v=1&w=&q"))) == 200
    assert status(asked(SIGNER.url(FILE, custom=policy(FOLDER)))) == 200


def test_signed_cookies_open() -> None:
    assert status(asked(FILE, cookie=f"theme=dark; {SIGNER.cookies(policy(FOLDER))}")) == 200


@pytest.mark.parametrize("elliptic", [False, True])
def test_hash_and_kind_of_key_are_the_signers_choice(elliptic: bool) -> None:
    signer = Signer(sha256=True, elliptic=elliptic)
    signed = signer.url(FILE)

    assert status(asked(f"{signed}&Hash-Algorithm=SHA256"), signer=signer) == 200
    assert status(asked(signed), signer=signer) == 403
    assert status(asked(f"{signed}&Hash-Algorithm=MD5"), signer=signer) == 403


def test_without_a_signature_nothing_opens() -> None:
    [response] = answers(asked(FILE))

    assert (response.status, response.header("content-type")) == (403, "text/xml")
    assert isinstance(response.body, bytes)
    assert b"<Code>MissingKey</Code><Message>Missing Key-Pair-Id query" in response.body
    assert response.header("x-cache") == "Error from cloudfront"


def test_a_key_that_is_not_trusted_is_unknown() -> None:
    [response] = answers(asked(Signer("K2").url(FILE)))

    assert response.status == 403
    assert isinstance(response.body, bytes)
    assert b"<Message>Unknown Key</Message>" in response.body


SIGNED = SIGNER.url(FILE)
CUSTOM = SIGNER.url(FILE, custom=policy(FOLDER))


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(SIGNED.replace("film.mp4", "other.mp4"), id="another path"),
        pytest.param(CUSTOM.replace("/org/", "/other/"), id="another organisation"),
        pytest.param(CUSTOM.replace("/m/", "/m/../../n/"), id="out of the folder"),
        pytest.param(CUSTOM.replace("/m/", "/m/%2e%2E/n/"), id="out of the folder, encoded"),
        pytest.param(SIGNED.replace("?", "?v=2&"), id="another query"),
        pytest.param(SIGNED.replace("localhost", "127.0.0.1"), id="another host"),
        pytest.param(STRANGER.url(FILE), id="another key of the same name"),
        pytest.param(SIGNER.url(FILE, before=NOW), id="expired"),
        pytest.param(SIGNER.url(FILE, custom=policy(FOLDER, before=NOW)), id="expired policy"),
        pytest.param(SIGNED.replace(f"{NOW + 60}", f"{NOW + 61}"), id="prolonged"),
        pytest.param(SIGNED.replace(f"{NOW + 60}", f"+{NOW + 60}"), id="no number"),
        pytest.param(SIGNED.replace(f"{NOW + 60}", f"{NOW + 60}.0"), id="no whole number"),
        pytest.param(SIGNED.replace("Signature=", "Signature=AAAA"), id="longer signature"),
        pytest.param(SIGNED.replace("Signature=", "Sig="), id="no signature"),
        pytest.param(CUSTOM.replace("Policy=", "Policy=AAAA"), id="another policy"),
        pytest.param(CUSTOM.replace("Policy=", "Policy=!"), id="no base64"),
        pytest.param(SIGNER.url(FILE, custom=policy(f"http://{HOST}/p/?/*")), id="? is one"),
        pytest.param(SIGNER.url(FILE, custom=policy(FOLDER[:-1])), id="no wildcard"),
        pytest.param(SIGNER.url(FILE, custom=policy("https://*")), id="another scheme"),
        pytest.param(SIGNER.url(FILE, custom=policy(FOLDER).replace("*", ".*")), id="a regex"),
        pytest.param(SIGNER.url(FILE, custom="{}"), id="an empty policy"),
        pytest.param(SIGNER.url(FILE, custom="[1]"), id="a list"),
        pytest.param(SIGNER.url(FILE, custom=policy(FOLDER, before=True)), id="true is no date"),
        pytest.param(
            SIGNER.url(FILE, custom='{"Statement":[{"Resource":"*","Condition":{}}]}'),
            id="for ever",
        ),
        pytest.param(
            SIGNER.url(FILE, custom=policy(FOLDER, DateGreaterThan={"AWS:EpochTime": NOW + 1})),
            id="not yet",
        ),
        pytest.param(
            SIGNER.url(FILE, custom=policy(FOLDER, IpAddress={"AWS:SourceIp": "10.0.0.0/8"})),
            id="another address",
        ),
        pytest.param(
            SIGNER.url(FILE, custom=policy(FOLDER, IpAddress={"AWS:SourceIp": "x"})),
            id="no address",
        ),
    ],
)
def test_what_the_signer_did_not_open_stays_closed(refused: str) -> None:
    assert status(asked(refused)) == 403


def test_a_signature_that_was_cut_is_none() -> None:
    name = "Signature="
    at = SIGNED.index(name) + len(name)
    end = SIGNED.index("&", at)
    for length in (0, 1, 4, 100, end - at - 4, end - at - 1):
        assert status(asked(SIGNED[: at + length] + SIGNED[end:])) == 403


@given(st.integers(0, 340), st.sampled_from("AZaz09-~_!%"))
def test_no_other_signature_opens(position: int, character: str) -> None:
    at = SIGNED.index("Signature=") + len("Signature=") + position
    changed = f"{SIGNED[:at]}{character}{SIGNED[at + 1 :]}"

    assert status(asked(changed)) == (200 if changed == SIGNED else 403)


def test_who_may_and_when_is_the_policys_word() -> None:
    network = policy(FOLDER, IpAddress={"AWS:SourceIp": "10.0.0.0/8"})
    since = policy(FOLDER, DateGreaterThan={"AWS:EpochTime": NOW})

    assert status(asked(SIGNER.url(FILE, custom=network), client="10.1.2.3")) == 200
    assert status(asked(SIGNER.url(FILE, custom=network), client="::1")) == 403
    assert status(asked(SIGNER.url(FILE, custom=since))) == 200


def test_a_signed_url_decides_alone() -> None:
    cookie = SIGNER.cookies(policy(FOLDER))

    assert status(asked(SIGNER.url(FILE, before=NOW), cookie=cookie)) == 403


def test_cookies_of_one_folder_do_not_open_another() -> None:
    cookie = SIGNER.cookies(policy(FOLDER))

    assert status(asked(FILE.replace("/m/", "/n/"), cookie=cookie)) == 403
    assert status(asked(FILE, cookie=f"{cookie}x")) == 403


def test_all_signers_share_what_is_cached() -> None:
    key = {
        "QueryStringsConfig": {"QueryStringBehavior": "all"},
        "CookiesConfig": {"CookieBehavior": "all"},
    }
    late = SIGNER.url(f"{FILE}?v=1", before=NOW + 99)
    responses = answers(
        asked(SIGNER.url(f"{FILE}?v=1"), cookie="theme=dark"),
        asked(late, cookie="theme=dark"),
        asked(f"{FILE}?v=1", cookie=f"{SIGNER.cookies(policy(FOLDER))}; theme=dark"),
        cache=cache_policy(key=key),
    )

    caches = [response.header("x-cache").split()[0] for response in responses]
    assert caches == ["Miss", "Hit", "Hit"]


def test_nobody_behind_the_check_sees_signatures() -> None:
    code = b"""function handler(event) { var r = event.request;
        r.querystring.seen = {value: Object.keys(r.querystring).concat(
            Object.keys(r.cookies)).join('-')};
        return r; }"""
    edge = StandInEdge(
        ok(),
        keys={"K1": SIGNER.public},
        on_request=code,
        forward={
            "QueryStringsConfig": {"QueryStringBehavior": "all"},
            "CookiesConfig": {"CookieBehavior": "all"},
            "HeadersConfig": only("Header", "x"),
        },
    )
    edge.clock.now = NOW

    async def ask() -> None:
        await edge.ask(**asked(f"{SIGNER.url(f'{FILE}?v=1')}&Hash-Algorithm=SHA1", cookie="a=b"))
        await edge.sandbox.close()

    asyncio.run(ask())
    [(_, forwarded)] = edge.origins.requests

    assert forwarded.query == (("v", "1"), ("seen", "v-a"))
    assert forwarded.header("cookie") == "a=b"
