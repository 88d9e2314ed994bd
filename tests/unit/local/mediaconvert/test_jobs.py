"""Jobs as a client of MediaConvert sees them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.mediaconvert.encode.errors import Code, EncodeError
from tests.unit.local.mediaconvert.stand_ins import DETAILS, JOB, MADE, SOURCE, Bench, until


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.service.stop()


def test_a_job_is_encoded_and_its_files_are_stored(bench: Bench) -> None:
    bench.encoder.free.set()

    job = bench.ended(bench.create(UserMetadata={"run": "r1"}, Priority=3))

    assert job["Status"] == "COMPLETE"
    assert job["JobPercentComplete"] == 100
    assert re.fullmatch(r"1700000000000-[a-z0-9]{6}", job["Id"])
    assert job["Arn"] == f"arn:aws:mediaconvert:eu-west-1:123456789012:jobs/{job['Id']}"
    assert job["Queue"] == "arn:aws:mediaconvert:eu-west-1:123456789012:queues/Default"
    assert job["Role"] == JOB["Role"]
    assert job["Settings"] == JOB["Settings"]
    assert job["UserMetadata"] == {"run": "r1"}
    assert job["Priority"] == 3
    assert job["CreatedAt"].timestamp() == job["Timing"]["FinishTime"].timestamp() == 1_700_000_000
    assert job["OutputGroupDetails"] == [
        {
            "OutputDetails": [
                {"DurationInMs": 1000, "VideoDetails": {"WidthInPx": 64, "HeightInPx": 36}},
                {"DurationInMs": 1000},
            ]
        }
    ]
    stored = {key: body for (bucket, key), body in bench.buckets.objects.items() if bucket == "out"}
    assert stored == {f"a/stream/{name}": content for name, content in MADE.items()}
    assert bench.encoder.sources == [b"a clip"]


def test_files_have_their_types_and_a_playlist_comes_after_what_it_names(bench: Bench) -> None:
    bench.encoder.free.set()
    bench.ended(bench.create())

    assert bench.buckets.types == {
        "a/stream/video.m3u8": "application/vnd.apple.mpegurl",
        "a/stream/video_1init.cmfv": "video/mp4",
        "a/stream/video.mpd": "application/dash+xml",
    }
    assert bench.buckets.written[0] == "a/stream/video_1init.cmfv"


def test_nothing_of_a_job_stays_on_the_disk(bench: Bench) -> None:
    bench.encoder.free.set()
    done = bench.ended(bench.create())
    bench.encoder.fails = EncodeError(Code.NO_VIDEO, "no video")
    failed = bench.ended(bench.create())

    assert [done["Status"], failed["Status"]] == ["COMPLETE", "ERROR"]
    assert len(bench.encoder.folders) == 2
    until(lambda: not any(folder.parent.exists() for folder in bench.encoder.folders))


def test_events_tell_a_job_s_way(bench: Bench) -> None:
    bench.encoder.free.set()
    job = bench.ended(bench.create(UserMetadata={"run": "r1"}))

    progressing, complete = bench.details
    common = {
        "timestamp": 1_700_000_000_000,
        "accountId": "123456789012",
        "queue": job["Queue"],
        "jobId": job["Id"],
        "userMetadata": {"run": "r1"},
    }
    assert progressing == {**common, "status": "PROGRESSING"}
    assert complete == {
        **common,
        "status": "COMPLETE",
        "paddingInserted": 0,
        "blackVideoDetected": 0,
        "outputGroupDetails": [
            {
                "type": "CMAF_GROUP",
                "playlistFilePaths": [
                    "s3://out/a/stream/video.mpd",
                    "s3://out/a/stream/video.m3u8",
                ],
                "outputDetails": [
                    DETAILS["outputDetails"][0],
                    {
                        "durationInMs": 1000,
                        "outputFilePaths": ["s3://out/a/stream/frame.0000001.jpg"],
                    },
                ],
            }
        ],
    }
    assert {event.resource for event in bench.events} == {job["Arn"]}


def test_a_job_tells_its_phase_and_percent_while_it_works(bench: Bench) -> None:
    job_id = bench.create()
    until(lambda: bench.job(job_id)["JobPercentComplete"] == 50)

    job = bench.job(job_id)

    assert job["Status"] == "PROGRESSING"
    assert job["CurrentPhase"] == "TRANSCODING"
    assert "FinishTime" not in job["Timing"]


UNREADABLE = (
    f"Unable to open input file [{SOURCE}]: [Failed probe/open: [Failed to read data: {{}}]]"
)
UNWRITABLE = (
    "Unable to write to output file [s3://out/a/stream/video.mpd]: [Failed to write data: {}]"
)


@pytest.mark.parametrize(
    ("prepare", "code", "message"),
    [
        (lambda b: b.buckets.objects.clear(), 1404, UNREADABLE.format("HeadObject failed")),
        (
            lambda b: b.buckets.denied.add("originals/clip.mp4"),
            1401,
            UNREADABLE.format("Access Denied"),
        ),
        (
            lambda b: b.buckets.denied.add("a/stream/video.mpd"),
            1401,
            UNWRITABLE.format("Access Denied"),
        ),
        (
            lambda b: setattr(b.encoder, "fails", EncodeError(Code.NO_VIDEO, "no video")),
            1020,
            "no video",
        ),
        (
            lambda b: setattr(b.encoder, "fails", ZeroDivisionError("oops")),
            1999,
            "The encoder failed: ZeroDivisionError('oops')",
        ),
    ],
    ids=["no input", "input denied", "output denied", "encoder refuses", "encoder breaks"],
)
def test_what_fails_ends_the_job_with_its_code(
    bench: Bench, prepare: Any, code: int, message: str
) -> None:
    bench.encoder.free.set()
    prepare(bench)

    job = bench.ended(bench.create())

    assert (job["Status"], job["ErrorCode"], job["ErrorMessage"]) == ("ERROR", code, message)
    assert bench.statuses == ["PROGRESSING", "ERROR"]
    assert bench.details[-1]["errorCode"] == code
    assert bench.details[-1]["errorMessage"] == message


def test_an_unreadable_input_is_named_by_its_address(bench: Bench) -> None:
    bench.encoder.free.set()
    bench.encoder.fails = EncodeError(Code.FILE_ACCESS, "Unable to open input file [source]: [x]")

    assert bench.ended(bench.create())["ErrorMessage"] == (
        f"Unable to open input file [{SOURCE}]: [x]"
    )


class TestCancel:
    def test_a_running_job_ends_at_once_and_its_work_soon(self, bench: Bench) -> None:
        job_id = bench.create()
        until(lambda: bench.encoder.folders)

        bench.client.cancel_job(Id=job_id)

        assert bench.status(job_id) == "CANCELED"
        until(lambda: not bench.encoder.folders[0].exists())
        assert bench.statuses == ["PROGRESSING", "CANCELED"]
        assert "out" not in {bucket for bucket, _ in bench.buckets.objects}

    def test_a_waiting_job_never_starts(self, bench: Bench) -> None:
        bench.client.update_queue(Name="Default", Status="PAUSED")
        job_id = bench.create()

        bench.client.cancel_job(Id=job_id)
        bench.client.update_queue(Name="Default", Status="ACTIVE")

        assert bench.statuses == ["CANCELED"]

    def test_an_ended_job_is_a_conflict(self, bench: Bench) -> None:
        bench.encoder.free.set()
        job_id = bench.create()
        bench.ended(job_id)

        with pytest.raises(bench.client.exceptions.ConflictException, match="status is COMPLETE"):
            bench.client.cancel_job(Id=job_id)

    def test_no_such_job(self, bench: Bench) -> None:
        with pytest.raises(bench.client.exceptions.NotFoundException):
            bench.client.cancel_job(Id="1-abc")


class TestRequestToken:
    def test_a_repeated_token_gives_the_job_that_it_gave(self, bench: Bench) -> None:
        first = bench.create(ClientRequestToken="t", UserMetadata={"n": "1"})
        bench.clock.now += 59

        again = bench.client.create_job(**JOB, ClientRequestToken="t", UserMetadata={"n": "2"})

        assert again["Job"]["Id"] == first
        assert again["Job"]["UserMetadata"] == {"n": "1"}
        assert len(bench.client.list_jobs()["Jobs"]) == 1

    def test_a_token_is_forgotten_after_a_minute(self, bench: Bench) -> None:
        first = bench.create(ClientRequestToken="t")
        bench.clock.now += 60

        assert bench.create(ClientRequestToken="t") != first

    def test_a_refused_request_leaves_its_token_free(self, bench: Bench) -> None:
        bench.wrong = ["/inputs: nothing to do"]
        with pytest.raises(ClientError):
            bench.create(ClientRequestToken="t")
        bench.wrong = []

        assert bench.create(ClientRequestToken="t")


class TestLists:
    def test_newest_first_and_by_pages(self, bench: Bench) -> None:
        made = [bench.create(UserMetadata={"n": str(n)}) for n in range(5)]

        first = bench.client.list_jobs(MaxResults=2)
        second = bench.client.list_jobs(MaxResults=2, NextToken=first["NextToken"])
        third = bench.client.list_jobs(MaxResults=2, NextToken=second["NextToken"])

        pages = [[job["Id"] for job in page["Jobs"]] for page in (first, second, third)]
        assert pages == [made[:2:-1], made[2:0:-1], made[:1]]
        assert "NextToken" not in third
        oldest = bench.client.list_jobs(Order="ASCENDING", MaxResults=1)["Jobs"][0]
        assert oldest["UserMetadata"] == {"n": "0"}

    def test_by_queue_status_and_input(self, bench: Bench) -> None:
        bench.client.create_queue(Name="other", Status="PAUSED")
        here, there = bench.create(), bench.create(Queue="other")

        def ids(**asked: Any) -> list[str]:
            return [job["Id"] for job in bench.client.search_jobs(**asked)["Jobs"]]

        assert ids(Queue="other") == ids(Status="SUBMITTED") == [there]
        assert ids(Status="PROGRESSING") == [here]
        assert ids(InputFile="clip.mp4") == [there, here]
        assert ids(InputFile="another") == []


class TestRefused:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"Role": "mediaconvert"}, "/role: [mediaconvert] is not the ARN of an IAM role"),
            ({"Priority": 51}, "/priority: Should be at most 50"),
            ({"StatusUpdateInterval": "SECONDS_11"}, "/statusUpdateInterval: Should be one of"),
            ({"JobTemplate": "mine"}, "/jobTemplate: not implemented"),
            ({"AccelerationSettings": {"Mode": "PREFERRED"}}, "/accelerationSettings: not impl"),
            (
                {"Settings": {"Inputs": [{"FileInput": "file:///etc/passwd"}]}},
                "/inputs/0/fileInput: Should match the pattern",
            ),
            (
                {"Settings": {"Inputs": [{"FileInput": SOURCE, "FilterStrength": 6}]}},
                "/inputs/0/filterStrength: Should be at most 5",
            ),
        ],
    )
    def test_what_the_model_forbids_is_refused_by_name(
        self, bench: Bench, changes: Any, message: str
    ) -> None:
        with pytest.raises(bench.client.exceptions.BadRequestException, match=re.escape(message)):
            bench.create(**changes)
        assert not bench.client.list_jobs()["Jobs"]

    def test_what_the_rules_and_the_engine_refuse_is_named(self, bench: Bench) -> None:
        bench.wrong = ["/outputGroups/0: no video", "/inputs/0/fileInput: a query"]

        with pytest.raises(ClientError, match="no video; /inputs/0/fileInput: a query"):
            bench.create()

    def test_an_unknown_queue(self, bench: Bench) -> None:
        with pytest.raises(bench.client.exceptions.NotFoundException, match=r"\[nowhere\]"):
            bench.create(Queue="nowhere")

    def test_an_operation_that_is_not_implemented_says_so(self, bench: Bench) -> None:
        with pytest.raises(ClientError, match="ListPresets: not implemented"):
            bench.client.list_presets()
