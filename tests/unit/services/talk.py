"""Comments in memory, kept by the rules of the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from spool.comments import Comment
from spool.keys import AssetRef
from spool.model import Status
from spool.services.ports import Obstacle
from tests.unit.services.fakes import MemoryCatalogue


@dataclass
class MemoryComments:
    """`meanwhile` is run once before the next write: what another writer does in between."""

    catalogue: MemoryCatalogue
    kept: dict[tuple[AssetRef, str], Comment] = field(default_factory=dict)
    meanwhile: Callable[[], object] | None = None

    def get(self, ref: AssetRef, comment_id: str) -> Comment | None:
        return self.kept.get((ref, comment_id))

    def page(self, ref: AssetRef, *, after: str | None, limit: int) -> Sequence[Comment]:
        mine = sorted(comment.id for owner, comment in self._all() if owner == ref)
        return [self.kept[ref, one] for one in mine if after is None or one > after][:limit]

    def insert(self, ref: AssetRef, comment: Comment, most: int) -> Obstacle | None:
        self._interleave()
        asset = self.catalogue.get(ref.org_id, ref.media_id)
        if asset is None or asset.status in {Status.DELETED, Status.UPLOADING}:
            return Obstacle.ASSET
        if sum(owner == ref for owner, _ in self._all()) >= most:
            return Obstacle.ROOM
        if comment.parent_id is not None:
            parent = self.kept.get((ref, comment.parent_id))
            if parent is None or parent.deleted_at is not None:
                return Obstacle.PARENT
        self.kept[ref, comment.id] = comment
        return None

    def update(self, ref: AssetRef, before: Comment, after: Comment) -> bool:
        self._interleave()
        known = self.kept.get((ref, before.id))
        if known is None or known.rev != before.rev:
            return False
        self.kept[ref, before.id] = after
        return True

    def _all(self) -> Sequence[tuple[AssetRef, Comment]]:
        return [(ref, comment) for (ref, _), comment in self.kept.items()]

    def _interleave(self) -> None:
        action, self.meanwhile = self.meanwhile, None
        if action is not None:
            action()
