"""The shortest stories that need everything the roles of downloads allow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from local.cloud import Cloud
from tests.integration.bucket import Bucket
from tests.integration.doubles import Double
from tests.integration.frontend import Frontend
from tests.integration.functions import Functions

Asset = Mapping[str, Any]


class Downloads:
    """The zips are made by calls of the function, with the messages of its queue."""

    def __init__(self, cloud: Cloud, frontend: Frontend) -> None:
        self._cloud, self._frontend, self._functions = cloud, frontend, Functions(cloud)
        self._renditions = Bucket(cloud, "RenditionsBucket")

    def asked(self, asset: Asset, rendition: str = "original") -> str:
        """For a zip of it: the zip's id, which is known then."""
        wish = {"ids": [asset["id"]], "rendition": rendition}
        answer = self._frontend.request("POST", "/downloads", json=wish)
        assert answer.status_code == 202, answer.text
        download = str(answer.json()["id"])
        state = self._frontend.request("GET", f"/downloads/{download}")
        assert state.json()["status"] == "queued", state.text
        return download

    def made(self, asset: Asset, *, rendition: str) -> None:
        assert self._is_made(self.asked(asset, rendition))

    def made_without(self, asset: Asset) -> None:
        """A zip of what has no original any more."""
        double = Double(self._cloud, asset)
        assert self._is_made(self.asked({"id": double.id}))

    def given_up(self, asset: Asset) -> None:
        """A zip of what is shorter than it should be; no part of it is left behind."""
        double = Double(self._cloud, asset)
        preview = f"{double.folder}/preview.webp"
        self._renditions.put(preview, self._renditions.get(preview)[:-1])
        download = self.asked({"id": double.id}, "preview")
        assert not self._is_made(download)
        assert self._renditions.uploads(f"downloads/default/{download}") == []

    def _is_made(self, download: str) -> bool:
        message = {"orgId": "default", "id": download}
        return self._functions.took("zip_download", message)


def scenarios(
    cloud: Cloud, frontend: Frontend, public: Asset, private: Asset
) -> Mapping[str, list[Callable[[], Any]]]:
    """By function, as in `scenarios.of`."""
    downloads = Downloads(cloud, frontend)
    return {
        "managedownloads": [partial(downloads.asked, public)],
        "p/managedownloads": [partial(downloads.asked, private)],
        "zipdownload": [
            partial(downloads.made, public, rendition="original"),
            partial(downloads.made_without, public),
            partial(downloads.given_up, public),
            partial(downloads.made, public, rendition="preview"),
        ],
        "p/zipdownload": [partial(downloads.made, private, rendition="preview")],
    }
