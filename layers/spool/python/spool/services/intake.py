"""An object arrived: queue its version and start the run that processes it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from spool.errors import Superseded
from spool.events import ObjectCreated, Run
from spool.keys import AssetRef, OriginalKey, execution_name, tag_of
from spool.model import Asset, Status, timestamp
from spool.services import lifecycle
from spool.services.lifecycle import Step
from spool.services.ports import Catalogue, Clock, Reconciliations
from spool.services.run_ports import Executions


@dataclass(frozen=True, kw_only=True)
class Intake:
    """`recipe` is the revision of what is made; it is part of the run's tag. An asset
    that nobody presigned is private in `private_projects`, named as `{orgId}/{projectId}`."""

    catalogue: Catalogue
    executions: Executions
    reconciliations: Reconciliations
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
        seen: list[Asset | None] = []

        def move(before: Asset | None) -> Asset | Step:
            seen.append(before)
            if before is not None and self._is_known(before, event, sure=len(seen) > 1):
                return lifecycle.queued_again(before, event, now)
            gone = before is not None and self._newest_is_gone(before, event)
            return lifecycle.arrived(before, event, now, private=private, newest_gone=gone)

        try:
            asset = lifecycle.change(self.catalogue, ref.org_id, ref.media_id, move)
        except Superseded:
            self._clear(ref)
            raise
        if asset.version_id != event.version_id:
            raise Superseded(f"{asset.id} has a newer version than {event.version_id}.")
        run = self._run(event, asset)
        name = execution_name(run.bucket, run.key, run.version_id, run.attempt)
        self.executions.start(name, run)
        return run

    def _clear(self, ref: AssetRef) -> None:
        """What came for an asset that is deleted is not kept."""
        asset = self.catalogue.get(ref.org_id, ref.media_id)
        if asset is not None and asset.status is Status.DELETED:
            self.reconciliations.request(ref)

    def _is_known(self, asset: Asset, event: ObjectCreated, *, sure: bool) -> bool:
        """Whether the event came before, or its version is gone already. Of an asset's first that
        is hardly so: to be `sure` costs a read."""
        if asset.original_key != event.key or (asset.version_id is None and not sure):
            return False
        return asset.version_id == event.version_id or self.catalogue.has_counted(
            asset.ref, event.version_id
        )

    def _newest_is_gone(self, asset: Asset, event: ObjectCreated) -> bool:
        """Of an asset that has a newer version than `event`'s, which somebody removed in S3."""
        if asset.version_id is None or event.sequencer > (asset.sequencer or ""):
            return False
        return self.catalogue.version(asset.ref, asset.version_id) is None

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
