"""Whose fault it is that a job ended in ERROR, by MediaConvert's code.

https://docs.aws.amazon.com/mediaconvert/latest/ug/mediaconvert_error_codes.html lists the codes.
MediaConvert's own messages name buckets and keys: they are for the log, not for the user. A code
that isn't here (settings, permissions, missing buckets, faults of the service) is not the upload's.
"""

from __future__ import annotations

from collections.abc import Mapping

from spool.errors import EncoderFault, SpoolError, TranscodeFailed
from spool.transcode import Transcode

_REMOTE = "The file refers to other files or addresses, which are never fetched."

INPUT_FAULTS: Mapping[int, str] = {
    1010: "The video can't be opened: it is damaged, or of a kind that can't be transcoded.",
    1020: "The file has no video in it that can be found.",
    1021: "The video's sound can't be found.",
    1030: "The video's codec or container can't be transcoded.",
    1075: "The video is damaged: its streams can't be told apart.",
    1076: "The video ends too early: a part of the file is missing.",
    1092: "The video's sound can't be decoded.",
    **dict.fromkeys((3400, 3401, 3403, 3404, 3408, *range(3450, 3459), 3999), _REMOTE),
}


def error_of(transcode: Transcode) -> SpoolError:
    """What a run with this job, which ended in ERROR, is to raise."""
    sentence = INPUT_FAULTS.get(transcode.error_code or 0)
    if sentence is not None:
        return TranscodeFailed(sentence)
    return EncoderFault(f"The job failed with {transcode.error_code}: {transcode.error_message}")
