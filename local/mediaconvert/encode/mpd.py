"""The DASH manifest of a CMAF group (ISO/IEC 23009-1), as text."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby
from urllib.parse import quote
from xml.etree import ElementTree as ET  # only written here, never parsed

from local.mediaconvert.encode.layout import Settings
from local.mediaconvert.encode.rendition import Rendition

_NAMESPACE = "urn:mpeg:dash:schema:mpd:2011"
_PROFILE = "urn:mpeg:dash:profile:isoff-main:2011"
_CHANNELS = "urn:mpeg:dash:23003:3:audio_channel_configuration:2011"
_CHANNEL_COUNTS = {"CODING_MODE_1_0": 1, "CODING_MODE_2_0": 2, "CODING_MODE_5_1": 6}


def manifest(videos: Sequence[Rendition], sounds: Sequence[Rendition], settings: Settings) -> str:
    """One Period; an AdaptationSet for each video codec, since players switch within one only,
    and for each sound."""
    longest = max(rendition.duration for rendition in (*videos, *sounds))
    root = ET.Element(
        "MPD",
        xmlns=_NAMESPACE,
        type="static",
        profiles=_PROFILE,
        minBufferTime=_duration(Fraction(max(_length(video) for video in videos))),
        mediaPresentationDuration=_duration(longest),
    )
    period = ET.SubElement(root, "Period", id="1", start="PT0S", duration=_duration(longest))
    for codec in dict.fromkeys(_codec(video) for video in videos):
        adaptation = _adaptation(period, "video")
        for video in videos:
            if _codec(video) == codec:
                _video(adaptation, video, settings)
    for sound in sounds:
        _sound(_adaptation(period, "audio"), sound, settings)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _adaptation(period: ET.Element, kind: str) -> ET.Element:
    return ET.SubElement(
        period,
        "AdaptationSet",
        id=str(len(period) + 1),
        contentType=kind,
        mimeType=f"{kind}/mp4",
        segmentAlignment="true",
        startWithSAP="1",
    )


def _video(adaptation: ET.Element, video: Rendition, settings: Settings) -> None:
    representation = _representation(adaptation, video)
    if video.size and video.frame_rate:
        representation.set("width", str(video.size[0]))
        representation.set("height", str(video.size[1]))
        representation.set("frameRate", str(video.frame_rate))
    _segments(representation, video, settings)


def _sound(adaptation: ET.Element, sound: Rendition, settings: Settings) -> None:
    codec = sound.output.codec
    representation = _representation(adaptation, sound)
    representation.set("audioSamplingRate", str(codec.get("SampleRate", 48000)))
    channels = _CHANNEL_COUNTS[codec.get("CodingMode", "CODING_MODE_2_0")]
    ET.SubElement(
        representation, "AudioChannelConfiguration", schemeIdUri=_CHANNELS, value=str(channels)
    )
    _segments(representation, sound, settings)


def _representation(adaptation: ET.Element, rendition: Rendition) -> ET.Element:
    return ET.SubElement(
        adaptation,
        "Representation",
        id=rendition.output.name,
        bandwidth=str(rendition.peak_rate),
        codecs=rendition.codecs,
    )


def _segments(parent: ET.Element, rendition: Rendition, settings: Settings) -> None:
    """Each segment's own duration, or one for all that is only about right."""
    template = ET.SubElement(
        parent,
        "SegmentTemplate",
        timescale=str(rendition.timescale),
        initialization=_escaped(rendition.output.init),
        media=quote(rendition.output.segment_template, safe="$%"),
        startNumber="1",
    )
    if settings.get("WriteSegmentTimelineInRepresentation", "DISABLED") == "DISABLED":
        template.set("duration", str(round(_length(rendition) * rendition.timescale)))
        return
    timeline = ET.SubElement(template, "SegmentTimeline")
    start = 0
    for ticks, run in groupby(rendition.segments, key=lambda segment: segment.ticks):
        repeats = len(list(run)) - 1
        entry = ET.SubElement(timeline, "S", t=str(start), d=str(ticks))
        if repeats:
            entry.set("r", str(repeats))
        start += ticks * (repeats + 1)


def _codec(rendition: Rendition) -> str:
    return rendition.codecs.partition(".")[0]


def _length(rendition: Rendition) -> Fraction:
    return max(rendition.seconds(segment) for segment in rendition.segments)


def _escaped(name: str) -> str:
    return quote(name.replace("$", "$$"), safe="$")


def _duration(seconds: Fraction) -> str:
    return f"PT{float(seconds):.3f}S"
