from __future__ import annotations

import pytest

from spool import errors
from spool.errors import AssetErrorCode, MediaError, RequestError

MEDIA_ERRORS = MediaError.__subclasses__()


def test_each_media_error_has_a_code_of_its_own() -> None:
    codes = [error.code for error in MEDIA_ERRORS]

    assert len(codes) == len(set(codes))
    assert set(codes) <= set(AssetErrorCode)


@pytest.mark.parametrize("error", RequestError.__subclasses__())
def test_each_request_error_is_a_clients_fault(error: type[RequestError]) -> None:
    assert 400 <= error.status < 500
    assert error.code == error.code.upper()
    assert error.title


def test_the_drawn_tree_names_every_error() -> None:
    assert errors.__doc__ is not None
    for error in (
        *MEDIA_ERRORS,
        *RequestError.__subclasses__(),
        *errors.SpoolError.__subclasses__(),
    ):
        assert error.__name__ in errors.__doc__


def test_an_empty_file_explains_itself() -> None:
    assert str(errors.EmptyFile()) == "The file is empty."
