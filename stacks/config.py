"""The deploy settings: read from the CDK context here and nowhere else.

`cdk.json` holds every default with a sentence about it; `-c name=value` changes one for a run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from aws_cdk.aws_logs import RetentionDays
from constructs import Node

from spool.keys import SLUG
from stacks import ROOT
from stacks.context import BadSetting, Context

MIB = 1024 * 1024
GIB = 1024 * MIB
LOG_RETENTION = tuple(days.name for days in RetentionDays if days is not RetentionDays.INFINITE)

_ONE_CPU_MIB = 1769  # at this much memory Lambda gives one whole vCPU
_MOST_MIB = 10_240
_RUNTIME_MIB = 512  # Python, libvips, and the encoders' own buffers

_ORIGIN = r"https?://[A-Za-z0-9.-]+(:\d+)?|\*"
_DOMAIN = r"([a-z0-9-]+\.)+[a-z]{2,}"
_CERTIFICATE = r"arn:aws[a-z-]*:acm:us-east-1:\d{12}:certificate/[\w-]+"
_WEB_ACL = r"arn:aws[a-z-]*:wafv2:us-east-1:\d{12}:global/webacl/[\w-]+/[\w-]+"
_PUBLIC_KEY = r"-----BEGIN PUBLIC KEY-----\n[A-Za-z0-9+/=\n]+\n-----END PUBLIC KEY-----\n?"
_MACHINE = r"[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*"
_MOST_MACHINES = 49  # an authorizer takes 50 audiences, and one is people's
LARGEST_WIDTH = 2560  # with largeMip there is one more
LARGE_MIP = 3840


def decoder_memory_mib(decoder_bytes: int, image_bytes: int) -> int:
    """Memory in MiB of a function that decodes originals, never less than one vCPU's worth.

    It holds the original's bytes, what the decoder needs for them, and the runtime.
    Raises BadSetting when that is more than Lambda has.
    """
    needed = _RUNTIME_MIB + math.ceil((decoder_bytes + image_bytes) / MIB)
    if needed > _MOST_MIB:
        raise BadSetting(
            f"decoderBytesLimit and imageBytesLimit together need {needed} MiB of memory; "
            f"Lambda has {_MOST_MIB}."
        )
    return max(needed, _ONE_CPU_MIB)


@dataclass(frozen=True, kw_only=True)
class DeploySettings:
    """Bytes, seconds and days are whole numbers; an empty text in the context is None here."""

    name_prefix: str
    allowed_origins: tuple[str, ...]
    url_expiry: int
    upload_expiry_days: int
    org_bytes_limit: int
    org_assets_limit: int
    image_bytes_limit: int
    pixel_limit: int
    decoder_bytes_limit: int
    video_bytes_limit: int
    video_pixel_limit: int
    video_duration_limit: int
    video_audio_required: bool
    uhd_rung: bool
    transcodes_at_once: int
    archive_class: str
    archive_after_days: int
    variants_expiry_days: int
    img_widths: tuple[int, ...]
    large_mip: bool
    variants_limit: int
    optimize_concurrency: int
    img_signatures: bool
    private_public_keys: tuple[str, ...]
    private_projects: tuple[str, ...]
    access_expiry: int
    download_bytes_limit: int
    download_expiry_days: int
    job_retention_days: int
    events_topic: bool
    origin_shield: bool
    web_acl_arn: str | None
    rate_limit: int
    access_log_days: int
    log_retention: str
    log_level: str
    domain_name: str | None
    certificate_arn: str | None
    price_class: str
    intake_concurrency: int
    api_rate_limit: int
    api_burst_limit: int
    route_limits: Mapping[str, int]
    self_sign_up: bool
    machine_clients: tuple[str, ...]
    reserved_concurrency: Mapping[str, int]
    deletion_protection: bool

    def __post_init__(self) -> None:
        if (self.domain_name is None) != (self.certificate_arn is None):
            raise BadSetting("domainName and certificateArn go together: set both or neither.")
        if self.private_projects and not self.private_public_keys:
            raise BadSetting("privateProjects needs privatePublicKeys: nothing could be served.")
        if self.private_public_keys and "*" in self.allowed_origins:
            raise BadSetting(
                "allowedOrigins must name the pages where there are privatePublicKeys: with * any "
                "page could read what its visitor's cookies open."
            )
        if len(set(self.machine_clients)) < len(self.machine_clients):
            raise BadSetting("machineClients must name each client once.")
        if 0 < self.rate_limit < 10:
            raise BadSetting("rateLimit must be 0 or at least 10: WAF counts no fewer.")
        decoder_memory_mib(self.decoder_bytes_limit, self.image_bytes_limit)

    @property
    def widths(self) -> tuple[int, ...]:
        """The widths of /img, in pixels."""
        return (*self.img_widths, LARGE_MIP) if self.large_mip else self.img_widths

    @property
    def private_content(self) -> bool:
        return bool(self.private_public_keys)

    @property
    def decoder_memory_mib(self) -> int:
        return decoder_memory_mib(self.decoder_bytes_limit, self.image_bytes_limit)

    @property
    def resize_memory_mib(self) -> int:
        """`img_resize` reads mips, which are small: it wants a whole vCPU, not the memory."""
        return _ONE_CPU_MIB

    @classmethod
    def from_context(cls, node: Node) -> Self:
        """Raises BadSetting."""
        context = Context(node)
        return cls(
            name_prefix=context.text("namePrefix", r"[A-Za-z][A-Za-z0-9-]{0,63}"),
            allowed_origins=context.texts("allowedOrigins", _ORIGIN),
            url_expiry=context.whole("urlExpiry", 60, 3600),
            upload_expiry_days=context.whole("uploadExpiryDays", 1, 30),
            org_bytes_limit=context.whole("orgBytesLimit", 1),
            org_assets_limit=context.whole("orgAssetsLimit", 1),
            image_bytes_limit=context.whole("imageBytesLimit", 1, 5 * 1024 * MIB),
            pixel_limit=context.whole("pixelLimit", 1),
            decoder_bytes_limit=context.whole("decoderBytesLimit", MIB),
            video_bytes_limit=context.whole("videoBytesLimit", 1, 5 * 1024 * GIB),
            video_pixel_limit=context.whole("videoPixelLimit", 1),
            video_duration_limit=context.whole("videoDurationLimit", 1, 24 * 3600),
            video_audio_required=context.flag("videoAudioRequired"),
            uhd_rung=context.flag("uhdRung"),
            transcodes_at_once=context.whole("transcodesAtOnce", 1, 1000),
            archive_class=context.choice("archiveClass", "INTELLIGENT_TIERING", "GLACIER_IR"),
            archive_after_days=context.whole("archiveAfterDays", 0),
            variants_expiry_days=context.whole("variantsExpiryDays", 1),
            img_widths=context.ascending("imgWidths", 1, LARGEST_WIDTH),
            large_mip=context.flag("largeMip"),
            variants_limit=context.whole("variantsLimit", 0),
            optimize_concurrency=context.whole("optimizeConcurrency", 2, 1000),
            img_signatures=context.flag("imgSignatures"),
            private_public_keys=context.some("privatePublicKeys", _PUBLIC_KEY, most=2),
            private_projects=context.some("privateProjects", rf"{SLUG}/{SLUG}"),
            access_expiry=context.whole("accessExpiry", 60, 7 * 24 * 3600),
            download_bytes_limit=context.whole("downloadBytesLimit", MIB, 100 * GIB),
            download_expiry_days=context.whole("downloadExpiryDays", 1),
            job_retention_days=context.whole("jobRetentionDays", 1, 3650),
            events_topic=context.flag("eventsTopic"),
            origin_shield=context.flag("originShield"),
            web_acl_arn=context.optional("webAclArn", _WEB_ACL),
            rate_limit=context.whole("rateLimit", 0, 2_000_000_000),
            access_log_days=context.whole("accessLogDays", 0),
            log_retention=context.choice("logRetention", *LOG_RETENTION),
            log_level=context.choice("logLevel", "DEBUG", "INFO", "WARN", "ERROR"),
            domain_name=context.optional("domainName", _DOMAIN),
            certificate_arn=context.optional("certificateArn", _CERTIFICATE),
            price_class=context.choice(
                "priceClass", "PRICE_CLASS_100", "PRICE_CLASS_200", "PRICE_CLASS_ALL"
            ),
            intake_concurrency=context.whole("intakeConcurrency", 2, 1000),
            api_rate_limit=context.whole("apiRateLimit", 1),
            api_burst_limit=context.whole("apiBurstLimit", 1),
            route_limits=context.counts("routeLimits"),
            self_sign_up=context.flag("selfSignUp"),
            machine_clients=context.some("machineClients", _MACHINE, most=_MOST_MACHINES),
            reserved_concurrency=context.counts("reservedConcurrency", of=_functions()),
            deletion_protection=context.flag("deletionProtection"),
        )


def _functions() -> set[str]:
    return {settings.parent.name for settings in (ROOT / "lambdas").glob("*/settings.py")}
