"""One of the cloud's buckets, behind the functions' backs."""

from __future__ import annotations

from local.cloud import Cloud


class Bucket:
    """By the name of its output, e.g. `RenditionsBucket`."""

    def __init__(self, cloud: Cloud, output: str) -> None:
        self._s3, self._name = cloud.client("s3"), cloud.outputs[output]

    def put(self, key: str, body: bytes = b"anything") -> str:
        """Its ETag."""
        return str(self._s3.put_object(Bucket=self._name, Key=key, Body=body)["ETag"])

    def get(self, key: str) -> bytes:
        return bytes(self._s3.get_object(Bucket=self._name, Key=key)["Body"].read())

    def remove(self, key: str, version_id: str | None = None) -> None:
        version = {} if version_id is None else {"VersionId": version_id}
        self._s3.delete_object(Bucket=self._name, Key=key, **version)

    def keys(self, prefix: str) -> list[str]:
        listed = self._s3.list_objects_v2(Bucket=self._name, Prefix=prefix)
        return [found["Key"] for found in listed.get("Contents", [])]

    def versions(self, prefix: str) -> list[str]:
        """Ids of all versions, and of delete markers."""
        listed = self._s3.list_object_versions(Bucket=self._name, Prefix=prefix)
        found = [*listed.get("Versions", []), *listed.get("DeleteMarkers", [])]
        return [one["VersionId"] for one in found]

    def uploads(self, prefix: str) -> list[str]:
        """Keys of multipart uploads that nobody completed or gave up."""
        listed = self._s3.list_multipart_uploads(Bucket=self._name, Prefix=prefix)
        return [upload["Key"] for upload in listed.get("Uploads", [])]
