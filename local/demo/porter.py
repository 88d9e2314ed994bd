"""Carries files: each is uploaded, then followed by what is told of it until it is at its end."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Semaphore

import httpx

from local.demo.client import Client, Refused
from local.demo.following import Following, News
from local.demo.journey import ENDS, Journey, Note
from local.demo.live import Live

AT_ONCE = 3  # uploads; more only share the line
SILENCE = 30.0  # seconds until one looks, though nothing was told
GRACE = 5.0  # seconds that news may take that a look has overtaken
PATIENCE = 120.0  # seconds without anything new


class Porter:
    """Carries files through `client`, each in a thread of its own. `notes` grow meanwhile."""

    def __init__(self, client: Client, project_id: str) -> None:
        self.client, self.project_id = client, project_id
        self.notes: list[Note] = []
        self._uploads = Semaphore(AT_ONCE)
        self._stopped = Event()

    @contextmanager
    def carrying(self, journeys: Sequence[Journey]) -> Iterator[Sequence[Note]]:
        """Under way inside the block and over after it; an exception in it stops the waiting."""
        with (
            Live(self.client, self.project_id, self._say) as live,
            ThreadPoolExecutor(max_workers=max(1, len(journeys))) as pool,
        ):
            carried = [pool.submit(self._carry, journey, live) for journey in journeys]
            try:
                yield self.notes
            except BaseException:
                self._stopped.set()
                live.wake()
                raise
        for one in carried:
            one.result()

    def _carry(self, journey: Journey, live: Live) -> None:
        try:
            with self._uploads:
                following = self._upload(journey, live)
            self._follow(journey, following)
        except Refused as refused:
            self._end(journey, "refused", str(refused))
        except httpx.HTTPError as error:
            self._end(journey, "lost", f"The connection failed: {error}")
        finally:
            journey.ended = time.monotonic()

    def _upload(self, journey: Journey, live: Live) -> Following:
        def sent(count: int) -> None:
            journey.sent += count

        def tell(news: News) -> None:
            if note := journey.learn(news):
                self.notes.append(note)

        journey.state, upload = "uploading", journey.upload
        slot = self.client.presign(upload.path, self.project_id, private=upload.private)
        following = live.follow(slot.media_id, tell)
        self.client.upload(slot, upload.path, sent)
        journey.uploaded_at = datetime.now(UTC)
        return following

    def _follow(self, journey: Journey, following: Following) -> None:
        known, since = None, time.monotonic()
        while journey.state not in ENDS:
            if self._stopped.is_set():
                return None
            heard = following.wait(SILENCE)
            if following.must_look():
                following.saw(self.client.asset(following.media_id))
            elif not heard:
                self._look_unasked(journey, following)
            if (news := (journey.state, journey.percent)) != known:
                known, since = news, time.monotonic()
            elif time.monotonic() > since + PATIENCE:
                trouble = f"Still {journey.state}, without news for {PATIENCE:.0f} seconds."
                return self._end(journey, "lost", trouble)
        return following.saw(self.client.asset(following.media_id))

    def _look_unasked(self, journey: Journey, following: Following) -> None:
        """It may be that nothing happened, or that it was not told."""
        asset = self.client.asset(following.media_id)
        moved = asset["status"] != journey.state
        if moved and following.wait(GRACE):
            return
        self._say(f"Nothing was told for {SILENCE:.0f} s, so the demo looked.", journey)
        if moved:
            journey.untold.append(asset["status"])
        following.saw(asset)

    def _end(self, journey: Journey, state: str, trouble: str) -> None:
        journey.trouble = trouble  # first: what is told from now on changes nothing
        journey.state = state
        self._say(trouble, journey)

    def _say(self, text: str, journey: Journey | None = None) -> None:
        at = datetime.now(UTC)
        self.notes.append(journey.note(text, at=at) if journey else Note(state="", text=text))
