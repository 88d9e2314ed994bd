"""Members of organisations: people, who are invited, and machines, which the settings name."""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace, _SubParsersAction
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from operate.deployment import Deployment, OperatorError
from spool.aws.connections import DynamoConnections
from spool.aws.members import DynamoMembers
from spool.identity import Member, Role
from spool.keys import SLUG
from spool.model import utc_now

_EMAIL = r"[^@\s]+@[^@\s]+\.[^@\s]+"
_NO_MAIL = "The embedded cloud sends no mail: sign in as the user that its outputs.json names."


@dataclass(frozen=True)
class Principal:
    """Who can get a token. `member` is None for one of no organisation."""

    id: str
    name: str
    status: str
    member: Member | None


@dataclass(frozen=True)
class Directory:
    """The members of a deployment."""

    deployment: Deployment

    def invite(self, email: str, org: str, role: Role, *, resend: bool = False) -> str:
        """One e-mail, unless they have an account; what was done. Raises OperatorError."""
        if not re.fullmatch(_EMAIL, email):
            raise OperatorError(f"{email!r} is no e-mail address.")
        known = self._user(email)
        if known and resend:
            self._send(email, MessageAction="RESEND")
        user = known or self._send(email)
        self._admit(Member(id=_subject(user), org_id=org, role=role, name=email))
        done = f"{email} is {role} of {org}"
        return f"{done}, and had an account before." if known and not resend else f"{done}."

    def admit_machine(self, name: str, org: str, role: Role) -> str:
        """What was done. Raises OperatorError."""
        client_id = self._machines().get(name)
        if client_id is None:
            raise OperatorError(f"There is no machine {name!r}: name it in machineClients, deploy.")
        self._admit(Member(id=client_id, org_id=org, role=role, name=name))
        return f"{name} ({client_id}) is {role} of {org}."

    def remove(self, name: str) -> str:
        """A person by e-mail address, or a machine; out within a minute, and told no more live news
        at all. Raises OperatorError."""
        user = self._user(name) if "@" in name else None
        found = _subject(user) if user else self._machines().get(name)
        if found is None:
            raise OperatorError(f"There is no {name!r}.")
        member = self._members.get(found)
        self._members.remove(found)
        if member:
            self._connections.expel(member.org_id, found)
        if user:
            self._cognito.admin_user_global_sign_out(UserPoolId=self._pool, Username=name)
        return f"{name} is a member of no organisation."

    def principals(self) -> Iterator[Principal]:
        """People, then machines."""
        for page in self._cognito.get_paginator("list_users").paginate(UserPoolId=self._pool):
            for user in page["Users"]:
                attributes = {a["Name"]: a["Value"] for a in user["Attributes"]}
                name = attributes.get("email", user["Username"])
                yield self._principal(attributes["sub"], name, user["UserStatus"])
        for name, client_id in self._machines().items():
            yield self._principal(client_id, name, "MACHINE")

    def _principal(self, subject: str, name: str, status: str) -> Principal:
        return Principal(subject, name, status, self._members.get(subject))

    def _admit(self, member: Member) -> None:
        """Or change the role. Raises OperatorError for a member of another organisation, of whom
        nobody may take hold unseen."""
        if not re.fullmatch(SLUG, member.org_id):
            raise OperatorError(f"{member.org_id!r} is no organisation's id: it must match {SLUG}.")
        before = self._members.get(member.id)
        if before and before.org_id != member.org_id:
            raise OperatorError(f"{member.name} is a member of {before.org_id}: remove it first.")
        self._members.put(member)

    def _user(self, email: str) -> Any:
        try:
            return self._cognito.admin_get_user(UserPoolId=self._pool, Username=email)
        except self._cognito.exceptions.UserNotFoundException:
            return None

    def _send(self, email: str, **how: Any) -> Any:
        """An invitation; the user."""
        attributes = {"email": email, "email_verified": "true"}
        made = self._cognito.admin_create_user(
            UserPoolId=self._pool,
            Username=email,
            UserAttributes=[{"Name": k, "Value": v} for k, v in attributes.items()],
            DesiredDeliveryMediums=["EMAIL"],
            **how,
        )
        return made["User"]

    def _machines(self) -> dict[str, str]:
        """Client ids by name: of the pool's clients those for client credentials."""
        pages = self._cognito.get_paginator("list_user_pool_clients").paginate(
            UserPoolId=self._pool
        )
        listed = [client for page in pages for client in page["UserPoolClients"]]
        ours = {v for k, v in self.deployment.outputs.items() if k.startswith("MachineClient")}
        return {c["ClientName"]: c["ClientId"] for c in listed if c["ClientId"] in ours}

    @property
    def _pool(self) -> str:
        return self.deployment.outputs["UserPoolId"]

    @cached_property
    def _cognito(self) -> Any:
        return self.deployment.client("cognito-idp")

    @cached_property
    def _members(self) -> DynamoMembers:
        dynamodb = self.deployment.client("dynamodb")
        return DynamoMembers(table=self.deployment.outputs["TableName"], client=lambda: dynamodb)

    @cached_property
    def _connections(self) -> DynamoConnections:
        dynamodb = self.deployment.client("dynamodb")
        return DynamoConnections(
            table=self.deployment.outputs["TableName"], clock=utc_now, client=lambda: dynamodb
        )


def _subject(user: Any) -> str:
    """AdminGetUser and AdminCreateUser name the same list differently."""
    attributes = user.get("UserAttributes") or user["Attributes"]
    return next(str(a["Value"]) for a in attributes if a["Name"] == "sub")


def add_commands(commands: _SubParsersAction[ArgumentParser]) -> None:
    invite = commands.add_parser("invite", help="let a person in, or change their role")
    invite.add_argument("email")
    _add_place(invite)
    invite.add_argument("--resend", action="store_true", help="once more, the first has expired")
    invite.set_defaults(run=_invite)
    machine = commands.add_parser("machine", help="let a machine client in, or change its role")
    machine.add_argument("name", help="as in the setting machineClients")
    _add_place(machine)
    machine.set_defaults(run=_machine)
    remove = commands.add_parser("remove", help="take a membership away")
    remove.add_argument("name", help="an e-mail address or a machine's name")
    remove.set_defaults(run=_remove)
    members = commands.add_parser("members", help="who may do what")
    members.set_defaults(run=_members)


def _add_place(parser: ArgumentParser) -> None:
    parser.add_argument("--org", required=True, help="the organisation's id")
    parser.add_argument("--role", required=True, type=Role, choices=list(Role))


def _invite(deployment: Deployment, options: Namespace) -> int:
    done = Directory(deployment).invite(
        options.email, options.org, options.role, resend=options.resend
    )
    print(f"{done} {_NO_MAIL}" if deployment.local else done)
    return 0


def _machine(deployment: Deployment, options: Namespace) -> int:
    print(Directory(deployment).admit_machine(options.name, options.org, options.role))
    return 0


def _remove(deployment: Deployment, options: Namespace) -> int:
    print(Directory(deployment).remove(options.name))
    return 0


def _members(deployment: Deployment, _options: Namespace) -> int:
    for one in Directory(deployment).principals():
        place = f"{one.member.role} of {one.member.org_id}" if one.member else "no member"
        print(f"{one.name:<40} {place:<32} {one.status:<24} {one.id}")
    return 0
