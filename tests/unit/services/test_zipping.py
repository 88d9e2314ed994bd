"""Zips are opened with Python's zipfile and, where they are unicode or large, by Info-ZIP too."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.errors import NotFound, Transient
from spool.keys import DownloadRef
from spool.model import Status
from spool.services import zipping
from spool.services.download_records import Download, DownloadStatus, Entry, State
from spool.services.zip_names import MISSING, unique_names
from spool.services.zipping import PIECE, Zipper, part_size, parted
from tests.unit.services.fakes import MemoryCatalogue, MemoryObjects, TickingClock
from tests.unit.services.test_downloads import an_asset
from tests.unit.services.test_zip_names import filenames

REF = DownloadRef("org", f"download_{'0' * 32}")
MIB = 1 << 20


def an_hour() -> float:
    return 3600


def noise(size: int, seed: int = 0) -> bytes:
    return bytes((i * 7 + seed) % 251 for i in range(min(size, 251))) * (size // 251 + 1)


@dataclass
class Bench:
    """A zipper, and files that were asked of it: originals and renditions in turn."""

    files: Sequence[tuple[str, bytes]]
    catalogue: MemoryCatalogue = field(default_factory=MemoryCatalogue)
    originals: MemoryObjects = field(default_factory=MemoryObjects)
    renditions: MemoryObjects = field(default_factory=MemoryObjects)

    def __post_init__(self) -> None:
        names = unique_names(name for name, _ in self.files)
        entries = [
            self._entry(index, name, data)
            for index, (name, (_, data)) in enumerate(zip(names, self.files, strict=True))
        ]
        self.download = Download(entries)
        self.download.store(self.renditions, REF)

    def _entry(self, index: int, name: str, data: bytes) -> Entry:
        asset = an_asset(f"m{index}")
        self.catalogue.insert(asset)
        bucket, version = [(self.originals, "v1"), (self.renditions, None)][index % 2]
        bucket.objects[f"{index}", version] = data, "any/type"
        return Entry(
            name=name, media_id=asset.id, key=f"{index}", version_id=version, bytes=len(data)
        )

    @property
    def zipper(self) -> Zipper:
        return Zipper(
            catalogue=self.catalogue,
            originals=self.originals,
            renditions=self.renditions,
            clock=TickingClock(),
        )

    def make(self, seconds_left: Callable[[], float] = an_hour) -> DownloadStatus:
        return self.zipper.make(REF, seconds_left)

    @property
    def zipped(self) -> zipfile.ZipFile:
        opened = zipfile.ZipFile(io.BytesIO(self.renditions.get(REF.zip).read()))
        assert opened.testzip() is None
        return opened

    @property
    def state(self) -> State:
        return State.load(self.renditions, REF)


@given(st.lists(st.tuples(filenames, st.binary(max_size=200)), min_size=1, max_size=12))
def test_a_zip_holds_every_file_by_its_name(files: list[tuple[str, bytes]]) -> None:
    bench = Bench(files)

    assert bench.make() is DownloadStatus.READY

    zipped = bench.zipped
    names = [entry.name for entry in bench.download.entries]
    assert zipped.namelist() == names
    assert [zipped.read(name) for name in names] == [data for _, data in files]
    for info in zipped.infolist():
        assert info.compress_type == zipfile.ZIP_STORED
        assert bool(info.flag_bits & 0x800) is not info.filename.isascii()


@pytest.mark.parametrize(
    "sizes",
    [
        [0],
        [1, PIECE - 1, PIECE, PIECE + 1, 0],
        [3 * PIECE + 5],
        [PIECE // 3] * 7,
    ],
)
def test_files_of_all_sizes(sizes: list[int]) -> None:
    files = [(f"{n}.bin", noise(size, n)[:size]) for n, size in enumerate(sizes)]
    bench = Bench(files)

    bench.make()

    assert [(i.filename, bench.zipped.read(i)) for i in bench.zipped.infolist()] == files
    assert bench.renditions.objects[REF.zip, None][1] == "application/zip"


@pytest.mark.skipif(shutil.which("unzip") is None, reason="Info-ZIP is not installed")
def test_another_program_opens_it(tmp_path: Path) -> None:
    names = ["Å (2) – 日本語 🎞.jpg", "plain.mp4", "a+b %41;$HOME.webp"]
    bench = Bench([(name, name.encode() * 1000) for name in names])
    bench.make()
    path = tmp_path / "a.zip"
    path.write_bytes(bench.renditions.get(REF.zip).read())

    subprocess.run(["unzip", "-tq", path], check=True, capture_output=True)
    subprocess.run(
        ["unzip", "-q", path, "-d", tmp_path / "out"],
        check=True,
        capture_output=True,
        env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )

    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == {
        name: name.encode() * 1000 for name in names
    }


def test_what_was_deleted_meanwhile_is_named_and_the_rest_is_there() -> None:
    bench = Bench([(f"{n}.bin", noise(PIECE + n)[: PIECE + n]) for n in range(5)])
    del bench.originals.objects["0", "v1"]
    del bench.renditions.objects["3", None]
    deleted = bench.catalogue.assets["org", "m2"]
    bench.catalogue.assets["org", "m2"] = replace(deleted, status=Status.DELETED)
    del bench.catalogue.assets["org", "m4"]

    assert bench.make() is DownloadStatus.READY

    assert bench.zipped.namelist() == ["1.bin", MISSING]
    assert bench.zipped.read(MISSING) == b"0.bin\n2.bin\n3.bin\n4.bin\n"
    assert len(bench.zipped.read("1.bin")) == PIECE + 1


def test_a_second_delivery_reads_no_file_and_changes_nothing() -> None:
    bench = Bench([("a.bin", b"a")])
    bench.make()
    before = dict(bench.renditions.objects)
    bench.originals.objects.clear()

    assert bench.make() is DownloadStatus.READY

    assert bench.renditions.objects == before


def test_two_at_once_leave_one_whole_zip() -> None:
    bench = Bench([("a.bin", b"a" * 100), ("b.bin", b"b" * 100)])
    other = Bench(bench.files, bench.catalogue, bench.originals, bench.renditions)
    put_parts = bench.renditions.put_parts

    def meanwhile(key: str, parts: Iterable[tuple[int, bytes]], content_type: str) -> int:
        bench.renditions.put_parts = put_parts  # type: ignore[method-assign]
        other.make()
        return put_parts(key, parts, content_type)

    bench.renditions.put_parts = meanwhile  # type: ignore[method-assign]

    assert bench.make() is DownloadStatus.READY
    assert [bench.zipped.read(name) for name in bench.zipped.namelist()] == [b"a" * 100, b"b" * 100]


def test_a_connection_that_breaks_off_is_made_again() -> None:
    bench = Bench([("a.bin", noise(3 * PIECE)[: 3 * PIECE])])
    read_range, calls = bench.originals.read_range, [0]

    def flaky(key: str, version_id: str | None, start: int, length: int) -> bytes:
        calls[0] += 1
        if calls[0] % 2:
            raise Transient("S3 broke off")
        return read_range(key, version_id, start, length)

    bench.originals.read_range = flaky  # type: ignore[method-assign]

    bench.make()

    assert bench.zipped.read("a.bin") == noise(3 * PIECE)[: 3 * PIECE]


@pytest.mark.parametrize("broken", [Transient("always"), ValueError("a fault of ours")])
def test_a_zip_that_fails_says_so_and_may_be_ready_after_another_try(broken: Exception) -> None:
    bench = Bench([("a.bin", b"a")])
    read_range = bench.originals.read_range

    def fail(*_: object) -> bytes:
        raise broken

    bench.originals.read_range = fail  # type: ignore[assignment, method-assign]

    with pytest.raises(type(broken)):
        bench.make()

    assert (REF.zip, None) not in bench.renditions.objects
    assert bench.state.status is DownloadStatus.FAILED
    assert bench.state.error is not None
    assert bench.state.error.code == "INTERNAL"
    bench.originals.read_range = read_range  # type: ignore[method-assign]
    assert bench.make() is DownloadStatus.READY


def test_a_file_that_is_shorter_than_it_was_is_not_passed_off_as_whole() -> None:
    bench = Bench([("a.bin", b"whole")])
    bench.originals.objects["0", "v1"] = b"who", ""

    with pytest.raises(Transient, match="2 bytes early"):
        bench.make()


def test_a_file_that_is_removed_while_it_is_read_is_tried_anew() -> None:
    bench = Bench([("a.bin", bytes(8 * PIECE))])
    read_range = bench.originals.read_range

    def remove(key: str, version_id: str | None, start: int, length: int) -> bytes:
        if start == 7 * PIECE:
            bench.originals.objects.clear()
        return read_range(key, version_id, start, length)

    bench.originals.read_range = remove  # type: ignore[method-assign]

    with pytest.raises(Transient, match="removed"):
        bench.make()
    assert bench.make() is DownloadStatus.READY
    assert bench.zipped.namelist() == [MISSING]


def test_a_zip_that_time_is_too_short_for_fails_with_a_sentence() -> None:
    bench = Bench([("a.bin", bytes(4 * PIECE))])
    seconds = iter([900.0, 100.0, zipping.RESERVE - 1.0])

    assert bench.make(lambda: next(seconds)) is DownloadStatus.FAILED

    assert (REF.zip, None) not in bench.renditions.objects
    assert bench.state.error is not None
    assert bench.state.error.code == "TIMEOUT"
    assert "fewer files" in bench.state.error.message


def test_what_nobody_asked_for_is_not_made() -> None:
    bench = Bench([("a.bin", b"a")])

    with pytest.raises(NotFound):
        bench.zipper.make(DownloadRef("other", REF.id), an_hour)

    assert len(bench.renditions.objects) == 1


def test_the_state_says_when_work_began() -> None:
    bench = Bench([("a.bin", b"a")])
    clock = bench.zipper.clock()

    bench.make()

    assert bench.state.status is DownloadStatus.WORKING
    assert bench.state.at - clock < timedelta(seconds=2)


@given(st.lists(st.binary(max_size=50), max_size=30), st.integers(1, 40))
def test_parts_are_the_same_bytes(chunks: list[bytes], size: int) -> None:
    parts = list(parted(chunks, size))

    assert b"".join(body for _, body in parts) == b"".join(chunks)
    assert [number for number, _ in parts] == list(range(1, len(parts) + 1))
    assert all(len(body) == size for _, body in parts[:-1])
    assert all(0 < len(body) <= size for _, body in parts[-1:])


@pytest.mark.parametrize("total", [1, 79 << 30, 100 << 30])
def test_there_are_never_too_many_parts(total: int) -> None:
    entry = Entry(name="a", media_id="m", key="k", version_id=None, bytes=total)

    size = part_size(Download([entry]))

    assert size >= PIECE
    assert (total + 1024) / size <= 10_000


ZEROS = bytes(PIECE)


class Zeros(MemoryObjects):
    """Zeros of any length, and parts that hold nothing else stored as one."""

    def read_range(self, _key: str, _version_id: str | None, _start: int, length: int) -> bytes:
        return ZEROS if length == PIECE else bytes(length)

    def put_parts(self, _key: str, parts: Iterable[tuple[int, bytes]], _content_type: str) -> int:
        self.parts = [ZEROS if body == ZEROS else body for _, body in parts]
        return sum(map(len, self.parts))


class Joined(io.RawIOBase):
    """Parts of PIECE bytes as one file."""

    def __init__(self, parts: list[bytes]) -> None:
        self._parts, self._at = parts, 0
        self._size = sum(map(len, parts))

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = offset + (0, self._at, self._size)[whence]
        return self._at

    def read(self, size: int = -1) -> bytes:
        end = self._size if size < 0 else min(self._at + size, self._size)
        first, last = self._at // PIECE, -(-end // PIECE)
        start, self._at = self._at - first * PIECE, max(end, self._at)
        return b"".join(self._parts[first:last])[start : start + end - first * PIECE - start]


def test_files_and_offsets_above_4_gib_are_zip64() -> None:
    bench = Bench([("big.bin", b""), ("small.bin", b"")], originals=Zeros(), renditions=Zeros())
    big, small = bench.download.entries
    sizes = [(4 << 30) + 5, 3]
    entries = [replace(big, bytes=sizes[0]), replace(small, bytes=sizes[1])]
    bench.renditions.objects.clear()
    Download(entries).store(bench.renditions, REF)

    bench.make()

    assert isinstance(bench.renditions, Zeros)
    with zipfile.ZipFile(Joined(bench.renditions.parts)) as zipped:
        assert [info.file_size for info in zipped.infolist()] == sizes
        assert zipped.infolist()[1].header_offset > 4 << 30
        assert zipped.read("small.bin") == bytes(3)
        with zipped.open("big.bin") as file:
            assert file.read(5) == bytes(5)
