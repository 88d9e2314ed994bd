"""WebSocket connections by API Gateway's management of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from spool.aws import clients


def endpoint(deployed: str) -> str:
    """Where connections are managed: `deployed`, unless the SDK's own variable says otherwise."""
    return os.environ.get("AWS_ENDPOINT_URL_APIGATEWAYMANAGEMENTAPI") or deployed


def address(deployed: str) -> str:
    """Where clients connect: the same place by another scheme."""
    return f"ws{endpoint(deployed).removeprefix('http')}"


@dataclass(frozen=True)
class ApiGatewayLine:
    """Implements `live_ports.Line`; `deployed` is the stage's endpoint."""

    deployed: str
    client: Callable[[str], Any] = clients.connections

    def send(self, connection: str, frame: Mapping[str, Any]) -> bool:
        client = self.client(endpoint(self.deployed))
        try:
            client.post_to_connection(ConnectionId=connection, Data=json.dumps(frame).encode())
        except client.exceptions.GoneException:
            return False
        return True

    def hang_up(self, connection: str) -> None:
        client = self.client(endpoint(self.deployed))
        try:
            client.delete_connection(ConnectionId=connection)
        except client.exceptions.GoneException:
            return
