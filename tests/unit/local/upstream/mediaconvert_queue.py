from __future__ import annotations

import json
import sys
from typing import Any

from ministack.services.cloudformation import provisioners

from local.emulator.corrections import mediaconvert, mediaconvert_queue

TYPE = mediaconvert_queue.TYPE


def made() -> Any:
    """Ref and attributes, or why not."""
    try:
        return provisioners._provision_resource(TYPE, "Queue", {"Name": "mine"}, "stack")
    except ValueError as error:
        return str(error)


if __name__ == "__main__":
    before = made()
    mediaconvert_queue.apply(mediaconvert.apply().queues)
    json.dump([before, made()], sys.stdout)
