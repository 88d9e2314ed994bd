"""Every call between services that the templates wire, and that the emulator doesn't check."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.infrastructure.cloud import ACCOUNT, Cloud, Resource, arn
from tests.infrastructure.policies import Request

EVENTS = "events.amazonaws.com"
TLS = {"aws:SecureTransport": "true"}
XRAY = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
XRAY_SAMPLING = ("xray:GetSamplingRules", "xray:GetSamplingTargets")
LOG_DELIVERY = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)
"""What Step Functions needs to log ("Logging using CloudWatch Logs" in its guide)."""

STREAM = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
QUEUE = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


def service_edges(cloud: Cloud) -> list[Request]:
    return [
        *_assumed_roles(cloud),
        *_functions(cloud),
        *_state_machines(cloud),
        *_rules(cloud),
        *_event_sources(cloud),
        *_routes(cloud),
        *_origins(cloud),
        *_transcoding(cloud),
    ]


def _assumed_roles(cloud: Cloud) -> Iterator[Request]:
    for function in cloud.resources("AWS::Lambda::Function"):
        yield Request("lambda.amazonaws.com", "sts:AssumeRole", function.properties["Role"], {})
    for machine in cloud.resources("AWS::StepFunctions::StateMachine"):
        role = machine.properties["RoleArn"]
        yield Request("states.amazonaws.com", "sts:AssumeRole", role, {})


def _functions(cloud: Cloud) -> Iterator[Request]:
    for function in cloud.resources("AWS::Lambda::Function"):
        role = function.properties["Role"]
        stream = f"log-group:{function.properties['LoggingConfig']['LogGroup']}:log-stream:a"
        for action in ("logs:CreateLogStream", "logs:PutLogEvents"):
            yield Request(role, action, arn("logs", stream), TLS)
        for action in XRAY:
            yield Request(role, action, "*", TLS)


def _state_machines(cloud: Cloud) -> Iterator[Request]:
    for machine in cloud.resources("AWS::StepFunctions::StateMachine"):
        role = machine.properties["RoleArn"]
        for action in (*XRAY, *XRAY_SAMPLING, *LOG_DELIVERY):
            yield Request(role, action, "*", TLS)
        for task in tasks(definition(machine)).values():
            yield from _task_calls(cloud, role, task)


def definition(machine: Resource) -> dict[str, Any]:
    """The state machine's definition with its tokens replaced, as Step Functions gets it."""
    text = machine.properties["DefinitionString"]
    for token, value in machine.properties["DefinitionSubstitutions"].items():
        text = text.replace(f"${{{token}}}", value)
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def tasks(machine: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every Task by its state's name, those inside Parallel states too."""
    found = {}
    for name, state in machine["States"].items():
        if state["Type"] == "Task":
            found[name] = state
        for branch in state.get("Branches", []):
            found |= tasks(branch)
    return found


def _task_calls(cloud: Cloud, role: str, task: Mapping[str, Any]) -> Iterator[Request]:
    if task["Resource"] == "arn:aws:states:::lambda:invoke":
        version = task["Arguments"]["FunctionName"]
        for called in (version, f"{version}0"):  # also a version of another deployment
            yield Request(role, "lambda:InvokeFunction", called, TLS)
    elif task["Resource"] == "arn:aws:states:::sqs:sendMessage":
        queue = cloud.by_ref(task["Arguments"]["QueueUrl"], "AWS::SQS::Queue")
        yield Request(role, "sqs:SendMessage", queue.arn, TLS)
    else:
        raise NotImplementedError(task["Resource"])


def _rules(cloud: Cloud) -> Iterator[Request]:
    for rule in cloud.resources("AWS::Events::Rule"):
        context = {**TLS, "aws:SourceArn": rule.arn, "aws:SourceAccount": ACCOUNT}
        for target in rule.properties["Targets"]:
            undelivered = target.get("DeadLetterConfig", {}).get("Arn")
            for called in filter(None, (target["Arn"], undelivered)):
                if ":sns:" in called:
                    yield from _published(cloud, called)
                else:
                    action = "sqs:SendMessage" if ":sqs:" in called else "lambda:InvokeFunction"
                    yield Request(EVENTS, action, called, context)


def _published(cloud: Cloud, topic: str) -> Iterator[Request]:
    """EventBridge doesn't say for which rule or account it publishes: "You can't use Condition
    blocks in Amazon SNS topic policies for EventBridge", says its guide (resource-based policies).
    SNS encrypts in the publisher's name.
    """
    yield Request(EVENTS, "sns:Publish", topic, TLS)
    key = cloud.by_ref(topic, "AWS::SNS::Topic").properties["KmsMasterKeyId"]
    for action in ("kms:GenerateDataKey", "kms:Decrypt"):
        yield Request(EVENTS, action, key, TLS)


def _event_sources(cloud: Cloud) -> Iterator[Request]:
    for mapping in cloud.resources("AWS::Lambda::EventSourceMapping"):
        role = _function_of(cloud, mapping.properties["FunctionName"]).properties["Role"]
        source = mapping.properties["EventSourceArn"]
        for action in QUEUE if ":sqs:" in source else STREAM:
            yield Request(role, action, source, TLS)
        if ":dynamodb:" in source:
            yield Request(role, "dynamodb:ListStreams", "*", TLS)
            bucket = mapping.properties["DestinationConfig"]["OnFailure"]["Destination"]
            yield Request(role, "s3:ListBucket", bucket, TLS)
            yield Request(role, "s3:PutObject", f"{bucket}/aws/lambda/batch", TLS)


def _function_of(cloud: Cloud, alias_arn: str) -> Resource:
    return cloud.by_arn(alias_arn.rpartition(":")[0], "AWS::Lambda::Function")


def _routes(cloud: Cloud) -> Iterator[Request]:
    """Those of HTTP are a method and a path, of the stage $default; those of WebSockets a name."""
    stages = {"HTTP": "$default", "WEBSOCKET": "live"}
    for protocol, stage in stages.items():
        integrations = {f"integrations/{i.ref}": i for i in cloud.of_api(protocol, "Integration")}
        for route in cloud.of_api(protocol, "Route"):
            integration = integrations[route.properties["Target"]]
            method, _, path = route.properties["RouteKey"].partition(" ")
            yield _call(route, f"{stage}/{method}{path}", integration.properties["IntegrationUri"])
    for authorizer in cloud.of_api("WEBSOCKET", "Authorizer"):
        uri = authorizer.properties["AuthorizerUri"]
        yield _call(authorizer, f"authorizers/{authorizer.ref}", uri)


def _call(part: Resource, place: str, uri: str) -> Request:
    """API Gateway's, for a part of an API. `uri` is the function, or names it."""
    function = uri.partition("/functions/")[2].removesuffix("/invocations") or uri
    source = arn("execute-api", f"{part.properties['ApiId']}/{place}")
    return Request(
        "apigateway.amazonaws.com",
        "lambda:InvokeFunction",
        function,
        {**TLS, "aws:SourceArn": source},
    )


def _origins(cloud: Cloud) -> Iterator[Request]:
    for distribution in cloud.resources("AWS::CloudFront::Distribution"):
        context = {**TLS, "aws:SourceArn": distribution.arn}
        for origin in distribution.properties["DistributionConfig"]["Origins"]:
            if "OriginAccessControlId" in origin:
                yield from _origin_calls(cloud, origin["DomainName"], context)


def _origin_calls(cloud: Cloud, domain: str, context: Mapping[str, str]) -> Iterator[Request]:
    service = "cloudfront.amazonaws.com"
    for url in cloud.resources("AWS::Lambda::Url"):
        if url.ref.lower() in domain:
            function = f"{url.properties['TargetFunctionArn']}:{url.properties['Qualifier']}"
            by_url = {**context, "lambda:FunctionUrlAuthType": url.properties["AuthType"]}
            yield Request(service, "lambda:InvokeFunctionUrl", function, by_url)
            through_url = {**context, "lambda:InvokedViaFunctionUrl": "true"}
            yield Request(service, "lambda:InvokeFunction", function, through_url)
            return
    bucket = f"arn:aws:s3:::{domain.partition('.')[0]}"
    yield Request(
        service, "s3:GetObject", f"{bucket}/some/key", {**context, "s3:TlsVersion": "1.3"}
    )
    yield Request(service, "s3:ListBucket", bucket, {**context, "s3:TlsVersion": "1.3"})


def _transcoding(cloud: Cloud) -> Iterator[Request]:
    """MediaConvert reads and writes under the role that the submitter hands it."""
    service = "mediaconvert.amazonaws.com"
    for function in cloud.resources("AWS::Lambda::Function"):
        variables = function.properties["Environment"]["Variables"]
        if role := variables.get("MEDIACONVERT_ROLE"):
            handed = {**TLS, "iam:PassedToService": service}
            yield Request(function.properties["Role"], "iam:PassRole", role, handed)
            yield Request(service, "sts:AssumeRole", role, {"aws:SourceAccount": ACCOUNT})
            secure = {**TLS, "s3:TlsVersion": "1.3"}
            original = f"arn:aws:s3:::{variables['ORIGINALS_BUCKET']}/originals/o/p/m-a b.mp4"
            yield Request(role, "s3:GetObject", original, secure)
            renditions = f"arn:aws:s3:::{variables['RENDITIONS_BUCKET']}"
            streams = [f"{p}renditions/o/p/m/t/stream/video.m3u8" for p in ("", "p/")]
            for key in (*streams, "captures/o/p/m/t/frame.jpg"):
                yield Request(role, "s3:PutObject", f"{renditions}/{key}", secure)
