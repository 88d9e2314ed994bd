from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.events import ObjectCreated, Run
from spool.keys import AssetRef


def event(sequencer: str = "0055aed6dca90281e5", **detail: Any) -> dict[str, Any]:
    return {
        "id": "event-1",
        "source": "aws.s3",
        "detail-type": "Object Created",
        "detail": {
            "bucket": {"name": "originals"},
            "object": {
                "key": "originals/o/p/m-a b.jpg",
                "size": 10,
                "version-id": "v1",
                "sequencer": sequencer,
            },
            "reason": "CompleteMultipartUpload",
            **detail,
        },
    }


def test_an_event_is_read() -> None:
    assert ObjectCreated.from_event(event()) == ObjectCreated(
        bucket="originals",
        key="originals/o/p/m-a b.jpg",
        version_id="v1",
        sequencer="0055AED6DCA90281E5".ljust(64, "0"),
        size=10,
        event_id="event-1",
        attempt=None,
    )


def test_a_retry_names_its_attempt_and_may_lack_an_id() -> None:
    retry = event(attempt=2)
    del retry["id"]

    assert ObjectCreated.from_event(retry).attempt == 2


hexadecimal = st.text("0123456789ABCDEF", min_size=1, max_size=64)


@given(hexadecimal, hexadecimal)
def test_sequencers_are_compared_as_s3_documents_it(one: str, other: str) -> None:
    """Right-padded with zeros to one length, then as numbers."""
    length = max(len(one), len(other))
    documented = int(one.ljust(length, "0"), 16) < int(other.ljust(length, "0"), 16)

    first, second = (ObjectCreated.from_event(event(text)).sequencer for text in (one, other))

    assert (first < second) == documented


@pytest.mark.parametrize(
    "broken", [{}, {"detail": None}, {"detail": {}}, {"detail": {"bucket": {"name": "b"}}}]
)
def test_what_is_no_event_raises(broken: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        ObjectCreated.from_event(broken)


RUN = Run(
    bucket="originals",
    key="originals/o/p/m-a.jpg",
    version_id="v1",
    sequencer="00",
    size=10,
    org_id="o",
    project_id="p",
    media_id="m",
    tag="0123456789ab",
    attempt=1,
    correlation_id="request-1",
)


def test_a_run_comes_back_as_it_was_also_among_what_states_add() -> None:
    assert Run.from_dict({**RUN.to_dict(), "inspection": {}}) == RUN
    assert RUN.to_dict()["correlationId"] == "request-1"


def test_a_run_knows_its_asset() -> None:
    assert RUN.ref == AssetRef("o", "p", "m")
