"""What MiniStack 1.5.33 does differently from AWS and Spool can't live with.

Each module corrects one thing in the emulator's own process, by wrapping the function at fault.
`tests/unit/local` shows for each that the unpatched function still needs it.
"""

from __future__ import annotations

from local.emulator.corrections import (
    function_url_path,
    loopback_tls,
    mediaconvert,
    mediaconvert_queue,
    mediaconvert_rights,
    missing_object,
    object_version,
    python_runtime,
    version_range,
)
from local.mediaconvert.service import MediaConvert


def apply() -> MediaConvert:
    """Correct all of it. Call once, before the emulator serves; stop what it gives at the end."""
    function_url_path.apply()
    loopback_tls.apply()
    missing_object.apply()
    object_version.apply()
    python_runtime.apply()
    version_range.apply()
    mediaconvert_rights.apply()
    service = mediaconvert.apply()
    mediaconvert_queue.apply(service.queues)
    return service
