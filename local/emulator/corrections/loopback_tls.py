"""Requests over the loopback count as encrypted.

The emulator serves plain HTTP on 127.0.0.1 only, while the templates' policies deny what is not TLS
(`aws:SecureTransport`), as they must on AWS. Nothing leaves the machine, so they see TLS here.
"""

from __future__ import annotations

from ministack import app


def apply() -> None:
    pin = app.pin_request_origin

    def pin_as_encrypted(source_ip: str, _secure_transport: bool) -> None:
        pin(source_ip, True)

    app.pin_request_origin = pin_as_encrypted
