"""Comments on an asset, in threads: write one, list them, edit and delete one's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from spool.comments import Author, Comment, is_comment_id, new_id, proper_text
from spool.errors import Conflict, Forbidden, InvalidRequest, NotFound, Transient
from spool.identity import Member, Role
from spool.keys import AssetRef
from spool.model import Asset, Status, timestamp
from spool.services.cursors import Cursors
from spool.services.lookup import live_asset
from spool.services.ports import Catalogue, Clock, Comments, Obstacle

COMMENTS_PER_ASSET = 10_000

_TRIES = 5  # a comment's writers are its author and admins: rarely two at once
_UNDER_WAY = frozenset({Status.QUEUED, Status.PROCESSING, Status.ANALYZING})
_INSTANT = 1e-9  # seconds: what is shorter is nothing, and the table has no such numbers


@dataclass(frozen=True, kw_only=True)
class CommentDesk:
    """Every method raises NotFound for an asset, or a comment on it, that isn't there. `chance`
    makes `spool.comments.CHANCE_DIGITS` random hex digits."""

    catalogue: Catalogue
    comments: Comments
    cursors: Cursors
    clock: Clock
    chance: Callable[[], str]

    def page(self, org_id: str, media_id: str, *, limit: int, cursor: str | None) -> dict[str, Any]:
        """Threads by time, each with its replies by time. Raises InvalidRequest for a cursor that
        this list did not give."""
        bound = (org_id, "comments", media_id)
        after = None if cursor is None else self.cursors.position(cursor, bound)
        asset = live_asset(self.catalogue, org_id, media_id)
        found = self.comments.page(asset.ref, after=after, limit=limit + 1)
        page = found[:limit]
        more = self.cursors.issue(page[-1].id, bound) if len(found) > limit else None
        return {"items": [_view(asset.ref, comment) for comment in page], "cursor": more}

    def write(
        self,
        author: Member,
        media_id: str,
        *,
        text: str,
        at: float | None = None,
        parent_id: str | None = None,
    ) -> dict[str, Any]:
        """The comment, which begins a thread unless it answers `parent_id`. Raises InvalidRequest
        for a bad text or time, and Conflict where none can be written now."""
        text = proper_text(text)
        if parent_id is not None and not is_comment_id(parent_id):
            raise _unknown(media_id, parent_id)
        asset = _arrived(live_asset(self.catalogue, author.org_id, media_id))
        now = self.clock()
        comment = Comment(
            id=new_id(now, self.chance(), parent_id),
            parent_id=parent_id,
            author=Author(author.id, author.name),
            text=text,
            at=None if at is None else _on_timeline(asset, at),
            version_number=asset.version_number,
            created_at=timestamp(now),
        )
        obstacle = self.comments.insert(asset.ref, comment, COMMENTS_PER_ASSET)
        if obstacle is not None:
            self._refuse(obstacle, asset, parent_id)
        return _view(asset.ref, comment)

    def edit(self, caller: Member, media_id: str, comment_id: str, text: str) -> dict[str, Any]:
        """The comment with another text. Raises InvalidRequest for a bad one, Forbidden for who is
        not its author, Conflict for one that was deleted."""
        text = proper_text(text)

        def move(comment: Comment) -> Comment:
            if comment.author is None:
                raise Conflict("This comment was deleted, so its text can't be changed.")
            if comment.author.id != caller.id:
                raise Forbidden("Only its author may change a comment.")
            return comment.edited(text, timestamp(self.clock()))

        asset = live_asset(self.catalogue, caller.org_id, media_id)
        return _view(asset.ref, self._change(asset.ref, comment_id, move))

    def remove(self, caller: Member, media_id: str, comment_id: str) -> None:
        """Blank the comment, so that its thread stays whole; once or more often. Raises Forbidden
        for who is neither its author nor an admin."""

        def move(comment: Comment) -> Comment:
            if comment.author is None:
                return comment
            if comment.author.id != caller.id and not caller.role.includes(Role.ADMIN):
                raise Forbidden("Only its author or an admin may delete a comment.")
            return comment.blanked(timestamp(self.clock()))

        asset = live_asset(self.catalogue, caller.org_id, media_id)
        self._change(asset.ref, comment_id, move)

    def _change(
        self, ref: AssetRef, comment_id: str, move: Callable[[Comment], Comment]
    ) -> Comment:
        """Store what `move` makes of the comment, and return it; an equal one is not stored."""
        for _ in range(_TRIES):
            before = self._find(ref, comment_id)
            after = move(before)
            if after == before or self.comments.update(ref, before, after):
                return after
        raise Transient(f"{comment_id} is being written by others.")

    def _find(self, ref: AssetRef, comment_id: str) -> Comment:
        found = self.comments.get(ref, comment_id) if is_comment_id(comment_id) else None
        if found is None:
            raise _unknown(ref.media_id, comment_id)
        return found

    def _refuse(self, obstacle: Obstacle, asset: Asset, parent_id: str | None) -> NoReturn:
        """Look again at what was in the way, and raise what is to be said of it."""
        if obstacle is Obstacle.ROOM:
            raise Conflict(
                f"There are {COMMENTS_PER_ASSET:,} comments on {asset.id}, as many as there may be."
            )
        _arrived(live_asset(self.catalogue, asset.org_id, asset.id))
        if parent_id is not None and self._find(asset.ref, parent_id).author is None:
            raise Conflict("The comment that this answers was deleted.")
        raise Conflict(f"{asset.id} was just being changed: send the comment again.")


def _arrived(asset: Asset) -> Asset:
    if asset.status is Status.UPLOADING:
        raise Conflict(f"{asset.id} has not arrived yet: comment on it once it is uploaded.")
    return asset


def _on_timeline(asset: Asset, at: float) -> float:
    """`at`, which is finite and not negative, in seconds."""
    if asset.duration is None:
        if asset.tag is None and asset.status in _UNDER_WAY:
            raise Conflict(
                f"How long {asset.id} plays is known once it has been processed: leave out at, "
                "or wait for that."
            )
        raise InvalidRequest(f"{asset.id} has no timeline: leave out at.")
    if at > asset.duration:
        raise InvalidRequest(f"at is {at} s, and {asset.id} ends at {asset.duration} s.")
    return at if at >= _INSTANT else 0.0


def _unknown(media_id: str, comment_id: str) -> NotFound:
    return NotFound(f"{media_id} has no comment {comment_id}.")


def _view(ref: AssetRef, comment: Comment) -> dict[str, Any]:
    return {**comment.public_record(), "mediaId": ref.media_id}
