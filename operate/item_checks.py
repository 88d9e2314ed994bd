"""Items of the table that stand for themselves, members, limits, counters and comments: an item as
plain values in, findings out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, fields
from typing import Any

from operate.findings import Finding
from operate.register import MALFORMED
from spool.aws.catalogue_writes import LIMITS, USAGE
from spool.aws.comments import COMMENT, COMMENTS
from spool.aws.jobs import UNDER_WAY
from spool.aws.members import SORT_KEY as MEMBER
from spool.comments import Comment
from spool.identity import Role
from spool.keys import SLUG
from spool.model import camel
from spool.quotas import DayUsage, Limits, Usage

Item = Mapping[str, Any]


def item_findings(item: Item) -> Iterator[Finding]:
    """Of a member, an organisation's limits, its counters, a comment, or how many there are."""
    sort = item["sk"]
    if sort == MEMBER:
        yield from _member(item)
    elif sort == LIMITS:
        yield from _whole_numbers(item, "limits", [f.name for f in fields(Limits)], all_there=True)
    elif sort == USAGE:
        yield from _whole_numbers(item, "counters", [camel(f.name) for f in fields(Usage)])
    elif sort.startswith(f"{USAGE}#"):
        names = [camel(f.name) for f in fields(DayUsage) if f.name != "date"]
        yield from _whole_numbers(item, "day-counters", names)
    elif sort.startswith(f"{UNDER_WAY}#"):
        names = [name for name in item if name not in {"pk", "sk"}]
        yield from _whole_numbers(item, "job-counters", names)
    elif sort == COMMENTS:
        yield from _whole_numbers(item, "comments", ["count"], all_there=True)
    elif sort.startswith(COMMENT):
        yield from _comment(item)


def usage_findings(org_id: str, counted: Usage, held: Usage) -> Iterator[Finding]:
    """The organisation's counters against the sum of what its assets count for."""
    sums = asdict(held)
    wrong = [
        f"{camel(name)} says {value:,}, its assets sum up to {sums[name]:,}"
        for name, value in asdict(counted).items()
        if value != sums[name]
    ]
    if wrong:
        yield Finding(check="usage", subject=org_id, message="; ".join(wrong))


def _member(item: Item) -> Iterator[Finding]:
    wrong = []
    if not re.fullmatch(SLUG, str(item.get("orgId", ""))):
        wrong.append(f"orgId is {item.get('orgId')!r}")
    if item.get("role") not in list(Role):
        wrong.append(f"role is {item.get('role')!r}")
    if not isinstance(item.get("name"), str):
        wrong.append("it has no name")
    if wrong:
        yield Finding(check="member", subject=item["pk"], message=", ".join(wrong))


def _comment(item: Item) -> Iterator[Finding]:
    try:
        Comment.from_record(item)
    except MALFORMED as error:
        subject = f"{item['pk'].partition('#')[2]} {item['sk']}"
        yield Finding(check="comment", subject=subject, message=f"it can't be read: {error!r}")


def _whole_numbers(
    item: Item, check: str, names: list[str], *, all_there: bool = False
) -> Iterator[Finding]:
    wrong = [
        f"{name} is {item.get(name)!r}"
        for name in names
        if (all_there or name in item) and not (isinstance(item.get(name), int) and item[name] >= 0)
    ]
    if wrong:
        subject = f"{item['pk'].partition('#')[2]} {item['sk']}"
        yield Finding(check=check, subject=subject, message=", ".join(wrong))
