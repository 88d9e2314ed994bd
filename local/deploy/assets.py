"""Publishes an assembly's file assets to the bootstrap bucket, as `cdk-assets` does."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local.deploy.assembly import Assembly, FileAsset

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_ssm import SSMClient

BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
BOOTSTRAP_VERSION = "30"  # templates ask for a minimum

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the oldest time a zip file can hold


def bootstrap(assembly: Assembly, s3: S3Client, ssm: SSMClient) -> None:
    """What `cdk bootstrap` leaves in an account, as far as templates refer to it."""
    for bucket in {asset.bucket for asset in assembly.assets}:
        s3.create_bucket(Bucket=bucket)
    ssm.put_parameter(
        Name=BOOTSTRAP_PARAMETER, Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True
    )


def publish(assembly: Assembly, s3: S3Client) -> None:
    """Upload what isn't there: an asset's key holds its content's hash."""
    for asset in assembly.assets:
        if not _exists(asset, s3):
            body = _zipped(asset.source) if asset.zipped else asset.source.read_bytes()
            s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=body)


def _exists(asset: FileAsset, s3: S3Client) -> bool:
    try:
        s3.head_object(Bucket=asset.bucket, Key=asset.key)
    except ClientError as error:
        if error.response["Error"]["Code"] in {"404", "NoSuchKey"}:
            return False
        raise
    return True


def _zipped(source: Path) -> bytes:
    """The folder as an archive that depends on its content only; a file that is one as it is."""
    if source.is_file():
        return source.read_bytes()
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(source.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(source).as_posix(), _EPOCH)
                entry.external_attr = (0o755 if path.stat().st_mode & 0o100 else 0o644) << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                out.writestr(entry, path.read_bytes())
    return archive.getvalue()
