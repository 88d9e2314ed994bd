from __future__ import annotations

from spool.aws.members import REMEMBERED, DynamoMembers
from spool.identity import Member, Role

MEMBER = Member(id="subject", org_id="org", role=Role.EDITOR, name="a@example.com")


def test_who_is_removed_is_out_within_a_minute_and_who_is_invited_in_at_once(table: str) -> None:
    moments = iter([0.0, 1.0, 2.0, REMEMBERED + 2])
    members = DynamoMembers(table=table, monotonic=moments.__next__)
    assert members.get("subject") is None

    members.put(MEMBER)
    assert members.get("subject") == MEMBER
    DynamoMembers(table=table).remove("subject")

    assert [members.get("subject"), members.get("subject")] == [MEMBER, None]
