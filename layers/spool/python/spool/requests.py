"""Request bodies and query strings, checked by pydantic; a failure names the field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from spool.checksums import Algorithm, Checksum
from spool.errors import InvalidRequest

_DATE = re.compile(r"\d{4}-\d\d-\d\d")


class _Checked(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, alias_generator=to_camel, hide_input_in_errors=True
    )


class Body(_Checked):
    """Base of the JSON bodies: no unknown field, no type but the declared one."""

    model_config = ConfigDict(strict=True)
    max_bytes: ClassVar[int] = 16 << 10
    optional: ClassVar[bool] = False
    """Whether no body at all is one without fields."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises InvalidRequest."""
        if cls.optional:
            text = text or "{}"
        if len(text.encode()) > cls.max_bytes:
            raise InvalidRequest(f"The body must not be larger than {cls.max_bytes:,} bytes.")
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise InvalidRequest(_sentence(error, "The body")) from error


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
    if isinstance(value, str) and not _DATE.match(value):
        raise ValueError("must be a date, or a date and time, of ISO 8601")
    return value


WRITTEN = BeforeValidator(_written)
"""Goes with dates and times of a query."""


def _sentence(error: ValidationError, whole: str) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(step) for step in first["loc"]) or whole
    return f"{where}: {first['msg'].removeprefix('Value error, ')}."
