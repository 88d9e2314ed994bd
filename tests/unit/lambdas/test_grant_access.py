from __future__ import annotations

import gzip
import json
from base64 import b64decode
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import m3u8
import pytest

from spool.aws import clients
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.objects import S3Objects
from spool.http import BODY_LIMIT
from spool.model import Asset, utc_now
from tests.unit.conftest import RENDITIONS, TABLE
from tests.unit.key_pairs import rsa_pair
from tests.unit.lambdas.conftest import ADMIN, Functions, claims_of
from tests.unit.services.test_access import video
from tests.unit.video.test_playlists import MASTER, MEDIA

GRANT, STREAM = "POST /assets/{id}/access", "GET /assets/{id}/stream/{file}"


@pytest.fixture
def private(functions: Functions, monkeypatch: pytest.MonkeyPatch) -> Asset:
    """A private video of the callers' organisation, where there are keys to grant access with."""
    monkeypatch.setenv("PUBLIC_KEYS", json.dumps({"KOURS": rsa_pair().public}))
    clients.secretsmanager().create_secret(Name="signing-key", SecretString=rsa_pair().private)
    asset = video(org_id="default")
    DynamoCatalogue(table=TABLE, clock=utc_now).insert(asset)
    renditions = S3Objects(bucket=RENDITIONS)
    for name, text in {"video.m3u8": MASTER, "video_480p.m3u8": MEDIA}.items():
        key = asset.ref.rendition(asset.tag or "", f"stream/{name}")
        renditions.put(key, text.encode(), "application/octet-stream")
    return asset


def grant(functions: Functions, body: str = "", media_id: str = "media_1") -> tuple[int, Any]:
    status, answer, _ = functions.http(
        "grant_access", GRANT, pathParameters={"id": media_id}, body=body
    )
    return status, answer


def stream(functions: Functions, url: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """Status, body and headers of what is at `url`."""
    parts = urlsplit(url)
    *_, media_id, _, file = parts.path.split("/")
    status, body, answered = functions.http(
        "grant_access",
        STREAM,
        pathParameters={"id": media_id, "file": file},
        queryStringParameters=dict(parse_qsl(parts.query)),
        headers=headers,
    )
    return status, b64decode(body) if status == 200 else json.dumps(body).encode(), answered


def test_access_is_granted_in_urls_and_cookies(functions: Functions, private: Asset) -> None:
    event = {
        "version": "2.0",
        "routeKey": GRANT,
        "headers": {},
        "requestContext": {
            "requestId": "r",
            "http": {"method": "POST"},
            "authorizer": {"jwt": {"claims": claims_of(ADMIN)}},
        },
        "pathParameters": {"id": private.id},
        "body": '{"seconds": 120}',
    }
    answer = functions.invoke("grant_access", event)

    assert answer["statusCode"] == 200
    assert answer["headers"]["cache-control"] == "no-store"
    assert len(answer["cookies"]) == 8
    assert all("Max-Age=120; Secure; HttpOnly; SameSite=None" in one for one in answer["cookies"])
    assert set(json.loads(answer["body"])) == {"expiresAt", "grants", "urls"}


def test_a_player_without_cookies_is_led_to_the_segments(
    functions: Functions, private: Asset
) -> None:
    _, access = grant(functions)

    status, body, headers = stream(functions, access["urls"]["hls"])
    assert (status, headers["content-type"]) == (200, "application/vnd.apple.mpegurl")
    assert headers["cache-control"].startswith("private, max-age=3")
    playlist = m3u8.loads(body.decode()).playlists[0].uri

    status, body, _ = stream(functions, playlist)
    assert status == 200
    segment = m3u8.loads(body.decode()).segments[0].uri
    place = f"https://cdn.example/p/renditions/default/proj/media_1/{private.tag}/stream"
    query = access["grants"][0]["query"]
    assert segment == f"{place}/video_480p_000000001.cmfv?{query}"


def test_a_playlist_is_compressed_for_who_can_read_it(functions: Functions, private: Asset) -> None:
    url = grant(functions)[1]["urls"]["hls"]

    _, plain, headers = stream(functions, url)
    assert "content-encoding" not in headers
    _, packed, headers = stream(functions, url, **{"accept-encoding": "br, gzip"})

    assert (headers["content-encoding"], headers["vary"]) == ("gzip", "accept-encoding")
    assert gzip.decompress(packed) == plain


def test_the_playlist_of_a_whole_day_is_below_lambdas_limit(
    functions: Functions, private: Asset
) -> None:
    """24 hours in segments of 6 seconds, each with a query of its own."""
    lines = "".join(f"#EXTINF:6,\nvideo_480p_{n:09}.cmfv\n" for n in range(1, 14_401))
    key = private.ref.rendition(private.tag or "", "stream/video_480p.m3u8")
    S3Objects(bucket=RENDITIONS).put(key, f"#EXTM3U\n{lines}".encode(), "text/plain")
    url = grant(functions)[1]["urls"]["hls"].replace("video.m3u8", "video_480p.m3u8")

    status, body, headers = stream(functions, url)

    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert len(body) < BODY_LIMIT < len(gzip.decompress(body))
    assert gzip.decompress(body).count(b"Signature=") == 14_400


@pytest.mark.parametrize(
    "body",
    ["[]", "{", '{"seconds": "120"}', '{"seconds": 1.5}', '{"seconds": 59}', '{"minutes": 1}'],
)
def test_a_bad_wish_is_refused(functions: Functions, private: Asset, body: str) -> None:
    status, problem = grant(functions, body)

    assert (status, problem["code"]) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("media_id", ["media_2", "", "a/b", "x" * 300, "media_1#x"])
def test_access_to_what_is_not_there(functions: Functions, private: Asset, media_id: str) -> None:
    status, problem = grant(functions, media_id=media_id)

    assert (status, problem["code"]) == (404, "NOT_FOUND")


def test_a_stream_without_a_signature_is_forbidden(functions: Functions, private: Asset) -> None:
    url = grant(functions)[1]["urls"]["hls"]

    for bad in (
        url.partition("?")[0],
        url.replace("media_1", "media_10"),
        url.replace("KOURS", "KTHEIRS"),
        url.replace("policy=", "policy=A"),
        f"{url}&policy=x",
    ):
        status, body, headers = stream(functions, bad)
        assert (status, json.loads(body)["code"]) == (403, "FORBIDDEN")
        assert headers["cache-control"] == "max-age=1"


def test_without_keys_nothing_is_private(functions: Functions) -> None:
    status, problem = grant(functions)

    assert (status, problem["code"]) == (400, "INVALID_REQUEST")
    assert "privatePublicKeys" in problem["detail"]


@pytest.mark.parametrize("stored", [None, "not a key", rsa_pair(1).private])
def test_an_operator_is_told_when_the_secret_lacks_its_key(
    functions: Functions, private: Asset, stored: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    clients.secretsmanager().delete_secret(SecretId="signing-key", ForceDeleteWithoutRecovery=True)
    if stored is not None:
        clients.secretsmanager().create_secret(Name="signing-key", SecretString=stored)

    status, problem = grant(functions)

    assert (status, problem["code"]) == (503, "UNAVAILABLE")
    assert "SigningKeySecret" in problem["detail"]
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["message"] for line in logged if line.get("level") == "ERROR"] == [
        problem["detail"]
    ]
    assert any(line.get("RequestFailed") for line in logged)
