"""A mapping of a stream goes on with the stream's records.

MiniStack keeps between runs how far it has read, but none of what it reads: after a restart it
would pass over as many new records as there were in the run before.
"""

from __future__ import annotations

from typing import Any

from ministack.services import lambda_svc


def apply() -> None:
    restore = lambda_svc._restore_esm_positions

    def restore_from_the_first(store: Any, positions: Any) -> None:
        restore(store, positions)
        if store is lambda_svc._dynamodb_stream_positions:
            store._data.update(dict.fromkeys(store._data, 0))

    lambda_svc._restore_esm_positions = restore_from_the_first
