"""One job from settings and an input file to the files of its output groups."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from local.mediaconvert.encode import encoded, ffmpeg, filters, mpd, playlists
from local.mediaconvert.encode.encoded import Encoded, EncodedGroup
from local.mediaconvert.encode.errors import Code, EncodeError
from local.mediaconvert.encode.layout import Group, Output
from local.mediaconvert.encode.plan import Plan, frame_rate, manifest, plan
from local.mediaconvert.encode.progress import Progress
from local.mediaconvert.encode.rendition import Rendition, measure
from local.mediaconvert.encode.source import Source, probe

# A container's duration counts a last frame's display, and edits; this much less was cut off.
_MISSING_SECONDS, _MISSING_SHARE = 0.5, 0.02


def execute(
    settings: Mapping[str, Any],
    source: Path,
    target: Path,
    *,
    on_progress: Callable[[int], None],
    cancelled: threading.Event,
) -> Encoded:
    """Files are written to `target/{group index}/` under the names that MediaConvert gives.

    `settings` must pass `unsupported`. `on_progress` is given 0 to 100, rising, at most four times
    a second. Raises EncodeError; Cancelled soon after the event is set.
    """
    described = probe(source)
    planned = plan(settings, described, target)
    for group in planned.groups:
        group.folder.mkdir(parents=True)
    progress = Progress(described.duration, on_progress)
    ffmpeg.run(planned.arguments, on_line=progress.line, cancelled=cancelled)
    streams = {
        index: _measured(group, planned, described)
        for index, group in enumerate(planned.groups)
        if group.kind == "CMAF_GROUP"
    }
    _complete([made for renditions in streams.values() for made in renditions], described)
    finished = Encoded(
        groups=tuple(
            _streamed(group, streams[index])
            if index in streams
            else _captured(group, planned, described)
            for index, group in enumerate(planned.groups)
        )
    )
    on_progress(100)
    return finished


def _measured(group: Group, planned: Plan, source: Source) -> list[Rendition]:
    """FFmpeg's own manifests have served once their codecs are read."""
    renditions = [_rendition(output, planned, source) for output in group.outputs]
    for output in group.outputs:
        manifest(output).unlink()
    return renditions


def _rendition(output: Output, planned: Plan, source: Source) -> Rendition:
    if output.is_audio:
        return measure(output, manifest(output))
    return measure(
        output,
        manifest(output),
        size=filters.size(output.settings, source, planned.rotate),
        frame_rate=frame_rate(output, source),
    )


def _complete(renditions: Sequence[Rendition], source: Source) -> None:
    """FFmpeg ends well where an input breaks off: compare with what its container promised."""
    sounds = [made.duration for made in renditions if not made.size]
    lengths = [made.duration for made in renditions if made.size]
    if source.whole and source.audio:
        lengths = [*lengths, *sounds] if sounds else []  # only the sound may reach the end
    if source.duration is None or not lengths:
        return
    made = float(max(lengths))
    if made < source.duration - max(_MISSING_SECONDS, _MISSING_SHARE * source.duration):
        raise EncodeError(
            Code.SOURCE_READ,
            f"Unexpected end of the input: {made:.2f} of {source.duration:.2f} s could be read",
        )


def _streamed(group: Group, renditions: Sequence[Rendition]) -> EncodedGroup:
    videos = [rendition for rendition in renditions if rendition.size]
    sounds = [rendition for rendition in renditions if not rendition.size]
    texts: dict[str, str] = {}
    if group.settings.get("WriteDashManifest", "ENABLED") == "ENABLED":
        texts[f"{group.base}.mpd"] = mpd.manifest(videos, sounds, group.settings)
    if group.settings.get("WriteHlsManifest", "ENABLED") == "ENABLED":
        texts[f"{group.base}.m3u8"] = playlists.multivariant(videos, sounds, group.settings)
    manifests = list(texts)
    if group.settings.get("WriteHlsManifest", "ENABLED") == "ENABLED":
        texts |= {r.output.playlist: playlists.media(r, group.settings) for r in renditions}
    for name, text in texts.items():
        (group.folder / name).write_text(text)
    return encoded.cmaf(group, renditions, manifests)


def _captured(group: Group, planned: Plan, source: Source) -> EncodedGroup:
    made = []
    for output in group.outputs:
        count = sum(1 for path in group.folder.iterdir() if _is_capture(path, output))
        if not count:
            raise EncodeError(Code.SOURCE_READ, f"No frame for output {output.name}")
        size = filters.size(output.settings, source, planned.rotate)
        made.append((output.capture(count - 1), size))
    return encoded.captures(group, made, source.duration or 0)


def _is_capture(path: Path, output: Output) -> bool:
    name, number = path.name.removesuffix(".jpg").rsplit(".", 1)
    return name == output.name and number.isdigit()
