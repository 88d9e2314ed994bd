"""The shortest user stories that need everything each function's role allows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from local.cloud import Cloud
from tests.integration.frontend import Frontend, media_id, photo
from tests.integration.intake import Intake
from tests.integration.news import Newsreader
from tests.integration.studio import Studio, timestamp

Scenario = Callable[[], None]
PATIENCE = 6.0  # seconds: a broken role shows at once, or never


def of(cloud: Cloud, frontend: Frontend, newsreader: Newsreader) -> Mapping[str, list[Scenario]]:
    """Scenarios by function; the name is how the role's begins in lower case, without `_`."""
    picture = frontend.ready(photo(400, 300))
    studio = Studio(cloud, frontend)
    ticket = frontend.presign(size=1000)

    image = partial(_image, frontend)
    gone = partial(_gone, cloud, frontend)
    return {
        "presignupload": [
            partial(_single_upload, frontend),
            partial(_multipart_upload, frontend),
            partial(_replacement, frontend, picture),
        ],
        "manageupload": [
            partial(_multipart_upload, frontend),
            partial(_listed_and_aborted, frontend),
        ],
        "readassets": [
            partial(_get, frontend, picture),
            *(partial(_list, frontend, query) for query in _LISTS),
        ],
        "onobjectcreated": [image, partial(_backfill, cloud, frontend)],
        "inspectoriginal": [image, gone],
        "metadataextract": [image],
        "imagevariants": [image],
        "writemanifest": [image, partial(_bad_file, frontend)],
        "videoprobevideo": [partial(_probed, studio), partial(_probed_too_late, studio)],
        "videosubmitmediaconvert": [
            partial(_transcoded, studio),
            partial(_submitted_again, studio),
            partial(_submitted_too_late, studio),
            partial(_submitted_beside_a_former_job, studio),
        ],
        "videowaitmediaconvert": [
            partial(_transcoded, studio),
            partial(_asked_about, studio),
            partial(_cancelled, studio),
            partial(_done_too_late, studio),
        ],
        "videoonmediaconvertevent": [partial(_transcoded, studio), partial(_doubled, studio)],
        "videotranscoding": [partial(_transcoded, studio)],
        "videocollectoutputs": [
            partial(_collected, studio),
            partial(_collected_in_part, studio),
            partial(_collected_too_late, studio),
        ],
        "videovideostills": [partial(_stills, studio)],
        "managejobs": [partial(_job_cancelled, studio, frontend)],
        "notifystatus": [partial(_announced, frontend, newsreader)],
        "imgresize": [
            partial(_resized, frontend, picture),
            partial(_missing, frontend, picture),
            partial(_not_ready, frontend, ticket),
        ],
    }


_LISTS: list[dict[str, str]] = [{}, {"projectId": "tests"}, {"status": "ready"}]


def _image(frontend: Frontend) -> None:
    asset = frontend.wait(frontend.upload(photo(200, 150)), patience=PATIENCE)
    assert asset["status"] == "ready", asset["error"]


def _bad_file(frontend: Frontend) -> None:
    asset = frontend.wait(frontend.upload(b"<html>"), patience=PATIENCE)
    assert asset["error"]["code"] == "TYPE_MISMATCH"


def _gone(cloud: Cloud, frontend: Frontend) -> None:
    ticket = frontend.presign(size=100)
    Intake(cloud).send(ticket["key"], "a-version-that-is-gone", "00FF")
    assert frontend.wait(ticket["mediaId"], patience=PATIENCE)["status"] == "deleted"


def _backfill(cloud: Cloud, frontend: Frontend) -> None:
    one = media_id()
    cloud.client("s3").put_object(
        Bucket=cloud.outputs["OriginalsBucket"],
        Key=f"originals/default/tests/{one}-a.jpg",
        Body=photo(50, 50),
    )
    frontend.until_known(one, patience=PATIENCE)


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


def _announced(frontend: Frontend, newsreader: Newsreader) -> None:
    newsreader.until(frontend.presign(size=100)["mediaId"], "uploading", patience=PATIENCE)


def _resized(frontend: Frontend, picture: Mapping[str, Any]) -> None:
    unique = int(media_id()[6:], 16)
    for version in ({"v": picture["tag"]}, {}):
        size = {"w": 1 + unique % 399, "h": 1 + unique % 251, "q": 1 + unique % 100}
        answer = frontend.img(picture, f="webp", **version, **size)
        assert answer.status_code == 200, answer.text
    stored = frontend.http.get(f"{frontend.edge}/variants/default/tests/{picture['id']}/")
    assert stored.status_code != 500


def _missing(frontend: Frontend, picture: Mapping[str, Any]) -> None:
    unknown = f"{int(media_id()[6:], 16):012x}"
    assert frontend.img(picture, v=unknown, w=9, f="webp").status_code == 404


def _not_ready(frontend: Frontend, ticket: Mapping[str, Any]) -> None:
    answer = frontend.img({"originalKey": ticket["key"]}, w=9, f="webp")
    assert answer.json()["code"] == "NOT_READY"


def _probed(studio: Studio) -> None:
    assert studio.invoke("probe_video", studio.run(studio.film))["height"] == 180


def _probed_too_late(studio: Studio) -> None:
    """The version is gone, and so is the asset: which has been said before."""
    run = studio.run(studio.asset, versionId="gone")
    with studio.newest("gone"):
        assert studio.refused("probe_video", run) == "Superseded"
        assert studio.asset["status"] == "deleted"


def _transcoded(studio: Studio) -> None:
    run = studio.begun()
    studio.invoke("submit_mediaconvert", run)
    studio.until_over(run)
    assert studio.invoke("wait_mediaconvert", run)["done"]


def _submitted_again(studio: Studio) -> None:
    """A claim is there, and nobody knows whether a job is."""
    run = studio.begun()
    at = timestamp()
    studio.note(run, tag=run["tag"], status="CLAIMED", claimedAt=at, heardAt=at, rev=1)
    studio.invoke("submit_mediaconvert", run)
    studio.until_over(run)


def _submitted_too_late(studio: Studio) -> None:
    run = studio.begun()
    with studio.without_original():
        assert studio.refused("submit_mediaconvert", run) == "Superseded"


def _submitted_beside_a_former_job(studio: Studio) -> None:
    run = studio.begun()
    at = timestamp()
    known = {"tag": run["tag"], "status": "PROGRESSING", "jobId": "1-aaaaaa", "rev": 1}
    studio.note({**run, "attempt": run["attempt"] - 1}, **known, claimedAt=at, heardAt=at)
    studio.invoke("submit_mediaconvert", run)
    studio.until_over(run)


def _asked_about(studio: Studio) -> None:
    """MediaConvert forgot the job, and no event told of it."""
    run = studio.begun()
    long_ago = timestamp(hours=-1)
    known = {"tag": run["tag"], "status": "PROGRESSING", "jobId": "1-aaaaaa", "rev": 1}
    studio.note(run, **known, claimedAt=long_ago, heardAt=long_ago)
    assert studio.refused("wait_mediaconvert", run) == "EncoderFault"

    studio.invoke("submit_mediaconvert", run := studio.begun())
    studio.until_over(run)
    studio.note(run, status="PROGRESSING", claimedAt=long_ago, heardAt=long_ago)
    assert studio.invoke("wait_mediaconvert", run)["done"]
    assert studio.record(run)["status"] == "COMPLETE"


def _cancelled(studio: Studio) -> None:
    run = studio.begun()
    at = timestamp()
    known = {"tag": run["tag"], "status": "PROGRESSING", "jobId": "1-aaaaaa", "rev": 1}
    studio.note(run, **known, claimedAt=at, heardAt=at, cancelRequested=True)
    assert studio.refused("wait_mediaconvert", run) == "Cancelled"


def _done_too_late(studio: Studio) -> None:
    run = studio.begun()
    at = timestamp()
    known = {"tag": run["tag"], "status": "COMPLETE", "jobId": "1-aaaaaa", "rev": 1}
    studio.note(run, **known, claimedAt=at, heardAt=at)
    with studio.without_original():
        assert studio.refused("wait_mediaconvert", run) == "Superseded"


def _doubled(studio: Studio) -> None:
    """A second job of the run is heard of, and cancelled, were it still there."""
    run = studio.begun()
    studio.invoke("submit_mediaconvert", run)
    studio.until_over(run)
    names = ("orgId", "mediaId", "versionId", "attempt")
    detail = {
        "jobId": "1-aaaaaa",
        "status": "PROGRESSING",
        "timestamp": 1,
        "userMetadata": {name: str(run[name]) for name in names},
    }
    assert studio.invoke("on_mediaconvert_event", {"detail": detail}) == {}


def _collected(studio: Studio) -> None:
    run = {**studio.run(studio.film), "source": studio.source}
    assert studio.invoke("collect_outputs", run)["renditions"]


def _collected_in_part(studio: Studio) -> None:
    run = {**studio.run(studio.film, tag=studio.spoiled()), "source": studio.source}
    assert studio.refused("collect_outputs", run) == "EncoderFault"


def _collected_too_late(studio: Studio) -> None:
    run = {**studio.run(studio.film), "source": studio.source}
    with studio.without_original():
        assert studio.refused("collect_outputs", run) == "Superseded"


def _stills(studio: Studio) -> None:
    run = {**studio.run(studio.film), "source": studio.source}
    assert studio.invoke("video_stills", run)["renditions"]


def _job_cancelled(studio: Studio, frontend: Frontend) -> None:
    run = studio.begun()
    at = timestamp()
    known = {"tag": run["tag"], "status": "PROGRESSING", "jobId": "1-aaaaaa", "rev": 1}
    studio.note(run, **known, claimedAt=at, heardAt=at)
    job = f"/jobs/{run['mediaId']}.1.{run['attempt']}"
    assert frontend.request("DELETE", job).status_code == 202
