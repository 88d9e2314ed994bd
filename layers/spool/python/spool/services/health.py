"""Whether what Spool lives on is well."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

PATIENCE = 4.0  # seconds
KEPT = 5.0  # seconds: so long one answer does for all who ask


class HealthStatus(StrEnum):
    HEALTHY = "healthy"
    ILL = "ill"


@dataclass(frozen=True)
class Finding:
    """Of one dependency. `fault` is why it is ill, for operators: no caller gets it."""

    name: str
    fault: str | None
    millis: int

    @property
    def status(self) -> HealthStatus:
        return HealthStatus.HEALTHY if self.fault is None else HealthStatus.ILL


@dataclass(frozen=True)
class Health:
    findings: tuple[Finding, ...]

    @property
    def status(self) -> HealthStatus:
        ill = any(finding.fault is not None for finding in self.findings)
        return HealthStatus.ILL if ill else HealthStatus.HEALTHY

    def to_dict(self) -> dict[str, Any]:
        dependencies = [
            {"name": one.name, "status": one.status.value, "millis": one.millis}
            for one in self.findings
        ]
        return {"status": self.status.value, "dependencies": dependencies}


@dataclass
class Doctor:
    """`probes` by the names of the dependencies: each asks one for a sign of life, and raises where
    there is none. Who has asked KEPT ago at most gets the same answer: the route is open to all."""

    probes: Mapping[str, Callable[[], object]]
    monotonic: Callable[[], float]
    patience: float = PATIENCE
    _last: tuple[float, Health] | None = field(default=None, init=False)

    def examine(self) -> Health:
        if self._last is not None and self.monotonic() - self._last[0] < KEPT:
            return self._last[1]
        health = self._examined()
        self._last = self.monotonic(), health
        return health

    def _examined(self) -> Health:
        """All at once. Who hasn't answered in time is ill, and not waited for."""
        pool = ThreadPoolExecutor(len(self.probes))
        asked = {name: pool.submit(self._ask, name, probe) for name, probe in self.probes.items()}
        wait(asked.values(), timeout=self.patience)
        pool.shutdown(wait=False, cancel_futures=True)
        return Health(tuple(self._found(name, answer) for name, answer in asked.items()))

    def _found(self, name: str, answer: Future[Finding]) -> Finding:
        if answer.done() and not answer.cancelled():
            return answer.result()
        return Finding(name, "no answer in time", round(self.patience * 1000))

    def _ask(self, name: str, probe: Callable[[], object]) -> Finding:
        began = self.monotonic()
        fault = None
        try:
            probe()
        except Exception as error:  # noqa: BLE001  whatever is wrong is what is asked for
            fault = f"{type(error).__name__}: {error}"
        return Finding(name, fault, round((self.monotonic() - began) * 1000))
