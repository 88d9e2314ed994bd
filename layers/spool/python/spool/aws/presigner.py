"""Presigned URLs, signed directly: building an S3 client would double presign's cold start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import NoCredentialsError

from spool.aws import clients
from spool.keys import url_path


@dataclass(frozen=True, kw_only=True)
class S3Presigner:
    """Implements `Presigner`: SigV4 in the query, on the bucket's regional host."""

    bucket: str

    def put(self, key: str, headers: Mapping[str, str], seconds: int) -> str:
        return self._signed("PUT", self._url(key), headers, seconds)

    def part(self, key: str, upload_id: str, number: int, seconds: int) -> str:
        query = urlencode({"partNumber": number, "uploadId": upload_id})
        return self._signed("PUT", f"{self._url(key)}?{query}", {}, seconds)

    def get(self, key: str, filename: str, seconds: int) -> str:
        disposition = f'attachment; filename="{filename}"'
        query = urlencode({"response-content-disposition": disposition}, quote_via=quote)
        return self._signed("GET", f"{self._url(key)}?{query}", {}, seconds)

    def _url(self, key: str) -> str:
        """An emulator's endpoint has one host for all buckets; AWS has one for each."""
        endpoint = clients.endpoint_url("s3")
        if endpoint is not None:
            return f"{endpoint.rstrip('/')}/{self.bucket}/{url_path(key)}"
        return f"https://{self.bucket}.s3.{_region()}.{_dns_suffix()}/{url_path(key)}"

    @staticmethod
    def _signed(method: str, url: str, headers: Mapping[str, str], seconds: int) -> str:
        request = AWSRequest(method=method, url=url, headers=dict(headers))
        S3SigV4QueryAuth(_credentials(), "s3", _region(), expires=seconds).add_auth(request)
        return str(request.url)


def _credentials() -> Credentials:
    credentials = clients.session().get_credentials()
    if credentials is None:
        raise NoCredentialsError
    return credentials


def _region() -> str:
    return str(clients.session().get_config_variable("region"))


def _dns_suffix() -> str:
    return "amazonaws.com.cn" if _region().startswith("cn-") else "amazonaws.com"
