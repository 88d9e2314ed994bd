"""What `docs/events` holds: a schema of each event on the bus, by the models in `spool.news_views`,
and examples, which the newsroom tells of assets. `python -m operate.event_documents` writes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from operate.event_examples import examples
from operate.schemas import plain, written
from spool.events import NEWS_SOURCE, Announcement
from spool.news_views import DETAILS, Event
from spool.views import View

FOLDER = Path(__file__).parents[1] / "docs" / "events"

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def documents() -> dict[str, str]:
    """Every file of the folder, by its name."""
    schemas = {
        f"{stem(detail_type)}.schema.json": written(schema(detail_type, detail))
        for detail_type, detail in DETAILS.items()
    }
    events = {
        f"{stem(told.detail_type)}.{case}.json": written(_delivered(case, told))
        for case, told in examples()
    }
    return schemas | events


def stem(detail_type: str) -> str:
    """How the event's files begin: `asset-status-changed`."""
    return detail_type.lower().replace(" ", "-")


def schema(detail_type: str, detail: type[View]) -> dict[str, Any]:
    """JSON Schema of the whole event. It is open: members may be added."""
    made: dict[str, Any] = plain(Event[detail].model_json_schema())  # type: ignore[valid-type]
    for model in (made, *made["$defs"].values()):
        for member in model.get("properties", {}).values():
            if member.get("default", ...) is None:
                del member["default"]  # it may be missing; it is never null
    made["properties"]["version"]["const"] = "0"
    made["properties"]["source"]["const"] = NEWS_SOURCE
    made["properties"]["detail-type"]["const"] = detail_type
    return {"$schema": _DIALECT, "title": detail_type, **made}


def _delivered(case: str, told: Announcement) -> Mapping[str, Any]:
    """As EventBridge hands it on, in an account of the documentation's."""
    return {
        "version": "0",
        "id": str(uuid5(NAMESPACE_URL, f"{told.detail_type}/{case}")),
        "detail-type": told.detail_type,
        "source": NEWS_SOURCE,
        "account": "123456789012",
        "time": f"{told.detail['at'].partition('.')[0]}Z",
        "region": "eu-west-1",
        "resources": [],
        "detail": told.detail,
    }


if __name__ == "__main__":
    made = documents()
    FOLDER.mkdir(exist_ok=True)
    for left in {path.name for path in FOLDER.glob("*.json")} - made.keys():
        (FOLDER / left).unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text)
