"""Request bodies and query strings, checked by pydantic; a failure names the field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, ClassVar, Self, TypedDict

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic.alias_generators import to_camel

from spool.checksums import Algorithm, Checksum
from spool.errors import InvalidRequest
from spool.formats import Family
from spool.keys import SLUG
from spool.model import timestamp, utc_now

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class _Checked(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, hide_input_in_errors=True
    )


class Body(_Checked):
    """Base of the JSON bodies: no unknown field, no type but the declared one."""

    model_config = ConfigDict(strict=True)
    called: ClassVar[str] = "The body"
    max_bytes: ClassVar[int] = 16 << 10
    optional: ClassVar[bool] = False
    """Whether no body at all is one without fields."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InvalidRequest."""
        if cls.optional:
            text = text or "{}"
        if len(text.encode()) > cls.max_bytes:
            raise InvalidRequest(f"{cls.called} must not be larger than {cls.max_bytes:,} bytes.")
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise InvalidRequest(_sentence(error, cls.called)) from error


class ChecksumBody(Body):
    """A checksum of the whole file."""

    algorithm: Annotated[Algorithm, Field(strict=False)]
    value: str = Field(max_length=64)

    def checksum(self) -> Checksum:
        """Raises InvalidRequest."""
        return Checksum(self.algorithm, self.value)


class Query(_Checked):
    """Base of the query strings: no unknown parameter; numbers and dates are read from text."""

    @classmethod
    def parse(cls, parameters: Mapping[str, str]) -> Self:
        """Raises InvalidRequest."""
        try:
            return cls.model_validate(dict(parameters))
        except ValidationError as error:
            raise InvalidRequest(_sentence(error, "The query")) from error


def _written(value: object) -> object:
    """pydantic takes any number for seconds since 1970."""
    if not isinstance(value, str) or not _DATE.match(value):
        raise ValueError("must be a date, or a date and time, of ISO 8601")
    return value


def _utc(moment: datetime) -> datetime:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must lie within the years 1 to 9999 of UTC") from error


Moment = Annotated[datetime, BeforeValidator(_written), AfterValidator(_utc), Field(strict=False)]
Day = Annotated[date, BeforeValidator(_written)]


class Page(Query):
    """Base of the queries of lists."""

    limit: int = Field(default=50, ge=1, le=100)
    cursor: str | None = Field(default=None, max_length=200)


class Bounds(_Checked):
    """Goes with a query or body that `from` and `to` bound, both included, in UTC if not said."""

    since: Moment | None = Field(default=None, alias="from")
    until: Moment | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.until and self.since > self.until:
            raise ValueError("from must not be later than to")
        return self

    @property
    def bounds(self) -> tuple[str | None, str | None]:
        """As timestamps."""
        return _text(self.since), _text(self.until)


class ListQuery(Page, Bounds):
    """Base of the queries of lists that a project, a type and a time narrow."""

    project_id: str | None = Field(default=None, pattern=f"^{SLUG}$")
    type: Family | None = None

    def narrowed(self) -> ListOf:
        since, until = self.bounds
        return {
            "limit": self.limit,
            "project_id": self.project_id,
            "type": self.type,
            "since": since,
            "until": until,
        }


class ListOf(TypedDict):
    """The fields that `ports.AssetQuery` and `run_ports.JobQuery` have in common."""

    limit: int
    project_id: str | None
    type: Family | None
    since: str | None
    until: str | None


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else timestamp(moment)


class Days(Query):
    """Base of queries of dates of UTC, both included; the last `days` if not said."""

    most_days: ClassVar[int]
    days: ClassVar[int]

    since: Day | None = Field(default=None, alias="from")
    until: Day | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        since, until = self.span()
        if since > until:
            raise ValueError("from must not be later than to")
        if (until - since).days >= self.most_days:
            raise ValueError(f"from and to must not be more than {self.most_days} days apart")
        return self

    def span(self) -> tuple[date, date]:
        until = self.until or max(utc_now().date(), self.since or date.min)
        first = date.fromordinal(max(date.min.toordinal(), until.toordinal() - self.days))
        return self.since or first, until


def _sentence(error: ValidationError, whole: str) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(step) for step in first["loc"]) or whole
    return f"{where}: {first['msg'].removeprefix('Value error, ')}."
