"""Is a run still its asset's newest, and its version still what the key holds?"""

from __future__ import annotations

from spool.errors import NotFound, Superseded
from spool.events import Run
from spool.model import Status
from spool.services import lifecycle
from spool.services.ports import Catalogue
from spool.services.storage_ports import Objects

_UNDER_WAY = frozenset({Status.QUEUED, Status.PROCESSING, Status.ANALYZING})


def check_run(catalogue: Catalogue, run: Run) -> None:
    """Raises Superseded when `run` is not its asset's newest, or has ended: by a deletion, or since
    it was cancelled."""
    asset = lifecycle.own(catalogue.get(run.org_id, run.media_id), run)
    if asset.status not in _UNDER_WAY:
        raise Superseded(f"{asset.id} is {asset.status} already.")


def check_version(originals: Objects, run: Run) -> None:
    """Raises Superseded when the key holds another version by now: MediaConvert reads the key."""
    try:
        version_id = originals.head(run.key).version_id
    except NotFound as error:
        raise Superseded(f"{run.key} is gone.") from error
    if version_id != run.version_id:
        raise Superseded(f"{run.key} holds version {version_id} by now.")
