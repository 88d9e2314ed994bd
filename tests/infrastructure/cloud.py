"""The templates as CloudFormation would deploy them, each reference resolved to a made-up value."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

ACCOUNT = "123456789012"
REGION = "eu-west-1"
PSEUDO = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
    "AWS::StackId": f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/name/0a1b2c3d-0000-0000",
}


def arn(service: str, resource: str, *, region: str = REGION, account: str = ACCOUNT) -> str:
    return f"arn:aws:{service}:{region}:{account}:{resource}"


ARNS: Mapping[str, Callable[[str], str]] = {
    "AWS::CloudFront::Distribution": lambda n: arn("cloudfront", f"distribution/{n}", region=""),
    "AWS::DynamoDB::Table": lambda n: arn("dynamodb", f"table/{n}"),
    "AWS::Events::EventBus": lambda n: arn("events", f"event-bus/{n}"),
    "AWS::Events::Rule": lambda n: arn("events", f"rule/{n}"),
    "AWS::IAM::Role": lambda n: arn("iam", f"role/{n}", region=""),
    "AWS::KMS::Key": lambda n: arn("kms", f"key/{n}"),
    "AWS::Lambda::Alias": lambda n: n,
    "AWS::Lambda::Function": lambda n: arn("lambda", f"function:{n}"),
    "AWS::Lambda::Version": lambda n: n,
    "AWS::Logs::LogGroup": lambda n: arn("logs", f"log-group:{n}:*"),
    "AWS::MediaConvert::Queue": lambda n: arn("mediaconvert", f"queues/{n}"),
    "AWS::S3::Bucket": lambda n: f"arn:aws:s3:::{n}",
    "AWS::CloudFront::KeyValueStore": lambda n: arn(
        "cloudfront", f"key-value-store/{n}", region=""
    ),
    "AWS::SNS::Topic": lambda n: n,
    "AWS::SQS::Queue": lambda n: arn("sqs", n.rpartition("/")[2]),
    "AWS::StepFunctions::StateMachine": lambda n: n,
}
"""What `Fn::GetAtt … Arn` is, from what `Ref` is."""


TEXT_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "Fn::Join": lambda delimiter, items: delimiter.join(items),
    "Fn::Select": lambda index, items: items[int(index)],
    "Fn::Split": lambda delimiter, text: text.split(delimiter),
}


@dataclass(frozen=True)
class Resource:
    """One resource, its properties resolved. `ref` and `arn` are as CloudFormation gives them."""

    stack: str
    logical_id: str
    type: str
    properties: Mapping[str, Any]
    ref: str
    body: Mapping[str, Any]

    @property
    def arn(self) -> str:
        return ARNS[self.type](self.ref)

    @property
    def name(self) -> str:
        return f"{self.stack}/{self.logical_id}"


class Cloud:
    """All stacks together, so that what one imports is what another exports."""

    def __init__(self, templates: Mapping[str, Mapping[str, Any]]) -> None:
        self._templates = templates
        self._exports = {
            self._resolve(stack, output["Export"]["Name"]): (stack, output["Value"])
            for stack, template in templates.items()
            for output in template.get("Outputs", {}).values()
            if "Export" in output
        }

    def resources(self, *types: str) -> Iterator[Resource]:
        for stack, template in self._templates.items():
            for logical_id, body in template["Resources"].items():
                if not types or body["Type"] in types:
                    yield self._resource(stack, logical_id)

    def of_api(self, protocol: str, kind: str) -> Iterator[Resource]:
        """`AWS::ApiGatewayV2::{kind}` of the API that speaks `protocol`: HTTP or WEBSOCKET."""
        for api in self.resources("AWS::ApiGatewayV2::Api"):
            if api.properties["ProtocolType"] == protocol:
                for each in self.resources(f"AWS::ApiGatewayV2::{kind}"):
                    if each.properties["ApiId"] == api.ref:
                        yield each

    def by_arn(self, wanted: str, *types: str) -> Resource:
        return next(r for r in self.resources(*types) if r.arn == wanted)

    def by_ref(self, wanted: str, *types: str) -> Resource:
        return next(r for r in self.resources(*types) if r.ref == wanted)

    def _resource(self, stack: str, logical_id: str) -> Resource:
        body = self._templates[stack]["Resources"][logical_id]
        properties = self._resolve(stack, body.get("Properties", {}))
        return Resource(
            stack, logical_id, body["Type"], properties, self._ref(stack, logical_id), body
        )

    def _resolve(self, stack: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._resolve(stack, item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((function, argument),) = value.items()
            if function == "Ref" or function.startswith("Fn::"):
                return self._intrinsic(stack, function, argument)
        return {name: self._resolve(stack, item) for name, item in value.items()}

    def _intrinsic(self, stack: str, function: str, argument: Any) -> Any:
        if function == "Ref":
            return self._ref(stack, argument)
        if function == "Fn::GetAtt":
            return self._attribute(stack, *argument)
        if function == "Fn::If":
            return self._resolve(stack, argument[2])  # our conditions are false by default
        given = self._resolve(stack, argument)
        if function == "Fn::ImportValue":
            return self._resolve(*self._exports[given])
        return self._of_values(stack, function, given)

    def _of_values(self, stack: str, function: str, given: Any) -> Any:
        if function == "Fn::Sub":
            return re.sub(r"\$\{([^}]+)\}", lambda name: str(self._ref(stack, name[1])), given)
        if function == "Fn::FindInMap":
            mapping, key, name = given
            return self._templates[stack]["Mappings"][mapping][key][name]
        return TEXT_FUNCTIONS[function](*given)

    def _ref(self, stack: str, logical_id: str) -> Any:
        if logical_id in PSEUDO:
            return PSEUDO[logical_id]
        template = self._templates[stack]
        if logical_id in template.get("Parameters", {}):
            parameter = template["Parameters"][logical_id]
            listed = parameter["Type"] == "CommaDelimitedList"
            return parameter["Default"].split(",") if listed else parameter["Default"]
        return self._physical_id(stack, logical_id, template["Resources"][logical_id])

    def _physical_id(self, stack: str, logical_id: str, body: Mapping[str, Any]) -> str:
        name = f"{stack}-{logical_id}"
        kind = body["Type"]
        if kind == "AWS::S3::Bucket":
            return name.lower()
        if kind == "AWS::SNS::Topic":
            return arn("sns", name)
        if kind == "AWS::SQS::Queue":
            return f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}"
        if kind == "AWS::StepFunctions::StateMachine":
            return arn("states", f"stateMachine:{name}")
        if kind in {"AWS::Lambda::Version", "AWS::Lambda::Alias"}:
            properties = self._resolve(stack, body["Properties"])
            function = arn("lambda", f"function:{properties['FunctionName']}")
            return f"{function}:{properties.get('Name', '1')}"
        return name

    def _attribute(self, stack: str, logical_id: str, attribute: str) -> str:
        kind = self._templates[stack]["Resources"][logical_id]["Type"]
        ref = str(self._ref(stack, logical_id))
        match attribute:
            case "Arn":
                return ARNS[kind](ref)
            case "StreamArn":
                return f"{ARNS[kind](ref)}/stream/2025-01-01T00:00:00.000"
            case "FunctionUrl":
                return f"https://{ref.lower()}.lambda-url.{REGION}.on.aws/"
            case "QueueName":
                return ref.rpartition("/")[2]
            case "Version":
                return "1"
            case _:
                return f"{ref}.{attribute}"


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
