"""The shortest user stories that need everything each function's role allows."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from local.cloud import Cloud
from tests.integration import (
    api_scenarios,
    delivery_scenarios,
    holding_scenarios,
    live_scenarios,
    steering_scenarios,
    video_scenarios,
    webhook_scenarios,
    zip_scenarios,
)
from tests.integration.doubles import Double
from tests.integration.filters import every_filter
from tests.integration.frontend import Frontend, media_id, photo
from tests.integration.functions import Functions
from tests.integration.intake import Intake
from tests.integration.news import Newsreader
from tests.integration.studio import Studio

Scenario = Callable[[], None]
PATIENCE = 6.0  # seconds: a broken role shows at once, or never


def of(cloud: Cloud, frontend: Frontend, newsreader: Newsreader) -> Mapping[str, list[Scenario]]:
    """Scenarios by function, its name in lower case and without `_`, as roles' names have it; after
    `p/` those that need what it may do to private things."""
    picture, private = (frontend.ready(photo(400, 300), private=p) for p in (False, True))
    studio = Studio(cloud, frontend)
    remembered = api_scenarios.scenarios(cloud, frontend, picture)
    holding = holding_scenarios.scenarios(cloud, frontend, picture)
    image = partial(_image, frontend)
    private_image = partial(_image, frontend, private=True)
    return {
        "presignupload": [
            partial(_single_upload, frontend),
            partial(_multipart_upload, frontend),
            partial(_replacement, frontend, picture),
            partial(_there_already, frontend, picture),
        ],
        "manageupload": [
            partial(_multipart_upload, frontend),
            partial(_listed_and_aborted, frontend),
            *remembered["manageupload"],
        ],
        "readassets": [
            partial(_get, frontend, picture),
            *(partial(_list, frontend, query) for query in every_filter()),
            partial(_duplicates, frontend, picture),
            *remembered["readassets"],
        ],
        "describeapi": remembered["describeapi"],
        "onobjectcreated": [
            partial(_received, cloud, frontend),
            partial(_backfilled, cloud),
            partial(_too_late, cloud, picture),
        ],
        "inspectoriginal": [image, partial(_gone, cloud, frontend)],
        "metadataextract": [image],
        "imagevariants": [image],
        "p/imagevariants": [private_image],
        "writemanifest": [partial(_failed, cloud, studio, picture), image],
        "p/writemanifest": [private_image],
        "notifystatus": [partial(_announced, frontend, newsreader)],
        **video_scenarios.scenarios(studio),
        **steering_scenarios.scenarios(cloud, frontend, studio, picture),
        **delivery_scenarios.scenarios(cloud, frontend, picture, private),
        **holding,
        **live_scenarios.scenarios(cloud, frontend, picture),
        "manageversions": [*holding["manageversions"], *remembered["manageversions"]],
        "managecomments": [
            *remembered["managecomments"],  # first: the CDN keeps a list's error for a second
            partial(_discussed, frontend, picture),
        ],
        **webhook_scenarios.scenarios(cloud, frontend),
        **zip_scenarios.scenarios(cloud, frontend, picture, private),
    }


def _image(frontend: Frontend, **wish: Any) -> None:
    asset = frontend.wait(frontend.upload(photo(200, 150), **wish), patience=PATIENCE)
    assert asset["status"] == "ready", asset["error"]


def _failed(cloud: Cloud, studio: Studio, picture: Mapping[str, Any]) -> None:
    double = Double(cloud, picture, status="processing")
    cause = json.dumps({"errorType": "TypeMismatch", "errorMessage": "It is no picture."})
    error = {"stage": "image_variants", "error": {"Error": "TypeMismatch", "Cause": cause}}
    run = studio.run(picture, mediaId=double.id, key=double.record["originalKey"])
    assert studio.invoke("write_manifest", {**run, **error})["status"] == "failed"
    assert double.record["status"] == "failed"


def _gone(cloud: Cloud, frontend: Frontend) -> None:
    ticket = frontend.presign(size=100)
    Intake(cloud).send(ticket["key"], "a-version-that-is-gone", "00FF")
    assert frontend.wait(ticket["mediaId"], patience=PATIENCE)["status"] == "deleted"


def _received(cloud: Cloud, frontend: Frontend) -> None:
    _admitted(cloud, frontend.presign(size=100)["key"])


def _backfilled(cloud: Cloud) -> None:
    """A file that somebody stored without having asked for a URL."""
    _admitted(cloud, f"originals/default/tests/{media_id()}-a.jpg")


def _too_late(cloud: Cloud, picture: Mapping[str, Any]) -> None:
    """An object for an asset that is deleted, whose removal is asked for."""
    _admitted(cloud, Double(cloud, picture, status="deleted").record["originalKey"])


def _admitted(cloud: Cloud, key: str) -> None:
    event = Intake(cloud).event(key, "a-version-that-is-gone", "00FF")
    assert Functions(cloud).took("on_object_created", event)


def _single_upload(frontend: Frontend) -> None:
    data = photo(50, 50)
    assert frontend.put(frontend.presign(size=len(data)), data).is_success


def _replacement(frontend: Frontend, picture: Mapping[str, Any]) -> None:
    frontend.presign(size=100, mediaId=picture["id"])


def _multipart_upload(frontend: Frontend) -> None:
    ticket = frontend.presign(parts=1)
    parts = frontend.put_parts({**ticket, "partSize": 1 << 23}, photo(50, 50))
    done = frontend.request(
        "POST",
        f"/uploads/{ticket['uploadId']}/complete",
        json={"key": ticket["key"], "parts": parts},
    )
    assert done.is_success, done.text


def _listed_and_aborted(frontend: Frontend) -> None:
    ticket = frontend.presign(parts=1)
    upload, query = f"/uploads/{ticket['uploadId']}", {"key": ticket["key"]}
    assert frontend.request("GET", f"{upload}/parts", params=query).is_success
    assert frontend.request("DELETE", upload, params=query).is_success


def _get(frontend: Frontend, picture: Mapping[str, Any]) -> None:
    frontend.asset(picture["id"])


def _list(frontend: Frontend, query: Mapping[str, str]) -> None:
    assert frontend.request("GET", "/assets", params=query).is_success


def _discussed(frontend: Frontend, picture: Mapping[str, Any]) -> None:
    path = f"/assets/{picture['id']}/comments"
    written = frontend.request("POST", path, json={"text": "Brighter, please."})
    assert written.status_code == 201
    comment = f"{path}/{written.json()['id']}"
    assert frontend.request("PATCH", comment, json={"text": "Darker, please."}).is_success
    listed = frontend.request("GET", path)
    assert listed.is_success, listed.text
    assert frontend.request("DELETE", comment).is_success


def _there_already(frontend: Frontend, picture: Mapping[str, Any]) -> None:
    value = base64.b64encode(bytes.fromhex(picture["sha256"])).decode()
    ticket = frontend.presign(checksum={"algorithm": "sha256", "value": value})
    assert ticket["duplicateOf"] is not None


def _duplicates(frontend: Frontend, picture: Mapping[str, Any]) -> None:
    """There is one: the private picture is of the same bytes."""
    answer = frontend.request("GET", f"/assets/{picture['id']}/duplicates")
    assert answer.is_success, answer.text
    assert answer.json()["items"]


def _announced(frontend: Frontend, newsreader: Newsreader) -> None:
    newsreader.until(frontend.presign(size=100)["mediaId"], "uploading", patience=PATIENCE)
