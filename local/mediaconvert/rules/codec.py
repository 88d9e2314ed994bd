"""Rules that pictures and sound share: settings of the codec that is named, and of no other."""

from __future__ import annotations

from collections.abc import Mapping

from local.mediaconvert.rules.node import Node, Rule, api


def codec_rules(settings_of: Mapping[str, str], shape: str) -> tuple[Rule, ...]:
    """For a part with CodecSettings, which are of the API's `shape`; `settings_of` has the member
    of each codec that takes settings."""

    def own(part: Node) -> str | None:
        return settings_of.get(str(part.get("CodecSettings", "Codec")))

    def lacks_its_own(part: Node) -> bool:
        name = own(part)
        return name is not None and part.get("CodecSettings", name) is None

    def has_anothers(part: Node) -> bool:
        return any(
            part.get("CodecSettings", name) is not None and name != own(part)
            for name in settings_of.values()
        )

    return (
        Rule(
            "CodecSettings",
            lacks_its_own,
            "The settings of the codec that is named are required.",
            api(shape, "codec"),
        ),
        Rule(
            "CodecSettings",
            has_anothers,
            "There are settings of a codec that isn't the one named.",
            api(shape, "codec"),
        ),
    )
