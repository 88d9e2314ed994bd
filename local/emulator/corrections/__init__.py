"""What MiniStack 1.5.33 does differently from AWS and Spool can't live with.

Each module corrects one thing in the emulator's own process, by wrapping the function at fault.
`tests/unit/local` shows for each that the unpatched function still needs it.
"""

from __future__ import annotations

from local.emulator.corrections import (
    api_cors,
    cloudfront_types,
    delete_objects_rights,
    empty_secret,
    execution_history,
    function_url_path,
    jwt_authorizer,
    key_value_store_rights,
    loopback_tls,
    mediaconvert,
    mediaconvert_queue,
    mediaconvert_rights,
    missing_object,
    object_version,
    python_runtime,
    queue_batch_rights,
    sign_up,
    stream_position,
    version_range,
    whole_file_checksum,
)
from local.mediaconvert.service import MediaConvert


def apply() -> MediaConvert:
    """Correct all of it. Call once, before the emulator serves; stop what it gives at the end."""
    api_cors.apply()
    cloudfront_types.apply()
    delete_objects_rights.apply()
    empty_secret.apply()
    execution_history.apply()
    function_url_path.apply()
    jwt_authorizer.apply()
    key_value_store_rights.apply()
    loopback_tls.apply()
    missing_object.apply()
    object_version.apply()
    python_runtime.apply()
    queue_batch_rights.apply()
    sign_up.apply()
    stream_position.apply()
    version_range.apply()
    whole_file_checksum.apply()
    mediaconvert_rights.apply()
    service = mediaconvert.apply()
    mediaconvert_queue.apply(service.queues)
    return service
