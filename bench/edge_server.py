"""Two routes of one uvicorn, for bench.edge_hits: `python -m bench.edge_server` prints its port.

`BARE` is a Starlette route; everything else goes through the edge, whose only behaviour has the
project's own viewer functions, CORS, security headers and Server-Timing.
"""

from __future__ import annotations

import asyncio

import uvicorn
from botocore.credentials import Credentials
from starlette.applications import Starlette
from starlette.requests import Request as ViewerRequest
from starlette.responses import Response as ViewerResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.edge.app import application
from local.edge.cache import Cache
from local.edge.distribution import Behaviour, Distribution, Origin, Target
from local.edge.functions import FunctionRuntime
from local.edge.messages import Request, Response
from local.edge.origins import Origins
from local.edge.pipeline import Pipeline
from local.edge.policies import CachePolicy, HeadersPolicy, RequestPolicy
from local.edge.sandbox import EdgeFunction, Sandbox
from local.edge.server import config
from local.edge.store import Store
from local.ports import listen
from stacks.constructs.edge_function import built

BARE = "/bare"
BODY = bytes(20_000)
WIDTHS = [48, 96, 160, 240, 320, 480, 640, 750, 828, 960, 1080, 1280, 1440, 1600, 1920, 2560]

_CACHE = {
    "MinTTL": 0,
    "DefaultTTL": 0,
    "MaxTTL": 31_536_000,
    "ParametersInCacheKeyAndForwardedToOrigin": {},
}
_HEADERS = {
    "SecurityHeadersConfig": {
        "ContentTypeOptions": {"Override": True},
        "FrameOptions": {"FrameOption": "DENY", "Override": True},
        "StrictTransportSecurity": {"AccessControlMaxAgeSec": 63_072_000, "Override": True},
    },
    "CorsConfig": {
        "AccessControlAllowOrigins": {"Items": ["http://localhost:8080"]},
        "AccessControlAllowMethods": {"Items": ["GET", "HEAD"]},
        "AccessControlAllowHeaders": {"Items": ["*"]},
        "OriginOverride": True,
    },
    "ServerTimingHeadersConfig": {"Enabled": True, "SamplingRate": 100},
}


class _Variants(Origins):
    async def fetch(self, origin: Origin, request: Request) -> Response:  # noqa: ARG002  # the base's
        headers = (
            ("content-type", "image/avif"),
            ("cache-control", "public, max-age=31536000, immutable"),
            ("etag", '"5d41402abc4b2a76b9719d911017c592"'),
        )
        return Response(200, headers, BODY)


def pipeline() -> Pipeline:
    variants = Origin("variants", "variants.s3.us-east-1.amazonaws.com", "", (), signed=True)
    request_code = built("img_request", settings={"widths": WIDTHS, "signed": False})
    behaviour = Behaviour(
        pattern="*",
        target=Target((variants,)),
        methods=frozenset({"GET", "HEAD", "OPTIONS"}),
        cache=CachePolicy.parse(_CACHE),
        forward=RequestPolicy.parse({}),
        headers=HeadersPolicy.parse(_HEADERS),
        on_request=EdgeFunction(request_code.encode()),
        on_response=EdgeFunction(built("media_response").encode()),
    )
    distribution = Distribution("E1", "d1.cloudfront.net", "", (behaviour,), {})
    origins = _Variants("http://127.0.0.1", Credentials("none", "none"))
    return Pipeline(
        distribution,
        FunctionRuntime(distribution, Sandbox()),
        Store(distribution, origins, Cache()),
    )


async def _bare(_: ViewerRequest) -> ViewerResponse:
    return ViewerResponse(BODY, media_type="image/avif")


def main() -> None:
    edge, bare = application(pipeline()), Starlette(routes=[Route(BARE, _bare)])

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        await (bare if scope["path"] == BARE else edge)(scope, receive, send)

    settings = config(either)
    with listen(0, "") as listener:
        print(listener.getsockname()[1], flush=True)
        server = uvicorn.Server(settings)
        with asyncio.Runner(loop_factory=settings.get_loop_factory()) as runner:
            runner.run(server.serve(sockets=[listener]))


if __name__ == "__main__":
    main()
