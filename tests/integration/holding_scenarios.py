"""Scenarios of what organisations hold: versions, usage, uploads that expire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from local.cloud import Cloud
from tests.integration.frontend import Frontend, photo
from tests.integration.functions import Functions
from tests.integration.records import ASSET, Records, expire_upload

Scenario = Callable[[], None]
ORG = "default"


def scenarios(
    cloud: Cloud, frontend: Frontend, picture: Mapping[str, Any]
) -> Mapping[str, list[Scenario]]:
    return {
        "manageversions": [
            partial(_listed, frontend, picture),
            partial(_restored_and_removed, cloud, frontend),
            partial(_gone, cloud, frontend),
        ],
        "readusage": [partial(_counted, frontend)],
        "expireuploads": [
            partial(_given_back, cloud, frontend),
            partial(_waited_for, cloud, frontend, picture),
        ],
    }


def _listed(frontend: Frontend, picture: Mapping[str, Any]) -> None:
    assert frontend.request("GET", f"/assets/{picture['id']}/versions").is_success


def _replaced(frontend: Frontend) -> tuple[Mapping[str, Any], str]:
    """An asset of two versions, and the path of the older."""
    asset = frontend.ready(photo(20, 10))
    frontend.upload(photo(10, 20), mediaId=asset["id"])
    frontend.wait(asset["id"], version=2)
    return asset, f"/assets/{asset['id']}/versions/{asset['versionId']}"


def _restored_and_removed(cloud: Cloud, frontend: Frontend) -> None:
    asset, path = _replaced(frontend)
    assert frontend.request("POST", f"{path}/restore").status_code == 202
    assert frontend.request("DELETE", path).status_code == 204
    where = {"Bucket": cloud.outputs["OriginalsBucket"], "Prefix": asset["originalKey"]}
    left = cloud.client("s3").list_object_versions(**where)["Versions"]
    assert asset["versionId"] not in {version["VersionId"] for version in left}


def _gone(cloud: Cloud, frontend: Frontend) -> None:
    """What is no longer in S3 is not found, and no fault of ours."""
    asset, path = _replaced(frontend)
    where = {"Bucket": cloud.outputs["OriginalsBucket"], "Key": asset["originalKey"]}
    cloud.client("s3").delete_object(**where, VersionId=asset["versionId"])
    assert frontend.request("POST", f"{path}/restore").status_code == 404


def _counted(frontend: Frontend) -> None:
    assert frontend.request("GET", "/usage").is_success


def _given_back(cloud: Cloud, frontend: Frontend) -> None:
    ticket = frontend.presign(size=20 << 20)
    expire_upload(cloud, ORG, ticket["mediaId"])
    Functions(cloud).invoke("expire_uploads", {"id": "a-test"})
    assert frontend.asset(ticket["mediaId"])["status"] == "deleted"
    query = {"Bucket": ticket["bucket"], "Prefix": ticket["key"]}
    assert "Uploads" not in cloud.client("s3").list_multipart_uploads(**query)


def _waited_for(cloud: Cloud, frontend: Frontend, picture: Mapping[str, Any]) -> None:
    """One whose object is there, though its event hasn't come."""
    ticket = frontend.presign(size=100)
    Records(cloud).set(ticket["mediaId"], ASSET, {"originalKey": picture["originalKey"]})
    expire_upload(cloud, ORG, ticket["mediaId"])
    Functions(cloud).invoke("expire_uploads", {"id": "a-test"})
    assert frontend.asset(ticket["mediaId"])["status"] == "uploading"
