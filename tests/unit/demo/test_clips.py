"""The demo's videos, in a small size, are what their names say."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import av
import numpy as np
import pytest
from av.container import InputContainer
from av.video.frame import VideoFrame
from PIL import Image, ImageChops, ImageStat

from local.demo import clips
from local.demo.clips import BLACK_INTRO, Shot, cut, film, phone_clip
from local.demo.photos import drawings

PHOTOS = drawings()


@pytest.fixture(scope="module")
def small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clips, "FILM", (320, 180))
        patch.setattr(clips, "PHONE", (180, 320))
        yield


@pytest.fixture(scope="module")
def film_file(small: None) -> bytes:
    return film(PHOTOS)


@pytest.fixture
def camera(film_file: bytes) -> Iterator[InputContainer]:
    with av.open(BytesIO(film_file), "r") as container:
        yield container


@pytest.fixture
def phone(small: None) -> Iterator[InputContainer]:
    with av.open(BytesIO(phone_clip(PHOTOS)), "r") as container:
        yield container


def frames(container: InputContainer) -> list[Image.Image]:
    return [image(frame) for frame in container.decode(video=0)]


def image(frame: VideoFrame) -> Image.Image:
    return Image.fromarray(frame.to_ndarray(format="rgb24"))


def brightness(frame: Image.Image) -> float:
    return ImageStat.Stat(frame.convert("L")).mean[0]


def test_the_film_lasts_twelve_seconds_and_is_heard(camera: InputContainer) -> None:
    [video], [audio] = camera.streams.video, camera.streams.audio
    assert video.codec_context.name == "h264"
    assert video.average_rate == 25
    assert (audio.codec_context.name, audio.channels) == ("aac", 2)
    assert (camera.duration or 0) / av.time_base == pytest.approx(12, abs=0.05)
    loud = [float(np.abs(f.to_ndarray()).max()) for f in camera.decode(audio=0)]
    assert max(loud) > 0.1
    assert max(loud) < 1, "clipped"


def test_the_film_begins_in_the_dark_and_fades_in(camera: InputContainer) -> None:
    shown = frames(camera)
    intro = round(BLACK_INTRO * 25)
    assert len(shown) == 300
    assert max(brightness(frame) for frame in shown[:intro]) < 2
    assert brightness(shown[intro]) < brightness(shown[intro + 8]) < brightness(shown[intro + 15])


def test_the_films_index_comes_last_as_a_camera_writes_it(film_file: bytes) -> None:
    assert film_file.index(b"mdat") < film_file.index(b"moov")
    assert b"<script>" in film_file


def test_the_phones_clip_lies_in_the_file_and_stands_on_screen(phone: InputContainer) -> None:
    first = next(phone.decode(video=0))
    upright = image(first).rotate(first.rotation, expand=True)
    drawn = next(cut([Shot(PHOTOS["flower"], 2, (1, 1.3), (0.45, 0.4))], (180, 320), 30))
    assert (first.width, first.height) == (320, 180)
    assert max(ImageStat.Stat(ImageChops.difference(upright, drawn)).mean) < 4


def test_the_phones_clip_is_silent_and_tells_the_place(phone: InputContainer) -> None:
    assert not phone.streams.audio
    assert (phone.duration or 0) / av.time_base == pytest.approx(4, abs=0.05)
    assert phone.metadata["com.apple.quicktime.model"] == "Demo 1"
    assert phone.metadata["com.apple.quicktime.location.ISO6709"].startswith("+39.9996+116.2676")


@pytest.mark.parametrize("zoom", [(1, 1), (1, 1.7), (1.3, 1)])
def test_a_shot_stays_inside_its_still_and_keeps_its_shape(zoom: tuple[float, float]) -> None:
    still = Image.new("RGB", (451, 300), "white")
    shot = Shot(still, 2, zoom, (1, 0))
    for time in (0, 1, 2 + clips.FADE):
        frame = shot.at(time, (90, 160))
        assert frame.size == (90, 160)
        assert frame.getextrema() == ((255, 255),) * 3


def test_a_shot_fades_into_the_next() -> None:
    shots = [Shot(Image.new("RGB", (16, 9), colour), 1) for colour in ("black", "white")]
    shades = [brightness(frame) for frame in cut(shots, (16, 9), 25)]
    assert shades[:26] == [0] * 26
    assert shades[25:] == sorted(shades[25:])
    assert shades[25 + round(clips.FADE * 25) :] == [255] * 10
