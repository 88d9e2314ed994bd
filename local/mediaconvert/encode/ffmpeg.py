"""The only place that starts FFmpeg."""

from __future__ import annotations

import os
import selectors
import subprocess
import tempfile
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import IO

import imageio_ffmpeg

from local.mediaconvert.encode.errors import Cancelled, Code, EncodeError

REPORT_SECONDS = 0.25
_LOOK_SECONDS = 0.1  # how often a silent FFmpeg is checked for having to stop
_NICE = 10  # on a laptop, what people wait for in front of it goes first
_QUIET = ("-hide_banner", "-nostdin", "-y", "-loglevel", "error")
_REPORTING = ("-progress", "pipe:1", "-stats_period", str(REPORT_SECONDS))


def command(arguments: Sequence[str]) -> list[str]:
    """The argument list that `run` starts."""
    return [imageio_ffmpeg.get_ffmpeg_exe(), *_QUIET, *_REPORTING, *arguments]


def run(
    arguments: Sequence[str], *, on_line: Callable[[str], None], cancelled: threading.Event
) -> None:
    """Run to the end, giving each line of progress to `on_line`.

    Raises Cancelled once the event is set, EncodeError when FFmpeg ends with an error.
    """
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        process = subprocess.Popen(
            command(arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, process.pid, _NICE)
        try:
            _follow(process, on_line, cancelled)
            code = process.wait()
        finally:
            process.kill()  # nothing to an ended process: its code was read above
            process.wait()
            if process.stdout:
                process.stdout.close()
        if code != 0:
            log.seek(0)
            raise _failure(log)


def _follow(
    process: subprocess.Popen[str], on_line: Callable[[str], None], cancelled: threading.Event
) -> None:
    if process.stdout is None:
        return
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if cancelled.is_set():
                raise Cancelled
            if not selector.select(_LOOK_SECONDS):
                continue
            line = process.stdout.readline()
            if not line:
                return
            on_line(line)


def _failure(log: IO[str]) -> EncodeError:
    lines = [line.strip() for line in log if line.strip()]
    said = "; ".join(lines[-3:])
    spoiled = any("Invalid data found" in line for line in lines)
    code = Code.DEMUXER_PARSE if spoiled else Code.UNKNOWN
    return EncodeError(code, f"The encoder failed: [{said}]")
