"""An object arrived: queue its version and start the run that processes it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from spool.errors import Superseded
from spool.events import ObjectCreated, Run
from spool.keys import OriginalKey, execution_name, tag_of
from spool.model import Asset, timestamp
from spool.services import lifecycle
from spool.services.lifecycle import Step
from spool.services.ports import Catalogue, Clock, Executions


@dataclass(frozen=True, kw_only=True)
class Intake:
    """`recipe` is the revision of what is made; it is part of the run's tag. An asset
    that nobody presigned is private in `private_projects`, named as `{orgId}/{projectId}`."""

    catalogue: Catalogue
    executions: Executions
    recipe: str
    private_projects: Collection[str]
    clock: Clock

    def admit(self, event: ObjectCreated) -> Run:
        """The run that was started, or had been for the same event.

        The start always follows the write, so a crash between the two is mended by the event's next
        delivery. Raises InvalidKey for a key outside the scheme, and Superseded when the version is
        not, or no longer, the asset's newest.
        """
        ref = OriginalKey.parse(event.key).ref
        now = timestamp(self.clock())
        private = ref.project in self.private_projects

        def move(before: Asset | None) -> Asset | Step:
            if before is not None and self._is_known(before, event):
                return lifecycle.queued_again(before, event, now)
            return lifecycle.arrived(before, event, now, private=private)

        asset = lifecycle.change(self.catalogue, ref.org_id, ref.media_id, move)
        if asset.version_id != event.version_id:
            raise Superseded(f"{asset.id} has a newer version than {event.version_id}.")
        run = self._run(event, asset)
        name = execution_name(run.bucket, run.key, run.version_id, run.attempt)
        self.executions.start(name, run)
        return run

    def _is_known(self, asset: Asset, event: ObjectCreated) -> bool:
        """Whether the event came before."""
        if asset.version_id is None or asset.original_key != event.key:
            return False
        return asset.version_id == event.version_id or self.catalogue.has_counted(
            asset.ref, event.version_id
        )

    def _run(self, event: ObjectCreated, asset: Asset) -> Run:
        return Run(
            bucket=event.bucket,
            key=event.key,
            version_id=event.version_id,
            sequencer=event.sequencer,
            size=event.size,
            org_id=asset.org_id,
            project_id=asset.project_id,
            media_id=asset.id,
            tag=tag_of(event.version_id, self.recipe, edition=asset.edition, private=asset.private),
            attempt=asset.attempt,
            correlation_id=asset.correlation_id or event.event_id,
        )
