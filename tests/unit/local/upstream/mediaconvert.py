from __future__ import annotations

import json
import sys

from ministack.core import router

from local.emulator.corrections import mediaconvert, mediaconvert_rights
from tests.unit.local.upstream.requests import ROOT, answer


def answer_for_its_queues() -> tuple[int, bool]:
    """Its status, and whether the router searches all services' models for whose it is: that takes
    seconds, in which nothing else is answered."""
    searched = False

    def search(_name: str) -> bool:
        nonlocal searched
        searched = True
        return True

    router._is_aws_service_name = search
    headers = {"host": "localhost", "authorization": ROOT.format(service="mediaconvert")}
    status, _ = answer("GET", "/2017-08-29/queues", headers)
    return status, searched


if __name__ == "__main__":
    before = answer_for_its_queues()
    mediaconvert_rights.apply()
    mediaconvert.apply()
    json.dump([before, answer_for_its_queues()], sys.stdout)
