"""The one FFmpeg command that executes a job: one decode feeds every output."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from local.mediaconvert.encode import encoders, filters
from local.mediaconvert.encode.errors import Code, EncodeError
from local.mediaconvert.encode.layout import Group, Output, Settings, groups
from local.mediaconvert.encode.rates import Cadence, cadence
from local.mediaconvert.encode.source import Source, guarded

_TICK = 1e-6  # FFmpeg's options for lengths of time count microseconds


@dataclass(frozen=True, kw_only=True)
class Plan:
    """`arguments` follow FFmpeg's name; folders of `groups` must exist before it runs."""

    arguments: tuple[str, ...]
    groups: tuple[Group, ...]
    rotate: str


def plan(settings: Settings, source: Source, target: Path) -> Plan:
    """Raises EncodeError where settings don't fit the source."""
    layout = groups(settings, target)
    selected = settings["Inputs"][0]
    rotate = filters.rotation(selected.get("VideoSelector", {}), source)
    pairs = [(group, output) for group in layout for output in group.outputs]
    labels = [f"o{index}" for index in range(len(pairs))]
    return Plan(
        arguments=(
            *_input(source, rotate),
            "-filter_complex",
            _graph([output for _, output in pairs], labels, source, rotate, selected),
            *(
                argument
                for (group, output), label in zip(pairs, labels, strict=True)
                for argument in ("-map", f"[{label}]", *_output(group, output, source))
            ),
        ),
        groups=layout,
        rotate=rotate,
    )


def frame_rate(output: Output, source: Source) -> Fraction:
    if output.codec.get("FramerateControl") == "SPECIFIED":
        return Fraction(output.codec["FramerateNumerator"], output.codec["FramerateDenominator"])
    return source.frame_rate


def manifest(output: Output) -> Path:
    """Where FFmpeg writes what it says of one rendition, on the way to the group's manifests."""
    return output.folder / f".{output.name}.mpd"


def _input(source: Source, rotate: str) -> list[str]:
    turned = [] if rotate == "AUTO" else ["-noautorotate", "-display_rotation:v:0", "0"]
    guards = [
        part for name, value in guarded(source.demuxer).items() for part in (f"-{name}", value)
    ]
    return [*turned, *guards, "-f", source.demuxer, "-i", str(source.path)]


def _graph(
    outputs: list[Output], labels: list[str], source: Source, rotate: str, selected: Settings
) -> str:
    pictures = [(o, label) for o, label in zip(outputs, labels, strict=True) if not o.is_audio]
    sounds = [(o, label) for o, label in zip(outputs, labels, strict=True) if o.is_audio]
    chains = [filters.picture(o, source, rotate, frame_rate(o, source)) for o, _ in pictures]
    return ";".join(
        [
            filters.graph(f"0:{source.video}", chains, [label for _, label in pictures]),
            *(
                f"[0:{_track(o, source, selected)}]{','.join(filters.sound(o))}[{label}]"
                for o, label in sounds
            ),
        ]
    )


def _track(output: Output, source: Source, selected: Settings) -> int:
    """The stream index of the track that the output's audio selector names (counted from 1)."""
    selectors = selected.get("AudioSelectors", {})
    name = output.settings.get("AudioSourceName", "Audio Selector 1")
    number: int = selectors.get(name, {}).get("Tracks", [1])[0]
    if number > len(source.audio):
        raise EncodeError(
            Code.NO_AUDIO,
            f"No audio found in the input: [{name} asks for track {number}, "
            f"the input has {len(source.audio)}]",
        )
    return source.audio[number - 1]


def _output(group: Group, output: Output, source: Source) -> list[str]:
    if output.kind == "FRAME_CAPTURE":
        pattern = output.folder / f"{output.name.replace('%', '%%')}.%07d.jpg"
        return [*encoders.capture(output), "-fps_mode", "passthrough", "-f", "image2",
                "-start_number", "0", str(pattern)]  # fmt: skip
    leader = _leader(group) if output.is_audio else output
    rate = frame_rate(leader, source)
    lengths = cadence(leader.codec, group.settings, rate)
    encoder = encoders.audio(output) if output.is_audio else encoders.video(output, lengths)
    return [*encoder, *_cmaf(output, group, lengths, rate)]


def _leader(group: Group) -> Output:
    """The video whose segments the sound follows."""
    return next(output for output in group.outputs if not output.is_audio)


def _cmaf(output: Output, group: Group, lengths: Cadence, rate: Fraction) -> list[str]:
    """FFmpeg's dash muxer writes CMAF: init, then segments of one or more fragments.

    Without a timeline it cuts at multiples of the segment's length, so sound doesn't drift from
    the pictures. A tick less than whole frames: rounding must not miss the keyframe by one.
    """
    segment = float(lengths.segment / rate) - _TICK
    fragment = min(float(group.settings.get("FragmentLength", 2)), segment) - _TICK
    return [
        "-f", "dash", "-use_template", "1", "-use_timeline", "0",
        "-seg_duration", f"{segment:.6f}",
        "-frag_type", "duration", "-frag_duration", f"{fragment:.6f}",
        "-format_options", "movflags=+cmaf",
        "-init_seg_name", output.init.replace("$", "$$"),
        "-media_seg_name", output.segment_template,
        str(manifest(output)),
    ]  # fmt: skip
