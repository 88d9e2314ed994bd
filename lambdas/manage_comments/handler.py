"""`/assets/{id}/comments`: list the comments on an asset, write one, edit one, delete one."""

from __future__ import annotations

import secrets
from functools import cache, partial

from manage_comments.request import CommentBody, CommentEdit, CommentsQuery
from manage_comments.settings import ManageCommentsSettings
from spool.aws.catalogue import DynamoCatalogue
from spool.aws.comments import DynamoComments
from spool.aws.routes import Routes
from spool.aws.secrets import Secret
from spool.comments import CHANCE_DIGITS
from spool.errors import Conflict, NotFound
from spool.http import Response
from spool.identity import Member, Role
from spool.model import utc_now
from spool.services.comments import CommentDesk
from spool.services.cursors import Cursors

routes = Routes(ManageCommentsSettings)


@cache
def desk() -> CommentDesk:
    settings = ManageCommentsSettings.from_environment()
    return CommentDesk(
        catalogue=DynamoCatalogue(table=settings.table_name, clock=utc_now),
        comments=DynamoComments(table=settings.table_name),
        cursors=Cursors(Secret(settings.cursor_secret).text),
        clock=utc_now,
        chance=partial(secrets.token_hex, CHANCE_DIGITS // 2),
    )


@routes.add("GET /assets/{id}/comments", role=Role.VIEWER, answer="CommentPage", refuses=[NotFound])
def list_comments(caller: Member, media_id: str, query: CommentsQuery) -> Response:
    """The comments on the asset: threads by time, each with its replies by time."""
    page = desk().page(caller.org_id, media_id, limit=query.limit, cursor=query.cursor)
    return Response(body=page)


@routes.add(
    "POST /assets/{id}/comments",
    role=Role.EDITOR,
    answer="CommentView",
    statuses=[201],
    refuses=[Conflict, NotFound],
)
def write_comment(caller: Member, media_id: str, body: CommentBody) -> Response:
    """Comment on the asset, or answer a comment on it: its author is who calls."""
    comment = desk().write(caller, media_id, text=body.text, at=body.at, parent_id=body.parent_id)
    return Response(status=201, body=comment)


@routes.add(
    "PATCH /assets/{id}/comments/{commentId}",
    role=Role.EDITOR,
    answer="CommentView",
    refuses=[Conflict, NotFound],
)
def edit_comment(caller: Member, media_id: str, comment_id: str, body: CommentEdit) -> Response:
    """Change the text of a comment of one's own."""
    return Response(body=desk().edit(caller, media_id, comment_id, body.text))


@routes.add(
    "DELETE /assets/{id}/comments/{commentId}",
    role=Role.EDITOR,
    statuses=[204],
    refuses=[NotFound],
)
def delete_comment(caller: Member, media_id: str, comment_id: str) -> Response:
    """Blank a comment of one's own, or as an admin anyone's; its thread stays."""
    desk().remove(caller, media_id, comment_id)
    return Response(status=204)


handler = routes.handler()
