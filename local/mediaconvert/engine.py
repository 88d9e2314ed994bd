"""The rules and the encoder as one: refusals when a job comes, and once its input is known."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from local.mediaconvert.encode import Code, Encoded, EncodeError, execute, filters, unsupported
from local.mediaconvert.encode.source import probe
from local.mediaconvert.job import Members
from local.mediaconvert.rules import violations


def review(settings: Members) -> list[str]:
    """What CreateJob refuses of settings that fit the model, each by its path."""
    return [*violations(settings), *unsupported(settings)]


def encode(
    settings: Members,
    source: Path,
    target: Path,
    *,
    on_progress: Callable[[int], None],
    cancelled: threading.Event,
) -> Encoded:
    """As `local.mediaconvert.encode.execute`; raises EncodeError also where a picture would be
    enlarged, which AWS does without a word."""
    if wrong := violations(settings, _shown_size(settings, source)):
        raise EncodeError(Code.SETTINGS, "; ".join(wrong))
    return execute(settings, source, target, on_progress=on_progress, cancelled=cancelled)


def _shown_size(settings: Members, source: Path) -> tuple[int, int]:
    """Width and height after rotation, in square pixels, made even."""
    described = probe(source)
    rotation = filters.rotation(settings["Inputs"][0].get("VideoSelector", {}), described)
    return filters.size({}, described, rotation)
