"""`python -m bench.burst_server {folder}` prints its port: `img_resize` as Lambda runs it, in as
many environments as there are cores, each with one request at a time. Its buckets are folders.

The environments' process ids follow, on the same line.
"""

from __future__ import annotations

import os
import sys
import time
from base64 import b64decode
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import cast

from img_resize import handler as img_resize
from local.settings import HOST, LAMBDA_ENVIRONMENTS
from spool.errors import NotFound
from spool.imaging.options import WIDTHS
from spool.services.asking import Asking
from spool.services.delivery import ImageServer
from spool.services.ports import Catalogue, Demand, Encodes
from spool.services.source import Sources
from spool.services.storage_ports import Objects, Stored

WAITING = 1024  # connections that may wait to be accepted


@dataclass(frozen=True)
class Folder:
    """Implements `Objects` as `img_resize` uses it for pictures that were never asked for."""

    path: Path

    def get(self, key: str) -> Stored:
        file = self.path / key
        if not file.exists():
            raise NotFound(key)
        return Stored(file.stat().st_size, "", "", file.open("rb"))

    def put_new(self, key: str, body: bytes, _content_type: str, *, max_age: int) -> bool:
        file = self.path / key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_suffix(f".{max_age}").write_bytes(body)
        return True


class _Environment(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        http = {"requestId": "bench", "http": {"method": "GET"}}
        answer = img_resize.handler({"requestContext": http, "rawPath": self.path}, None)
        self.send_response(answer["statusCode"])
        for name, value in answer["headers"].items():
            self.send_header(name, value)
        self.end_headers()
        body = answer["body"]
        self.wfile.write(b64decode(body) if answer["isBase64Encoded"] else body.encode())

    def log_message(self, *_: object) -> None: ...


class _Server(HTTPServer):
    request_queue_size = WAITING


def _images(folder: Path) -> ImageServer:
    objects = cast("Objects", Folder(folder))
    nobody = object()
    return ImageServer(
        asking=Asking(
            catalogue=cast("Catalogue", nobody),
            sources=Sources(renditions=objects),
            widths=WIDTHS,
        ),
        renditions=objects,
        variants=objects,
        demand=cast("Demand", nobody),
        encodes=cast("Encodes", nobody),
        limit=0,
    )


def serve(folder: Path) -> None:
    images = _images(folder)
    img_resize.server = lambda: images  # type: ignore[assignment]
    server = _Server((HOST, 0), _Environment)
    environments = []
    for _ in range(LAMBDA_ENVIRONMENTS):
        process = os.fork()
        if not process:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # its log
            server.serve_forever()
        environments.append(process)
    print(server.server_port, *environments, flush=True)
    time.sleep(3600)


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
