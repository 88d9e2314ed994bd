"""One job's work: fetch the input, encode it, store the outputs, tell how far it is."""

from __future__ import annotations

import logging
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from local.mediaconvert import outputs
from local.mediaconvert.encode import Encoded
from local.mediaconvert.encode.errors import Cancelled, EncodeError
from local.mediaconvert.errors import UNKNOWN, JobFailed
from local.mediaconvert.job import Job, Members, Phase, Progress, Status
from local.mediaconvert.jobs import Jobs
from local.mediaconvert.storage import Storage

log = logging.getLogger(__name__)

SOURCE = "source"  # the input's file name here: its own might be anything

OpenStorage = Callable[[Job, threading.Event], Storage]  # raises JobFailed for a role that fails


class Encode(Protocol):
    """As `local.mediaconvert.engine.encode`."""

    def __call__(
        self,
        settings: Mapping[str, Any],
        source: Path,
        target: Path,
        /,
        *,
        on_progress: Callable[[int], None],
        cancelled: threading.Event,
    ) -> Encoded: ...


class Worker:
    """Ends each job in one status, whatever happens; a cancelled one has its status already."""

    def __init__(
        self,
        *,
        jobs: Jobs,
        open_storage: OpenStorage,
        encode: Encode,
        update_seconds: Callable[[Job], float] = lambda job: job.update_seconds,
    ) -> None:
        self._jobs, self._open_storage, self._encode = jobs, open_storage, encode
        self._update_seconds = update_seconds

    def __call__(self, job: Job, cancelled: threading.Event) -> None:
        try:
            with self._reporting(job):
                groups = self._produce(job, cancelled)
        except Cancelled:
            log.info("Job %s stopped", job.id)
        except JobFailed as error:
            self._fail(job, error.code, error.message)
        except EncodeError as error:
            message = error.message.replace(f"[{SOURCE}]", f"[{job.input_files[0]}]")
            self._fail(job, error.code, message)
        except Exception as error:
            log.exception("Job %s", job.id)
            self._fail(job, UNKNOWN, f"The encoder failed: {error!r}")
        else:
            self._jobs.move(job.id, Status.COMPLETE, output_groups=groups)

    def _fail(self, job: Job, code: int, message: str) -> None:
        self._jobs.move(job.id, Status.ERROR, error_code=code, error_message=message)

    def _produce(self, job: Job, cancelled: threading.Event) -> list[Members]:
        def note(phase: Phase) -> Callable[[int], None]:
            return lambda percent: self._jobs.note(job.id, Progress(phase=phase, percent=percent))

        with tempfile.TemporaryDirectory(prefix="mediaconvert-") as work:
            source, target = Path(work, SOURCE), Path(work, "target")
            target.mkdir()
            storage = self._open_storage(job, cancelled)
            storage.fetch(job.input_files[0], source)
            encoded = self._encode(
                job.settings,
                source,
                target,
                on_progress=note(Phase.TRANSCODING),
                cancelled=cancelled,
            )
            storage.store(outputs.uploads(encoded), on_progress=note(Phase.UPLOADING))
        return outputs.details(encoded)

    @contextmanager
    def _reporting(self, job: Job) -> Iterator[None]:
        """STATUS_UPDATE events at the job's interval, in a thread of its own."""
        done = threading.Event()

        def report() -> None:
            while not done.wait(self._update_seconds(job)):
                self._jobs.report(job.id)

        thread = threading.Thread(target=report, name=f"reports of {job.id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()
