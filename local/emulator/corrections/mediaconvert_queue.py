"""MiniStack's CloudFormation has no `AWS::MediaConvert::Queue`.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-mediaconvert-queue.html
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from ministack.services.cloudformation import provisioners

from local.mediaconvert.errors import NotFoundException
from local.mediaconvert.queue_operations import QueueOperations
from local.mediaconvert.queues import DEFAULT_CONCURRENT_JOBS

TYPE = "AWS::MediaConvert::Queue"

Properties = Mapping[str, Any]
Resource = tuple[str, dict[str, str]]  # Ref, and what GetAtt finds

# What an update sets back when the template has it no more.
_UPDATABLE = {
    "ConcurrentJobs": DEFAULT_CONCURRENT_JOBS,
    "Description": "",
    "Status": "ACTIVE",
}


def apply(queues: QueueOperations) -> None:
    def create(logical_id: str, properties: Properties, stack: str) -> Resource:
        name = properties.get("Name") or provisioners._physical_name(stack, logical_id)
        pricing = properties.get("PricingPlan", "ON_DEMAND")
        tags = provisioners._tag_map(properties.get("Tags"))
        return _resource(
            queues.create_queue(Name=name, PricingPlan=pricing, Tags=tags, **_updated(properties))
        )

    def update(name: str, old: Properties, new: Properties, _stack: str) -> Resource:
        resource = _resource(queues.update_queue(Name=name, **_updated(new)))
        arn = resource[1]["Arn"]
        before, after = (provisioners._tag_map(props.get("Tags")) for props in (old, new))
        queues.tags.untag_resource(Arn=arn, TagKeys=before.keys() - after.keys())
        queues.tags.tag_resource(Arn=arn, Tags=after)
        return resource

    def delete(name: str, _properties: Properties) -> None:
        with suppress(NotFoundException):
            queues.delete_queue(Name=name)

    provisioners._RESOURCE_HANDLERS[TYPE] = {"create": create, "update": update, "delete": delete}
    provisioners._REPLACING_PROPERTIES[TYPE] = ("Name", "PricingPlan")


def _updated(properties: Properties) -> dict[str, Any]:
    """Templates may hold numbers as text."""
    values = {name: properties.get(name, default) for name, default in _UPDATABLE.items()}
    return {**values, "ConcurrentJobs": int(values["ConcurrentJobs"])}


def _resource(answer: Mapping[str, Any]) -> Resource:
    queue = answer["Queue"]
    return queue["Name"], {"Arn": queue["Arn"], "Name": queue["Name"]}
