"""One decode for all rungs against one FFmpeg run per rung, and what a local job adds to FFmpeg."""

from __future__ import annotations

import copy
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from bench import clips
from bench.measure import Row, compared, paired, seconds
from local.mediaconvert.encode import execute, ffmpeg
from local.mediaconvert.encode.plan import plan
from local.mediaconvert.encode.source import probe
from spool.video.job import JobTarget, build_job, template
from spool.video.source import VideoSource

Settings = dict[str, Any]

ROUNDS = 3
HD, UHD = (1920, 1080), (3840, 2160)
GOAL_HD, GOAL_UHD, GOAL_JOB = 0.92, 0.70, 1.15
TARGET = JobTarget(
    input="s3://originals/clip.mp4",
    stream="s3://renditions/stream/video",
    captures="s3://renditions/captures/frame",
)


def measure() -> list[Row]:
    hd = clips.clip(*HD, seconds=3, codec=clips.H264)
    uhd = clips.clip(*UHD, seconds=2, codec=clips.HEVC)
    return [
        _one_decode("1080p H.264 to all rungs by one decode", hd, HD, seconds=3, goal=GOAL_HD),
        _one_decode("4K HEVC to all rungs by one decode", uhd, UHD, seconds=2, goal=GOAL_UHD),
        _whole_job(hd, _settings(HD, seconds=3)),
    ]


def _one_decode(
    name: str, clip: Path, size: tuple[int, int], *, seconds: float, goal: float
) -> Row:
    whole = _rungs(_settings(size, seconds=seconds))
    single = [_only(whole, index) for index in range(len(whole["OutputGroups"][0]["Outputs"]))]
    ours, peer = paired(_timed([whole], clip), _timed(single, clip), rounds=ROUNDS)
    return compared(name, "s", ours, peer, peer_name="one FFmpeg per rung", goal=goal)


def _whole_job(clip: Path, settings: Settings) -> Row:
    def job() -> None:
        with tempfile.TemporaryDirectory() as folder:
            execute(
                settings,
                clip,
                Path(folder),
                on_progress=lambda _: None,
                cancelled=threading.Event(),
            )

    ours, peer = paired(seconds(job), _timed([settings], clip), rounds=ROUNDS)
    return compared(
        "a local MediaConvert job", "s", ours, peer, peer_name="bare FFmpeg", goal=GOAL_JOB
    )


def _timed(jobs: Sequence[Settings], clip: Path) -> Callable[[], float]:
    """Seconds of FFmpeg alone for `jobs`, one after another."""

    def run() -> None:
        with tempfile.TemporaryDirectory() as folder:
            for index, settings in enumerate(jobs):
                planned = plan(settings, source, Path(folder) / str(index))
                for group in planned.groups:
                    group.folder.mkdir(parents=True)
                subprocess.run(
                    ffmpeg.command(planned.arguments), check=True, stdout=subprocess.DEVNULL
                )

    source = probe(clip)
    return seconds(run)


def _settings(size: tuple[int, int], *, seconds: float) -> Settings:
    source = VideoSource(
        width=size[0],
        height=size[1],
        duration=seconds,
        frame_rate=Fraction(clips.RATE),
        audio_channels=0,
        hdr=False,
    )
    settings: Settings = build_job(template(), source, TARGET)["Settings"]
    return settings


def _rungs(settings: Settings) -> Settings:
    """Without captures."""
    return {**settings, "OutputGroups": settings["OutputGroups"][:1]}


def _only(settings: Settings, index: int) -> Settings:
    alone = copy.deepcopy(settings)
    group = alone["OutputGroups"][0]
    group["Outputs"] = [group["Outputs"][index]]
    return alone


if __name__ == "__main__":
    for row in measure():
        print(row)
