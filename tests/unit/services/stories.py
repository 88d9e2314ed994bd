"""Any asset or transcoding, and any change of one, as the catalogue could hold them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import strategies as st

from spool.errors import AssetErrorCode
from spool.formats import Family
from spool.model import Asset, AssetError, Status, timestamp
from spool.services.news import StreamRecord, TranscodeChange
from spool.transcode import Transcode, TranscodeKey, TranscodeStatus

_moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
stamps = _moments.map(timestamp)
_counts = st.integers(0, 10**9)
_texts = st.text(max_size=8)
_plain = st.dictionaries(_texts, _texts | st.integers() | st.booleans() | st.none(), max_size=2)
_errors = st.builds(AssetError, st.sampled_from(AssetErrorCode), _texts, _texts, stamps)
_tags = st.sampled_from([None, "0123456789ab", "ba9876543210", "p0123456789ab"])
_versions = st.sampled_from([(None, 0), ("v1", 1), ("v2", 2)])

_fields = st.fixed_dictionaries(
    {
        "filename": _texts,
        "status": st.sampled_from(Status),
        "uploaded_at": stamps,
        "rev": _counts,
        "attempt": st.integers(1, 3),
        "edition": _counts,
        "queued_at": st.none() | stamps,
        "started_at": st.none() | stamps,
        "tag": _tags,
        "private": st.booleans(),
        "scan": _plain,
        "type": st.none() | st.sampled_from(Family),
        "content_type": st.none() | _texts,
        "bytes": st.none() | _counts,
        "sha256": st.none() | _texts,
        "width": st.none() | _counts,
        "height": st.none() | _counts,
        "frames": st.none() | _counts,
        "has_alpha": st.none() | st.booleans(),
        "duration": st.none() | st.floats(0, 10**6),
        "container": st.none() | _texts,
        "bit_rate": st.none() | _counts,
        "recorded_at": st.none() | stamps,
        "video": _plain,
        "audio": _plain,
        "blurhash": st.none() | _texts,
        "perceptual_hash": st.none() | _texts,
        "palette": st.lists(_texts, max_size=2).map(tuple),
        "dominant_color": st.none() | _texts,
        "icc_profile": st.none() | _texts,
        "exif": _plain,
        "private_exif": _plain,
        "processed": st.dictionaries(_texts, _texts | st.booleans(), max_size=2),
        "error": st.none() | _errors,
        "warnings": st.lists(_texts, max_size=2).map(tuple),
        "processed_at": st.none() | stamps,
        "correlation_id": st.none() | _texts,
    }
)


@st.composite
def assets(draw: st.DrawFn) -> Asset:
    version_id, number = draw(_versions)
    return Asset(
        id="m1",
        org_id="org",
        project_id="proj",
        original_key="originals/org/proj/m1-a.jpg",
        version_id=version_id,
        version_number=number,
        **draw(_fields),
    )


_transcodes = st.builds(
    Transcode,
    key=st.builds(
        TranscodeKey,
        org_id=st.just("org"),
        media_id=st.just("m1"),
        version_id=_texts,
        attempt=st.integers(1, 3),
    ),
    tag=_texts,
    status=st.sampled_from(TranscodeStatus),
    claimed_at=_moments,
    heard_at=_moments,
    project_id=st.none() | st.just("proj"),
    percent=st.none() | st.integers(0, 100),
)


@st.composite
def _transcode_changes(draw: st.DrawFn) -> TranscodeChange:
    return TranscodeChange("1", draw(stamps), draw(st.none() | _transcodes), draw(_transcodes))


@st.composite
def _asset_changes(draw: st.DrawFn) -> StreamRecord:
    """Of nothing, of all, or of what can change while the status stays."""
    after = draw(assets())
    otherwise = replace(after, private=draw(st.booleans()), tag=draw(_tags))
    return StreamRecord("1", draw(stamps), draw(st.none() | assets() | st.just(otherwise)), after)


changes = _asset_changes() | _transcode_changes()
