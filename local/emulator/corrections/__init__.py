"""What MiniStack 1.5.33 does differently from AWS and Spool can't live with.

Each module corrects one thing in the emulator's own process, by wrapping the function at fault.
`tests/unit/local` shows for each that the unpatched function still needs it.
"""

from __future__ import annotations

from local.emulator.corrections import (
    function_url_path,
    loopback_tls,
    missing_object,
    object_version,
    python_runtime,
)


def apply() -> None:
    """Correct all of it. Call once, before the emulator serves."""
    function_url_path.apply()
    loopback_tls.apply()
    missing_object.apply()
    object_version.apply()
    python_runtime.apply()
