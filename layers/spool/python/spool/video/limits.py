"""How large, long and silent a video may be."""

from __future__ import annotations

from dataclasses import dataclass

from spool.errors import DurationLimit, NoMediaStreams, PixelLimit


@dataclass(frozen=True, kw_only=True)
class VideoLimits:
    """`pixels` bounds width x height of a frame, `duration` is in seconds."""

    pixels: int
    duration: int
    audio_required: bool = False

    def check_frame(self, width: int, height: int) -> None:
        """Raises PixelLimit."""
        if width * height > self.pixels:
            raise PixelLimit(
                f"The video's frames have {width} x {height} pixels; "
                f"at most {self.pixels:,} are allowed."
            )

    def check_duration(self, seconds: float) -> None:
        """Raises DurationLimit."""
        if seconds > self.duration:
            raise DurationLimit(
                f"The video takes {_time(seconds)}; at most {_time(self.duration)} are allowed."
            )

    def check_sound(self, *, has_audio: bool) -> None:
        """Raises NoMediaStreams."""
        if self.audio_required and not has_audio:
            raise NoMediaStreams("The video has no sound, which is required here.")


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
