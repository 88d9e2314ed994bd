from __future__ import annotations

import json

from spool.outbound import LOOPBACK
from tests.infrastructure.conftest import Templates


def test_no_template_lets_a_receiver_be_on_the_machine_itself(templates: Templates) -> None:
    """Only the embedded cloud's own environment can: what AWS gets has no way to say it."""
    assert LOOPBACK not in json.dumps(templates, default=str)
