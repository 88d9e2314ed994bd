"""Listening ports on the loopback interface."""

from __future__ import annotations

import socket

from local.errors import PortTaken
from local.settings import HOST


def claim(port: int, setting: str) -> int:
    """`port` if nothing listens there, or a free one for 0. Raises PortTaken, naming `setting`."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise PortTaken(port, setting) from error
        return int(probe.getsockname()[1])
