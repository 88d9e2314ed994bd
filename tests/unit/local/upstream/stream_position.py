from __future__ import annotations

import json
import sys

from ministack.services import dynamodb, lambda_svc

from local.emulator.corrections import stream_position


def after_a_restart() -> tuple[int, int]:
    """Where a mapping that had read three records goes on, and where the new ones begin."""
    lambda_svc._dynamodb_stream_positions["mapping"] = 3
    kept = lambda_svc.get_state()
    lambda_svc._dynamodb_stream_positions.clear()
    lambda_svc.load_persisted_state(kept)
    return lambda_svc._dynamodb_stream_positions["mapping"], dynamodb.stream_end_position("table")


if __name__ == "__main__":
    before = after_a_restart()
    stream_position.apply()
    json.dump([before, after_a_restart()], sys.stdout)
