"""Every S3 key and tag, built and parsed here only.

originals/{orgId}/{projectId}/{mediaId}-{filename}
renditions/{orgId}/{projectId}/{mediaId}/{tag}/{name}
variants/{orgId}/{projectId}/{mediaId}/{tag}/{canonical options}
quick/{orgId}/{projectId}/{mediaId}/{tag}/{canonical options}
                                  in the variants' bucket: quick encodes, which the CDN does not see
captures/{orgId}/{projectId}/{mediaId}/{tag}/{name}
                                  in the renditions' bucket: frames of a video that its poster and
                                  sprites are made of
downloads/{orgId}/{downloadId}.zip
downloads/{orgId}/{downloadId}.json, ….state.json
                                  in the renditions' bucket: what was asked for together, the
                                  request, and how far it is

A private asset's tags begin with `p`, and its renditions and variants with `p/`: the CDN gives what
is under `/p/` to bearers of its signatures only.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from urllib.parse import quote

ORIGINALS = "originals/"
RENDITIONS = "renditions/"
VARIANTS = "variants/"
QUICK = "quick/"
CAPTURES = "captures/"
DOWNLOADS = "downloads/"
PRIVATE = "p/"

CURRENT = "current"
"""Stands for the tag in a variant's path where the request named none."""

MANIFEST = "manifest.json"
STREAM = "stream/video"
"""Base name of everything that streams: `stream/video.m3u8`, `stream/video_480pinit.cmfv`, …."""
FRAME = "frame"
"""Base name of every captured frame: `frame_poster.0000000.jpg`, …."""
HLS, DASH = f"{STREAM}.m3u8", f"{STREAM}.mpd"
MASTER, PREVIEW = "master.mp4", "preview.mp4"

RECIPE = "2"
"""Raised whenever what is made of an upload changes: it is part of every tag, and so of URLs."""

SLUG = r"[A-Za-z0-9_-]{1,64}"
"""Pattern of `orgId` and `projectId`."""

_TAGGED = frozenset({RENDITIONS, VARIANTS, QUICK})
_SLUG = re.compile(SLUG)
_MEDIA_ID = re.compile(r"[A-Za-z0-9_]{1,64}")  # no hyphen: the first one ends the id in a key
_TAG = re.compile(r"p?[0-9a-f]{12}")
_DOWNLOAD_ID = re.compile(r"download_[0-9a-f]{32}")
FILENAME_BYTES = 255


class InvalidKey(ValueError):
    """A key or a part of one that is outside the scheme; the message says which part and why."""


def safe_filename(name: str) -> str:
    """The file name as kept in a key: NFC, otherwise as given.

    Raises InvalidKey for `/`, `\\`, control characters, `.`, `..`, nothing, or over 255 bytes.
    """
    name = unicodedata.normalize("NFC", name)
    if name in {"", ".", ".."}:
        raise InvalidKey(f"filename {name!r} is not a file's name.")
    if any(c in "/\\" or unicodedata.category(c) in {"Cc", "Cs"} for c in name):
        raise InvalidKey("filename must not hold slashes or control characters.")
    if len(name.encode()) > FILENAME_BYTES:
        raise InvalidKey(f"filename must not be longer than {FILENAME_BYTES} bytes.")
    return name


def _matched(pattern: re.Pattern[str], what: str, value: str) -> str:
    if not pattern.fullmatch(value):
        raise InvalidKey(f"{what} must match {pattern.pattern}.")
    return value


@dataclass(frozen=True)
class AssetRef:
    """Which asset: the organisation, the project in it and the media id."""

    org_id: str
    project_id: str
    media_id: str

    def __post_init__(self) -> None:
        _matched(_SLUG, "orgId", self.org_id)
        _matched(_SLUG, "projectId", self.project_id)
        _matched(_MEDIA_ID, "mediaId", self.media_id)

    @property
    def path(self) -> str:
        return f"{self.org_id}/{self.project_id}/{self.media_id}"

    @property
    def project(self) -> str:
        return f"{self.org_id}/{self.project_id}"

    def original(self, filename: str) -> str:
        """Key of the original in the originals bucket."""
        return f"{self.originals}{safe_filename(filename)}"

    @property
    def originals(self) -> str:
        """What the keys of its originals begin with, and no other's."""
        return f"{ORIGINALS}{self.path}-"

    def rendition(self, tag: str, name: str) -> str:
        """Key of one rendition, `name` being e.g. `preview.webp`."""
        return self._under(RENDITIONS, tag, name)

    def capture(self, tag: str, name: str) -> str:
        """Key of one working frame, or with `name` a base name or nothing, what they begin with."""
        return f"{CAPTURES}{self.path}/{_matched(_TAG, 'tag', tag)}/{name}"

    def variant(self, tag: str, options: str) -> str:
        """Key of one on-demand variant; `options` are the canonical ones."""
        return self._under(VARIANTS, tag, options)

    def quick_variant(self, tag: str, options: str) -> str:
        """Key of the quick encode of a variant that hasn't been asked for often yet."""
        return self._under(QUICK, tag, options)

    def _under(self, place: str, tag: str, name: str) -> str:
        privacy = PRIVATE if is_private(_matched(_TAG, "tag", tag)) else ""
        return f"{privacy}{place}{self.path}/{tag}/{name}"


@dataclass(frozen=True)
class OriginalKey:
    """A parsed key of the originals bucket."""

    ref: AssetRef
    filename: str

    @classmethod
    def parse(cls, key: str) -> OriginalKey:
        """Raises InvalidKey when `key` is outside the scheme."""
        parts = key.split("/")
        if len(parts) != 4 or not key.startswith(ORIGINALS):
            raise InvalidKey(f"{key!r} is not originals/org/project/mediaId-filename.")
        media_id, hyphen, filename = parts[3].partition("-")
        if not hyphen:
            raise InvalidKey(f"{key!r} has no hyphen between mediaId and filename.")
        parsed = cls(AssetRef(parts[1], parts[2], media_id), safe_filename(filename))
        if str(parsed) != key:
            raise InvalidKey(f"{key!r} is not in Unicode normal form C.")
        return parsed

    def __str__(self) -> str:
        return self.ref.original(self.filename)


@dataclass(frozen=True)
class VariantKey:
    """A parsed key of the variants bucket. `tag` is CURRENT where a request's path names none, and
    `private` is what the path says, which its tag must agree with."""

    ref: AssetRef
    tag: str
    options: str
    private: bool

    @classmethod
    def parse(cls, key: str) -> VariantKey:
        """Raises InvalidKey when `key` is no variant's."""
        private = key.startswith(PRIVATE)
        parts = key.removeprefix(PRIVATE).split("/")
        if len(parts) != 6 or f"{parts[0]}/" != VARIANTS:
            raise InvalidKey(f"{key!r} is not variants/org/project/mediaId/tag/options.")
        tag = parts[4]
        if tag != CURRENT and is_private(_matched(_TAG, "tag", tag)) is not private:
            raise InvalidKey(f"{key!r} is private by its tag or by its path, not by both.")
        return cls(AssetRef(*parts[1:4]), tag, parts[5], private)


@dataclass(frozen=True)
class DownloadRef:
    """Which download: the organisation that asked for it, and its id, `download_` and 32 hex
    digits."""

    org_id: str
    id: str

    def __post_init__(self) -> None:
        _matched(_SLUG, "orgId", self.org_id)
        _matched(_DOWNLOAD_ID, "download id", self.id)

    @property
    def prefix(self) -> str:
        """What all its keys begin with, and no other's."""
        return f"{DOWNLOADS}{self.org_id}/{self.id}."

    @property
    def request(self) -> str:
        return f"{self.prefix}json"

    @property
    def state(self) -> str:
        return f"{self.prefix}state.json"

    @property
    def zip(self) -> str:
        return f"{self.prefix}zip"


def is_media_id(value: str) -> bool:
    return _MEDIA_ID.fullmatch(value) is not None


def is_tag(value: str) -> bool:
    return _TAG.fullmatch(value) is not None


def is_private(tag: str) -> bool:
    """Whether what is made under `tag` is for bearers of signatures only."""
    return tag.startswith("p")


def tag_of(version_id: str, recipe: str, *, edition: int = 0, private: bool = False) -> str:
    """The tag of what `recipe` makes of one version of an original: 12 hex digits, after a `p` when
    it is private. What is made anew is another `edition`: URLs never change what they show."""
    anew = f"\n{edition}" if edition else ""
    return _tag(f"{version_id}\n{recipe}{anew}", private=private)


def moved_tag(tag: str, *, private: bool) -> str:
    """The tag under which what is under `tag` becomes private or public. It never leads back: what
    still removes or fetches things of a former tag can't meet those of a later one."""
    return _tag(tag, private=private)


def _tag(text: str, *, private: bool) -> str:
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    return f"p{digest}" if private else digest


def delivered(prefix: str) -> tuple[str, str]:
    """What keys below `prefix` begin with where they are public, and where they are private."""
    return prefix, f"{PRIVATE}{prefix}"


def cache_tag(key: str) -> str | None:
    """What the CDN's copies of this object are purged by: `{orgId}/{projectId}/{mediaId}`, or None
    for a key that belongs to no asset."""
    place, _, rest = key.removeprefix(PRIVATE).partition("/")
    parts = rest.split("/", 3)
    return "/".join(parts[:3]) if f"{place}/" in _TAGGED and len(parts) == 4 else None


def execution_name(bucket: str, key: str, version_id: str, attempt: int) -> str:
    """Name of the run that processes one version: stable, so that a repeated event finds it.

    Step Functions keeps a name closed for 90 days and allows 80 characters.
    """
    digest = hashlib.sha256(f"{bucket}\n{key}\n{version_id}".encode()).hexdigest()
    return f"{digest[:40]}-{attempt}"


def url_path(key: str) -> str:
    """`key` as the path of a URL: slashes kept, the rest percent-encoded."""
    return quote(key, safe="/")
