"""The uploader as a server sees it."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from local.demo.client import Client, Refused, Sent, content_type
from tests.unit.demo.stand_in import PART, StandIn, problem, ready_asset


def upload(client: Client, photo: Path, sent: Sent = lambda _: None) -> None:
    client.upload(client.presign(photo, "demo"), photo, sent)


def test_small_file_goes_in_one_piece(client: Client, spool: StandIn, photo: Path) -> None:
    counts: list[int] = []
    upload(client, photo, counts.append)
    assert spool.presigned == {
        "filename": "a photo.jpg",
        "contentType": "image/jpeg",
        "projectId": "demo",
        "size": 503,
    }
    assert spool.stored == {"/1": photo.read_bytes()}
    assert sum(counts) == 503


def test_large_file_goes_in_parts_and_is_completed(
    client: Client, spool: StandIn, photo: Path
) -> None:
    photo.write_bytes(bytes(range(250)) * 9)
    counts: list[int] = []
    upload(client, photo, counts.append)
    assert [len(part) for part in spool.stored.values()] == [PART, PART, 250]
    assert b"".join(spool.stored.values()) == photo.read_bytes()
    assert [part["partNumber"] for part in spool.completed["parts"]] == [1, 2, 3]
    assert all(part["etag"].startswith('"') for part in spool.completed["parts"])
    assert sum(counts) == 2250


def test_failed_part_gives_the_upload_up(client: Client, spool: StandIn, photo: Path) -> None:
    photo.write_bytes(bytes(2250))
    spool.answers["/2"] = lambda _: httpx.Response(403)
    with pytest.raises(Refused, match="403"):
        upload(client, photo)
    assert spool.aborted == ["originals/default/demo/media1-a photo.jpg"]


def test_refusal_carries_code_and_sentence(client: Client, spool: StandIn, photo: Path) -> None:
    spool.answers["/api/uploads/presign"] = lambda _: problem(415, "UNSUPPORTED_TYPE", "No EXE.")
    with pytest.raises(Refused) as refusal:
        upload(client, photo)
    assert (refusal.value.code, refusal.value.sentence) == ("UNSUPPORTED_TYPE", "No EXE.")


def test_refusal_of_a_proxy_is_understood_too(client: Client, spool: StandIn) -> None:
    spool.answers["/api/assets/media1"] = lambda _: httpx.Response(502, text="<h1>Bad gateway")
    with pytest.raises(Refused, match="502: /api/assets/media1: Bad Gateway"):
        client.asset("media1")


@pytest.mark.parametrize("answer", [httpx.Response(404), httpx.Response(200, text="<html>"), None])
def test_a_manifest_that_is_none_is_none(
    client: Client, spool: StandIn, answer: httpx.Response | None
) -> None:
    asset = ready_asset()
    if answer is None:
        del asset["processed"]["manifest"]
    else:
        spool.answers[httpx.URL(asset["processed"]["manifest"]).path] = lambda _: answer
    assert client.manifest(asset) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.HEIC", "image/heic"),
        ("a.avif", "image/avif"),
        ("a.webp", "image/webp"),
        ("a.mov", "video/quicktime"),
        ("a.MKV", "video/x-matroska"),
        ("a.ts", "video/mp2t"),
        ("a.jpg", "image/jpeg"),
        ("nothing", "application/octet-stream"),
    ],
)
def test_content_type_follows_the_name(name: str, expected: str) -> None:
    assert content_type(Path(name)) == expected
