from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spool.imaging import renditions
from spool.model import camel
from stacks import ROOT
from stacks.application import Application
from stacks.config import MIB, DeploySettings, decoder_memory_mib
from stacks.context import BadSetting
from tests.infrastructure.conftest import public_key

CONTEXT = json.loads((ROOT / "cdk.json").read_text())["context"]
LIMIT = 10_240


def settings(**context: Any) -> DeploySettings:
    return DeploySettings.from_context(Application(context=context).node)


def test_each_setting_has_its_default_and_a_sentence_in_cdk_json() -> None:
    names = {camel(field.name) for field in fields(DeploySettings)}
    assert names == {n for n in CONTEXT if not n.startswith(("//", "@aws-cdk/"))}
    assert {f"// {name}" for name in names} <= set(CONTEXT)


def test_what_comes_by_the_command_line_is_text() -> None:
    given = settings(
        urlExpiry="600",
        allowedOrigins="https://a.example,https://b.example:8443",
        reservedConcurrency='{"img_resize": 5}',
        deletionProtection="false",
    )
    assert given.url_expiry == 600
    assert given.allowed_origins == ("https://a.example", "https://b.example:8443")
    assert given.reserved_concurrency == {"img_resize": 5}
    assert given.deletion_protection is False


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("namePrefix", "9lives"),
        ("allowedOrigins", ["https://a.example/path"]),
        ("allowedOrigins", "ftp://a.example"),
        ("allowedOrigins", []),
        ("allowedOrigins", ""),
        ("allowedOrigins", 1),
        ("urlExpiry", 59),
        ("urlExpiry", 3601),
        ("urlExpiry", "soon"),
        ("urlExpiry", 600.5),
        ("urlExpiry", True),
        ("imageBytesLimit", 0),
        ("archiveClass", "DEEP_ARCHIVE"),
        ("logRetention", "INFINITE"),
        ("logLevel", "LOUD"),
        ("domainName", "https://media.example.com"),
        ("certificateArn", "arn:aws:acm:eu-west-1:123456789012:certificate/0a1b"),
        ("priceClass", "CHEAP"),
        ("intakeConcurrency", 1),
        ("reservedConcurrency", {"img_resize": "many"}),
        ("reservedConcurrency", {"img_rezise": 5}),
        ("reservedConcurrency", "img_resize=5"),
        ("deletionProtection", "perhaps"),
        ("imgWidths", []),
        ("imgWidths", 640),
        ("imgWidths", [640, 320]),
        ("imgWidths", [320, 320]),
        ("imgWidths", [320, 5000]),
        ("imgWidths", "320,wide"),
        ("variantsLimit", -1),
        ("privatePublicKeys", ["-----BEGIN PRIVATE KEY-----"]),
        ("privatePublicKeys", ["ssh-rsa AAAA"]),
        ("privateProjects", ["alone"]),
        ("accessExpiry", 59),
        ("webAclArn", "arn:aws:wafv2:eu-west-1:123456789012:global/webacl/mine/0a1b"),
        ("rateLimit", 9),
        ("accessLogDays", -1),
        ("optimizeConcurrency", 1),
        ("routeLimits", {"POST /downloads": "few"}),
        ("selfSignUp", "perhaps"),
        ("eventsTopic", "sometimes"),
        ("machineClients", ["Backend"]),
        ("machineClients", ["night-2"]),
        ("machineClients", ["a", "a"]),
        ("machineClients", [f"m{n}" for n in range(50)]),
    ],
)
def test_a_bad_value_is_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(BadSetting, match=name):
        settings(**{name: value})


def test_a_custom_domain_needs_its_certificate() -> None:
    with pytest.raises(BadSetting, match="domainName and certificateArn"):
        settings(domainName="media.example.com")


def test_the_third_mip_is_as_wide_as_img_goes() -> None:
    """Stacks know nothing that runs, so the number stands twice."""
    assert settings(largeMip=True).widths[-1] == renditions.LARGE_MIP


def test_private_projects_need_a_key_to_be_served_with() -> None:
    with pytest.raises(BadSetting, match="privatePublicKeys"):
        settings(privateProjects=["default/vault"])


def test_not_every_page_reads_what_is_private() -> None:
    assert settings(allowedOrigins="*").allowed_origins == ("*",)
    with pytest.raises(BadSetting, match="allowedOrigins"):
        settings(allowedOrigins="*", privatePublicKeys=[public_key()])


def test_keys_and_lists_may_come_by_the_command_line() -> None:
    given = settings(
        privatePublicKeys=json.dumps([public_key(), public_key()]),
        privateProjects="default/vault,default/press",
        imgWidths="320,640",
        largeMip="true",
    )
    assert len(given.private_public_keys) == 2
    assert given.private_projects == ("default/vault", "default/press")
    assert given.widths == (320, 640, 3840)
    with pytest.raises(BadSetting, match="at most 2"):
        settings(privatePublicKeys=[public_key(), public_key(), public_key()])


def test_more_memory_than_lambda_has_is_refused_before_anything_is_deployed() -> None:
    with pytest.raises(BadSetting, match="decoderBytesLimit"):
        settings(decoderBytesLimit=10 * 1024 * MIB)


@given(decoder=st.integers(1, 9000), image=st.integers(1, 700))
def test_memory_holds_the_decoder_the_image_and_the_runtime(decoder: int, image: int) -> None:
    memory = decoder_memory_mib(decoder * MIB, image * MIB)
    assert decoder + image + 256 <= memory <= LIMIT
    assert memory >= 1769  # a whole vCPU
