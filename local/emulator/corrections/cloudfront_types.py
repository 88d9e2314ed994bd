"""MiniStack's CloudFormation lacks three of CloudFront's types, though its API has what they make.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_CloudFront.html
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.services import cloudfront
from ministack.services.cloudformation import provisioners

Properties = Mapping[str, Any]
Resource = tuple[str, dict[str, str]]  # Ref, and what GetAtt finds
Answer = tuple[int, dict[str, str], bytes]

GONE = 404


def apply() -> None:
    provisioners._RESOURCE_HANDLERS |= {
        "AWS::CloudFront::PublicKey": _handlers(
            _Kind(
                config="PublicKeyConfig",
                time="CreatedTime",
                stored=cloudfront._public_keys,
                create=cloudfront._create_public_key,
                update=cloudfront._update_public_key,
                delete=cloudfront._delete_public_key,
            )
        ),
        "AWS::CloudFront::KeyGroup": _handlers(
            _Kind(
                config="KeyGroupConfig",
                time="LastModifiedTime",
                stored=cloudfront._key_groups,
                create=cloudfront._create_key_group,
                update=cloudfront._update_key_group,
                delete=cloudfront._delete_key_group,
            )
        ),
        "AWS::CloudFront::MonitoringSubscription": _monitoring(),
    }
    replacing = ("DistributionId",)
    provisioners._REPLACING_PROPERTIES["AWS::CloudFront::MonitoringSubscription"] = replacing


@dataclass(frozen=True)
class _Kind:
    """`config` names the property and the API's shape alike; `time` is an attribute."""

    config: str
    time: str
    stored: Mapping[str, Mapping[str, str]]
    create: Callable[[bytes], Answer]
    update: Callable[[str, Mapping[str, str], bytes], Answer]
    delete: Callable[[str, Mapping[str, str]], Answer]

    def body(self, properties: Properties) -> bytes:
        return _xml(self.config, properties[self.config])

    def resource(self, name: str) -> Resource:
        return name, {"Id": name, self.time: self.stored[name][self.time]}

    def condition(self, name: str) -> dict[str, str]:
        return {"if-match": self.stored[name]["ETag"]} if name in self.stored else {}


def _handlers(kind: _Kind) -> dict[str, Any]:
    def create(_logical_id: str, properties: Properties, _stack: str) -> Resource:
        _, headers, _ = _done(kind.create(kind.body(properties)))
        return kind.resource(headers["Location"].rpartition("/")[2])

    def update(name: str, _old: Properties, new: Properties, _stack: str) -> Resource:
        _done(kind.update(name, kind.condition(name), kind.body(new)))
        return kind.resource(name)

    def delete(name: str, _properties: Properties) -> None:
        _done(kind.delete(name, kind.condition(name)), GONE)

    return {"create": create, "update": update, "delete": delete}


def _monitoring() -> dict[str, Any]:
    def put(properties: Properties) -> Resource:
        distribution = properties["DistributionId"]
        wanted = _xml("MonitoringSubscription", properties["MonitoringSubscription"])
        _done(cloudfront._create_monitoring_subscription(distribution, wanted))
        return distribution, {}

    def delete(distribution: str, _properties: Properties) -> None:
        _done(cloudfront._delete_monitoring_subscription(distribution), GONE)

    return {
        "create": lambda _logical_id, properties, _stack: put(properties),
        "update": lambda _distribution, _old, new, _stack: put(new),
        "delete": delete,
    }


def _xml(shape: str, value: Mapping[str, Any]) -> bytes:
    """The request that the API takes, of the same value in a template."""
    root = cloudfront.Element(shape)
    cloudfront._render_config_member(root, cloudfront._api_shape(shape), value)
    return bytes(cloudfront.tostring(root))


def _done(answer: Answer, *accepted: int) -> Answer:
    """Raises ValueError with what the API says; CloudFormation rolls back on it."""
    if answer[0] >= 400 and answer[0] not in accepted:
        raise ValueError(cloudfront.fromstring(answer[2]).findtext(".//{*}Message"))
    return answer
