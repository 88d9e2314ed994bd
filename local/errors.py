"""What can go wrong while the embedded cloud starts, each a sentence that says what to do.

CloudError
├── PortTaken       another program listens there
├── StateTaken      another embedded cloud uses the same state
├── NotUp           no embedded cloud runs on that state
├── StartFailed     a child process ended or stayed silent; names its log
├── SynthFailed     app.py did; holds its last lines
├── DeployFailed    a stack rolled back; names the resource, its reason and the log
└── Unsupported     the distribution uses what the edge does not model (in local.edge)
"""

from __future__ import annotations

from pathlib import Path


class CloudError(Exception):
    """Base of all. `str(error)` is for the person at the terminal."""


class PortTaken(CloudError):
    def __init__(self, port: int, setting: str) -> None:
        super().__init__(
            f"Port {port} is taken by another program: stop it, or choose another with {setting}."
        )


class StateTaken(CloudError):
    def __init__(self, state: Path) -> None:
        super().__init__(f"Another embedded cloud already uses {state}. Stop it first.")


class NotUp(CloudError):
    def __init__(self, state: Path) -> None:
        super().__init__(f"No embedded cloud is up in {state}. Start one with make up.")


class StartFailed(CloudError):
    def __init__(self, what: str, why: str, log: Path) -> None:
        super().__init__(f"{what} did not start: {why} Its log: {log}")


class SynthFailed(CloudError):
    def __init__(self, output: str) -> None:
        super().__init__(f"app.py could not synthesize the stacks:\n{output}")


class DeployFailed(CloudError):
    """`failures` holds (logical id, resource type, reason), the cause first."""

    def __init__(self, stack: str, failures: list[tuple[str, str, str]], log: Path) -> None:
        self.stack, self.failures = stack, failures
        lines = [f"  {name} ({kind}): {reason}" for name, kind, reason in failures]
        detail = "\n".join(lines) or "  no resource says why"
        super().__init__(f"Stack {stack} was not deployed:\n{detail}\n  The emulator's log: {log}")
