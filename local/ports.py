"""Listening ports on the loopback interface."""

from __future__ import annotations

import socket

from local.errors import PortTaken
from local.settings import HOST


def listen(port: int, setting: str) -> socket.socket:
    """A socket that listens on `port`, or on a free one for 0: from now on it is ours.

    Raises PortTaken, naming `setting`.
    """
    try:
        return socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        raise PortTaken(port, setting) from error


def claim(port: int, setting: str) -> int:
    """`port` if nothing listens there, or a free one for 0; for a child process to listen on."""
    with listen(port, setting) as server:
        return int(server.getsockname()[1])
