from __future__ import annotations

import json
import sys
from typing import Any

from ministack.services import eventbridge, s3

from local.emulator.corrections import object_version

seen: list[dict[str, Any]] = []


def versions_announced() -> list[str | None]:
    seen.clear()
    s3._fire_s3_event("bucket", "key", "s3:ObjectCreated:Put", version_id="v1", sequencer="01")
    return [json.loads(event["Detail"])["object"].get("version-id") for event in seen]


if __name__ == "__main__":
    eventbridge._dispatch_event = seen.append
    s3._bucket_notifications["bucket"] = "<EventBridgeConfiguration/>"
    before = versions_announced()
    object_version.apply()
    json.dump([before, versions_announced()], sys.stdout)
