"""A frontend's view of the cloud under test: presign, upload, wait, fetch."""

from __future__ import annotations

import json
import time
import uuid
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any, Self
from urllib.parse import quote

import httpx
from PIL import Image, ImageDraw

from local.cloud import Cloud
from local.tokens import Session, TokenRequest
from tests.integration import contract

ENDS = frozenset({"ready", "failed", "quarantined", "deleted"})
PATIENCE = 30.0


def media_id() -> str:
    return f"media_{uuid.uuid4().hex[:12]}"


def photo(width: int = 640, height: int = 480, fmt: str = "JPEG", **options: Any) -> bytes:
    """A picture with a gradient and shapes, so that a crop or a turn of it shows."""
    image = Image.linear_gradient("L").resize((width, height))
    picture = Image.merge("RGB", (image, image.rotate(90).resize((width, height)), image))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 0, width // 4, height // 4), fill=(220, 30, 30))
    draw.ellipse((width // 2, height // 2, width, height), fill=(30, 60, 220))
    out = BytesIO()
    picture.save(out, fmt, **options)
    return out.getvalue()


class Frontend:
    """Speaks the public contract only, signed in as the development user unless `sign_in` says how
    to. The token goes to the API and nowhere else."""

    def __init__(self, cloud: Cloud, sign_in: TokenRequest | None = None) -> None:
        self.api, self.edge = cloud.api_url, cloud.edge_url
        self.http = httpx.Client(timeout=60)
        self._session = Session(sign_in) if sign_in else cloud.session()

    @classmethod
    def member(cls, cloud: Cloud, *, org: str | None, role: str = "admin") -> Self:
        """One of the organisation `org`, made for this; None for one who belongs to none."""
        name, password = f"{uuid.uuid4().hex}@example.com", f"aA1-{uuid.uuid4().hex}"
        subject = cloud.directory.user(name, password)
        if org is not None:
            cloud.directory.admit(subject, org, role, name)
        return cls(cloud, cloud.directory.token_request(name, password))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    @property
    def token(self) -> str:
        """An access token, of one sign-in as long as it lasts."""
        return self._session.token

    @property
    def authorization(self) -> dict[str, str]:
        """The headers of who is signed in."""
        return self._session.headers

    @property
    def claims(self) -> dict[str, Any]:
        """Of the token, as functions get them from API Gateway."""
        payload = self.token.split(".")[1]
        claims: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return claims

    def request(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """Of the API, whose answer is as documented; `headers` may have another
        `authorization`."""
        sent = {**self.authorization, **(headers or {})}
        answer = self.http.request(method, self.api + path, headers=sent, **options)
        contract.check(method, path, answer)
        return answer

    def presign(self, **wish: Any) -> dict[str, Any]:
        body = {"filename": "photo.jpg", "contentType": "image/jpeg", "projectId": "tests", **wish}
        answer = self.request("POST", "/uploads/presign", json=body)
        assert answer.is_success, answer.text
        return dict(answer.json())

    def put(self, ticket: Mapping[str, Any], data: bytes) -> httpx.Response:
        return self.http.put(ticket["presignedUrls"][0], content=data, headers=ticket["headers"])

    def upload(self, data: bytes, **wish: Any) -> str:
        """Presign with `wish`, PUT, and the media id."""
        ticket = self.presign(size=len(data), **wish)
        answer = self.put(ticket, data)
        assert answer.is_success, answer.text
        return str(ticket["mediaId"])

    def put_parts(self, ticket: Mapping[str, Any], data: bytes) -> list[dict[str, Any]]:
        size = ticket["partSize"]
        parts = []
        for number, url in enumerate(ticket["presignedUrls"], 1):
            chunk = data[(number - 1) * size : number * size]
            answer = self.http.put(url, content=chunk)
            assert answer.is_success, answer.text
            parts.append({"partNumber": number, "etag": answer.headers["etag"]})
        return parts

    def ticket(self) -> dict[str, str]:
        """To listen with."""
        answer = self.request("POST", "/live/tickets")
        assert answer.is_success, answer.text
        return dict(answer.json())

    def asset(self, media_id: str) -> dict[str, Any]:
        answer = self.request("GET", f"/assets/{media_id}")
        assert answer.is_success, answer.text
        return dict(answer.json())

    def until_known(self, media_id: str, *, patience: float = PATIENCE) -> None:
        """Until there is an asset of that id at all."""
        deadline = time.monotonic() + patience
        while self.request("GET", f"/assets/{media_id}").status_code == 404:
            assert time.monotonic() < deadline, "no record was made"
            time.sleep(0.1)

    def wait(
        self, media_id: str, *, version: int = 1, patience: float = PATIENCE
    ) -> dict[str, Any]:
        """The asset once that version has come to its end."""
        return self.until(media_id, lambda asset: asset["versionNumber"] >= version, patience)

    def until(
        self,
        media_id: str,
        condition: Callable[[Mapping[str, Any]], bool],
        patience: float = PATIENCE,
    ) -> dict[str, Any]:
        """The asset once it has come to an end and meets `condition`."""
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            asset = self.asset(media_id)
            if asset["status"] in ENDS and condition(asset):
                return asset
            time.sleep(0.1)
        raise AssertionError(f"{media_id} is still {asset['status']} after {patience:.0f} s")

    def until_transcoding(self, media_id: str, *, patience: float = PATIENCE) -> None:
        """Until a video's job is under way."""
        deadline = time.monotonic() + patience
        while "progress" not in self.asset(media_id):
            assert time.monotonic() < deadline, "no progress is shown"
            time.sleep(0.1)

    def ready(self, data: bytes, **wish: Any) -> dict[str, Any]:
        """Upload `data` and wait until it is ready."""
        asset = self.wait(self.upload(data, **wish))
        assert asset["status"] == "ready", asset["error"]
        return asset

    def img(
        self, asset: Mapping[str, Any], headers: Mapping[str, str] | None = None, /, **query: Any
    ) -> httpx.Response:
        """`/img` of the asset through the edge; `p=True` is for a private one."""
        place = "/p/img/" if query.pop("p", False) else "/img/"
        url = f"{self.edge}{place}{quote(asset['originalKey'])}"
        return self.http.get(url, params=query, headers=headers)

    def eventually(
        self, condition: Callable[[], bool], what: str, *, patience: float = PATIENCE
    ) -> float:
        """Seconds until `condition` held; `what` says so when it doesn't."""
        began = time.monotonic()
        while not condition():
            assert time.monotonic() - began < patience, f"not {what} after {patience:.0f} s"
            time.sleep(0.1)
        return time.monotonic() - began


def decoded(answer: httpx.Response) -> Image.Image:
    """The image that was served."""
    assert answer.status_code == 200, answer.text
    image = Image.open(BytesIO(answer.content))
    image.load()
    return image
