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
        listener = socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        raise PortTaken(port, setting) from error
    # Connections inherit it. asyncio leaves it off where it did not make the socket, and then an
    # answer in two writes waits 40 ms for the delayed acknowledgement of the first.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def claim(port: int, setting: str) -> int:
    """`port` if nothing listens there, or a free one for 0; for a child process to listen on."""
    with listen(port, setting) as server:
        return int(server.getsockname()[1])
