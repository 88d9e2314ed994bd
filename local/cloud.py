"""The embedded cloud as one object: emulator, deployed stacks and edge, for people, tests and demo.

with Cloud.start(port=0, emulator_port=0, state=tmp_path) as cloud:
    httpx.get(f"{cloud.api_url}/assets")
"""

from __future__ import annotations

import fcntl
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from socket import socket
from typing import Any
from urllib.parse import urlsplit

from local.auth import Directory
from local.deploy import assets, synth
from local.deploy.assembly import read
from local.deploy.private_content import SigningKey
from local.deploy.stacks import StackDeployer
from local.edge.server import Edge
from local.emulator.client import client
from local.emulator.process import Emulator
from local.emulator.state import forget
from local.errors import StateTaken
from local.ports import claim, listen
from local.report import Report, silent
from local.settings import EDGE_PORT, EMULATOR_PORT, STATE
from local.tokens import Session, TokenRequest

Stacks = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Cloud:
    """A running cloud. `stacks` holds each stack's outputs by the stack's name; `auth` says how to
    get a token, as in `outputs.json`."""

    edge_url: str
    emulator_url: str
    stacks: Stacks
    log_path: Path
    auth: Mapping[str, Any] = field(default_factory=dict)

    @property
    def api_url(self) -> str:
        """The API through the edge; `outputs["ApiBaseUrl"]` is its own address."""
        return f"{self.edge_url}/api"

    @property
    def websocket_url(self) -> str:
        """Of the WebSocket API's stage, which the emulator has by path."""
        deployed = urlsplit(self.outputs["WebSocketUrl"])
        api_id = deployed.netloc.partition(".")[0]
        place = f"{self.emulator_url.removeprefix('http')}/_aws/execute-api/{api_id}"
        return f"ws{place}{deployed.path}"

    @property
    def outputs(self) -> dict[str, str]:
        """All stacks' outputs by their names."""
        return {name: value for outputs in self.stacks.values() for name, value in outputs.items()}

    def client(self, service: str) -> Any:
        """A boto3 client with the rights of who deployed."""
        return client(service, self.emulator_url)

    @property
    def directory(self) -> Directory:
        """Who may use the API."""
        cognito, dynamodb = self.client("cognito-idp"), self.client("dynamodb")
        return Directory(cognito, dynamodb, self.outputs, self.emulator_url)

    def session(self) -> Session:
        """Of the development user."""
        return Session(TokenRequest(**self.auth["token"]))

    def face(self) -> dict[str, Any]:
        """What `outputs.json` says: every key is there, null until its feature exists."""
        return {
            "edge": self.edge_url,
            "api": self.api_url,
            "emulator": self.emulator_url,
            "websocket": self.websocket_url,
            "auth": self.auth,
            "stacks": self.stacks,
        }

    @classmethod
    @contextmanager
    def start(
        cls,
        *,
        port: int = EDGE_PORT,
        emulator_port: int = EMULATOR_PORT,
        state: Path = STATE,
        fresh: bool = False,
        settings: Mapping[str, Any] | None = None,
        origins: Sequence[str] = (),
        report: Report = silent,
    ) -> Iterator[Cloud]:
        """Start everything; ports 0 mean free ones, and `settings` go before those of `cdk.json`.
        Pages of `origins` may use it beside those of its own.

        Raises CloudError; leaves no process behind.
        """
        state.mkdir(parents=True, exist_ok=True)
        with _only_one(state), listen(port, "PORT (--port)") as listener:
            (state / "outputs.json").unlink(missing_ok=True)  # of one that was killed
            if fresh:
                forget(state)
            url = f"http://localhost:{listener.getsockname()[1]}"
            emulator_port = claim(emulator_port, "EMULATOR_PORT (--emulator-port)")
            report("Starting the emulator")
            with Emulator(port=emulator_port, state=state) as emulator:
                report("Synthesizing the stacks")
                key = SigningKey.of_this_checkout()
                private = {"privatePublicKeys": [key.public_pem]}
                assembly = synth.synthesize({**private, **(settings or {})})
                emulator.wait_until_ready()
                stacks = _deploy(emulator, assembly, url, origins, report)
                _arm(emulator, stacks, key)
                report("Starting the edge")
                with _edge(emulator, listener, url, stacks) as edge:
                    cloud = cls(edge.url, emulator.url, stacks, emulator.log)
                    cloud = replace(cloud, auth=cloud.directory.furnish(state))
                    with _announced(cloud, state / "outputs.json"):
                        yield cloud


def _deploy(
    emulator: Emulator, assembly: Path, public_url: str, origins: Sequence[str], report: Report
) -> Stacks:
    built = read(assembly)
    report("Publishing the functions")
    s3 = client("s3", emulator.url)
    assets.bootstrap(built, s3, client("ssm", emulator.url))
    assets.publish(built, s3)
    deployer = StackDeployer(client("cloudformation", emulator.url), emulator.log)
    allowed = [public_url, public_url.replace("localhost", "127.0.0.1"), *origins]
    parameters = {"AllowedOrigins": ",".join(allowed), "PublicUrl": public_url}
    outputs = {}
    for stack in built.stacks:
        report(f"Deploying {stack.name}")
        outputs[stack.name] = deployer.deploy(stack, parameters)
    return outputs


def _arm(emulator: Emulator, stacks: Stacks, key: SigningKey) -> None:
    """Give the key to the stacks that sign with it: no template holds it."""
    secrets = client("secretsmanager", emulator.url)
    for outputs in stacks.values():
        if "SigningKeySecret" in outputs:
            key.store(secrets, outputs["SigningKeySecret"])


@contextmanager
def _edge(emulator: Emulator, listener: socket, url: str, stacks: Stacks) -> Iterator[Edge]:
    [distribution] = [o["DistributionId"] for o in stacks.values() if "DistributionId" in o]
    edge = Edge(
        listener=listener,
        url=url,
        emulator_url=emulator.url,
        cloudfront=client("cloudfront", emulator.url),
        distribution_id=distribution,
    )
    with edge:
        edge.start(emulator.log)
        yield edge


@contextmanager
def _announced(cloud: Cloud, path: Path) -> Iterator[None]:
    """`outputs.json` exists while the cloud is ready, and is complete whenever it is there."""
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(cloud.face(), indent=2) + "\n")
    draft.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def _only_one(state: Path) -> Iterator[None]:
    """Two emulators on one state would overwrite each other's. Raises StateTaken."""
    with (state / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StateTaken(state) from error
        yield
