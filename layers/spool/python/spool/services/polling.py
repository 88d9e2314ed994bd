"""When to look at a job again, when to ask MediaConvert about it, and when to give it up.

MediaConvert takes about as long as a video plays, so a look costs little beside it: some eight for
a film, one every two seconds for a clip. A job that takes longer is looked at more rarely, in
proportion: an execution's history ends at 25,000 events, and a look makes nine of them.
https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from spool.transcode import Transcode

LOOKS = 7.5  # during as long as the source plays
LATENESS = 10  # a look at a late job comes after a tenth of the time that it has taken
SHORTEST, LONGEST = 2, 80  # seconds between looks
_IMPATIENCE = 4  # how much sooner than planned a job's end may be looked for

STALE = timedelta(seconds=300)
"""A job silent for so long is asked about, at the earliest. Its `STATUS_UPDATE` events come every
minute or oftener, so events got lost, or it waits in its queue. 500 jobs that stay silent make
500 / 300 s = 1.7 calls of GetJob a second; MediaConvert's account quota is a few.
https://docs.aws.amazon.com/general/latest/gr/mediaconvert.html"""

QUEUE_LIMIT = timedelta(hours=24)
"""How long a job may wait for its start: a day's backlog is worked off, a paused queue is not."""

_SETUP, _SLOWNESS, _LONGEST_RUN = timedelta(minutes=10), 10, timedelta(hours=24)


def processing_limit(duration: float) -> timedelta:
    """How long a job may run for a source of `duration` seconds.

    Ten times as long as it plays is far beyond what one pass of H.264 takes, and ten minutes are
    for what does not depend on that: probing, retries inside MediaConvert, the upload of outputs. A
    day is half of what MediaConvert itself allows.
    """
    return min(_SETUP + _SLOWNESS * timedelta(seconds=duration), _LONGEST_RUN)


def overdue(transcode: Transcode, duration: float, now: datetime) -> bool:
    if transcode.started_at is None:
        return now - transcode.claimed_at > QUEUE_LIMIT
    return now - transcode.started_at > processing_limit(duration)


def ask_at(transcode: Transcode) -> datetime:
    """When to ask MediaConvert, should nothing be heard of the job until then.

    After STALE, and up to as long again: each job has its own share of that, so that a thousand
    that fall silent at once, as when events stop to come, are asked about one after the other.
    """
    last = max(transcode.heard_at, transcode.asked_at or transcode.heard_at)
    return last + STALE * (1 + _share(transcode.job_id or ""))


def wait_seconds(transcode: Transcode, duration: float, now: datetime) -> int:
    """Whole seconds until the next look at a job whose source plays for `duration` seconds."""
    elapsed = (now - transcode.claimed_at).total_seconds()
    planned = _within(SHORTEST, max(duration / LOOKS, elapsed / LATENESS), LONGEST)
    end = _remaining(transcode, now)
    wait = planned if end is None else _within(planned / _IMPATIENCE, end, planned)
    return round(_within(SHORTEST, min(wait, (ask_at(transcode) - now).total_seconds()), LONGEST))


def _remaining(transcode: Transcode, now: datetime) -> float | None:
    """Seconds that the job needs yet, by what it has done: never nothing, since 100% is no end."""
    if transcode.started_at is None or not transcode.percent:
        return None
    done = min(transcode.percent, 99)
    return (now - transcode.started_at).total_seconds() * (100 - done) / done


def _share(job_id: str) -> float:
    """0 to 1, of the job's own."""
    return int.from_bytes(hashlib.sha256(job_id.encode()).digest()[:4], "big") / (1 << 32)


def _within(lowest: float, value: float, highest: float) -> float:
    return max(lowest, min(value, highest))
