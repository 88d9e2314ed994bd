"""The routes of one function behind the HTTP API: who may call each, what it takes and answers.

routes = Routes(ReadAssetsSettings)

@routes.add("GET /assets/{id}", role=Role.VIEWER, answer="AssetDetail", refuses=[NotFound])
def get_asset(caller: Member, media_id: str) -> Response: ...

handler = routes.handler()

A route's function is given by its annotations the caller, the request, its body and query checked
by their models, and as texts the path's parameters, in their order. The OpenAPI document is made of
the same declarations.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, get_type_hints

from spool.aws.members import DynamoMembers
from spool.aws.runtime import Handler, http_function, logger
from spool.errors import Forbidden, RequestError, Unauthenticated
from spool.http import Request, Response
from spool.identity import Member, Role
from spool.requests import Body, Query
from spool.settings import Settings

_ACCESS_TOKEN = "access"  # noqa: S105  Cognito's `token_use`, not a token

_PATH_PARAMETER = re.compile(r"\{(\w+)\}")

RouteFunction = Callable[..., Response]


@dataclass(frozen=True, kw_only=True)
class Route:
    """`role` is the least that a caller must have, None where no token is needed. `refuses` are the
    errors of the route's own, `statuses` all statuses of its success, `media_types` what its body
    may be. `answer` is the body's model by its name in `spool.views`, `spool.run_views` or
    `spool.webhook_views`: they are not for run time.
    """

    key: str
    role: Role | None
    work: RouteFunction
    answer: str | None
    statuses: Sequence[int]
    media_types: Sequence[str]
    refuses: Sequence[type[RequestError]]

    @cached_property
    def parameters(self) -> Sequence[type]:
        """The types that the function declares, in their order."""
        hints = get_type_hints(self.work)
        return [hints[name] for name in inspect.signature(self.work).parameters]

    @property
    def path_parameters(self) -> Sequence[str]:
        return _PATH_PARAMETER.findall(self.key)

    def respond(self, request: Request, caller: Member | None) -> Response:
        """Raises RequestError."""
        named = iter(self.path_parameters)
        return self.work(*(_value(kind, request, caller, named) for kind in self.parameters))


def _value(kind: type, request: Request, caller: Member | None, named: Iterator[str]) -> Any:
    if kind is Member:
        return caller
    if kind is Request:
        return request
    if issubclass(kind, Body):
        return kind.parse(request.body())
    if issubclass(kind, Query):
        return kind.parse(request.query)
    return request.parameters[next(named)]


class Routes:
    """The routes of a function whose `settings` have a `table_name`, where its members are."""

    def __init__(self, settings: type[Settings]) -> None:
        self._settings = settings
        self.routes: dict[str, Route] = {}
        self._members: DynamoMembers | None = None

    def add(
        self,
        key: str,
        *,
        role: Role | None,
        answer: str | None = None,
        statuses: Sequence[int] = (200,),
        media_types: Sequence[str] = ("application/json",),
        refuses: Sequence[type[RequestError]] = (),
    ) -> Callable[[RouteFunction], RouteFunction]:
        """Declare what answers `key`, a method and a path; its docstring is the API's text."""

        def declare(work: RouteFunction) -> RouteFunction:
            self.routes[key] = Route(
                key=key,
                role=role,
                work=work,
                answer=answer,
                statuses=statuses,
                media_types=media_types,
                refuses=refuses,
            )
            return work

        return declare

    def handler(self) -> Handler:
        """The Lambda handler of all that was declared."""

        @http_function
        def handle(request: Request) -> Response:
            route = self.routes[request.route]
            caller = None if route.role is None else self._admitted(request, route.role)
            return route.respond(request, caller)

        return handle

    def forget(self) -> None:
        """The members that were seen."""
        self._members = None

    def _admitted(self, request: Request, least: Role) -> Member:
        """Raises Unauthenticated for what is no access token, which the authorizer lets through
        where it is for us; Forbidden for who belongs to no organisation, or may not do this."""
        claims = request.claims
        if claims.get("token_use") != _ACCESS_TOKEN or "sub" not in claims:
            raise Unauthenticated("An access token is needed: an ID token tells who, not what for.")
        member = self._directory.get(claims["sub"])
        if member is None:
            raise Forbidden("You belong to no organisation yet: ask its admin to invite you.")
        logger().append_keys(org_id=member.org_id, caller=member.id)
        if not member.role.includes(least):
            raise Forbidden(f"This takes the role {least}; yours is {member.role}.")
        return member

    @property
    def _directory(self) -> DynamoMembers:
        if self._members is None:
            settings: Any = self._settings.from_environment()
            self._members = DynamoMembers(table=settings.table_name)
        return self._members
