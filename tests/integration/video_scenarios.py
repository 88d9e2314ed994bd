"""The shortest stories that need everything the roles of videos allow. Functions are called as the
state machine calls them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from tests.integration.studio import Run, Studio, timestamp

_JOB = "1-aaaaaa"


def scenarios(studio: Studio) -> Mapping[str, list[Callable[[], None]]]:
    """By function, as in `scenarios.of`."""
    transcoded = partial(_transcoded, studio)
    return {
        "videoprobevideo": [partial(_probed, studio), partial(_probed_too_late, studio)],
        "videosubmitmediaconvert": [
            partial(_submitted_too_late, studio),
            transcoded,
            partial(_submitted_again, studio),
            partial(_submitted_beside_a_former_job, studio),
        ],
        "videowaitmediaconvert": [
            partial(_cancelled, studio),
            partial(_done_too_late, studio),
            partial(_asked_about, studio),
            transcoded,
        ],
        "videoonmediaconvertevent": [partial(_heard, studio), partial(_doubled, studio)],
        "videotranscoding": [transcoded],
        "p/videotranscoding": [partial(_transcoded_in_private, studio)],
        "videocollectoutputs": [
            partial(_collected, studio),
            lambda: _collected_in_part(studio, studio.spoiled),
            partial(_collected_too_late, studio),
        ],
        "p/videocollectoutputs": [
            lambda: _collected(studio, studio.private),
            lambda: _collected_in_part(studio, studio.spoiled_private),
        ],
        "videovideostills": [partial(_stills, studio)],
        "p/videovideostills": [lambda: _stills(studio, studio.private)],
    }


def _probed(studio: Studio) -> None:
    assert studio.invoke("probe_video", studio.run(studio.film))["height"] == 180


def _probed_too_late(studio: Studio) -> None:
    """The version is gone, and so is the asset: it has no other."""
    double = studio.double(status="processing", versionId="gone")
    record = double.record
    same = {"key": record["originalKey"], "attempt": int(record["attempt"])}
    run = studio.run(studio.film, mediaId=double.id, versionId="gone", **same)
    assert studio.refused("probe_video", run) == "Superseded"
    assert double.record["status"] == "deleted"


def _transcoded(studio: Studio) -> None:
    run = studio.begun()
    studio.invoke("submit_mediaconvert", run)
    studio.until_over(run)
    assert studio.invoke("wait_mediaconvert", run)["done"]


def _transcoded_in_private(studio: Studio) -> None:
    run = studio.begun(tag="p00000000000a")
    studio.invoke("submit_mediaconvert", run)
    studio.until_over(run)
    assert studio.record(run)["status"] == "COMPLETE"


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
    note_job(studio, {**run, "attempt": run["attempt"] - 1})
    studio.invoke("submit_mediaconvert", run)
    studio.until_over(run)


def _asked_about(studio: Studio) -> None:
    """MediaConvert forgot the job, and no event told of it."""
    long_ago = timestamp(hours=-1)
    note_job(studio, run := studio.begun(), claimedAt=long_ago, heardAt=long_ago)
    assert studio.refused("wait_mediaconvert", run) == "EncoderFault"

    studio.invoke("submit_mediaconvert", run := studio.begun())
    studio.until_over(run)
    studio.note(run, status="PROGRESSING", claimedAt=long_ago, heardAt=long_ago)
    assert studio.invoke("wait_mediaconvert", run)["done"]
    assert studio.record(run)["status"] == "COMPLETE"


def _cancelled(studio: Studio) -> None:
    note_job(studio, run := studio.begun(), cancelRequested=True)
    assert studio.refused("wait_mediaconvert", run) == "Cancelled"


def _done_too_late(studio: Studio) -> None:
    note_job(studio, run := studio.begun(), status="COMPLETE")
    with studio.without_original():
        assert studio.refused("wait_mediaconvert", run) == "Superseded"


def _heard(studio: Studio) -> None:
    note_job(studio, run := studio.begun())
    assert studio.invoke("on_mediaconvert_event", _event(run, _JOB, "COMPLETE")) == {}
    assert studio.record(run)["status"] == "COMPLETE"


def _doubled(studio: Studio) -> None:
    """A second job of the run is heard of, and cancelled, were it still there."""
    note_job(studio, run := studio.begun())
    event = _event(run, "1-bbbbbb", "PROGRESSING")
    assert studio.invoke("on_mediaconvert_event", event) == {}


def note_job(studio: Studio, run: Run, **changes: Any) -> None:
    """That a job of the run is under way, of which MediaConvert knows nothing."""
    at = timestamp()
    known = {"tag": run["tag"], "status": "PROGRESSING", "jobId": _JOB, "rev": 1}
    studio.note(run, **{**known, "claimedAt": at, "heardAt": at, **changes})


def _event(run: Run, job: str, status: str) -> dict[str, Any]:
    names = ("orgId", "mediaId", "versionId", "attempt")
    detail = {
        "jobId": job,
        "status": status,
        "timestamp": int(time.time() * 1000),
        "userMetadata": {name: str(run[name]) for name in names},
    }
    return {"detail": detail}


def _collected(studio: Studio, tag: str | None = None) -> None:
    run = {**studio.run(studio.film), "source": studio.source}
    assert studio.invoke("collect_outputs", {**run, "tag": tag or run["tag"]})["renditions"]


def _collected_in_part(studio: Studio, tag: str) -> None:
    run = {**studio.run(studio.film, tag=tag), "source": studio.source}
    assert studio.refused("collect_outputs", run) == "EncoderFault"


def _collected_too_late(studio: Studio) -> None:
    run = {**studio.run(studio.film), "source": studio.source}
    with studio.without_original():
        assert studio.refused("collect_outputs", run) == "Superseded"


def _stills(studio: Studio, tag: str | None = None) -> None:
    run = {**studio.run(studio.film), "source": studio.source}
    assert studio.invoke("video_stills", {**run, "tag": tag or run["tag"]})["renditions"]
