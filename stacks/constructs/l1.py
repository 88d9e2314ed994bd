from __future__ import annotations

from typing import TypeVar

from constructs import IConstruct

T = TypeVar("T")


def resource_of(construct: IConstruct, kind: type[T]) -> T:
    """The CloudFormation resource behind `construct`, for what its properties don't offer."""
    resource = construct.node.default_child
    if not isinstance(resource, kind):
        raise TypeError(f"{construct.node.path} has no {kind.__name__} behind it")
    return resource
