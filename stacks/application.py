"""The CDK application: context as the CLI gives it, and the checks that every synthesis runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_cdk import App, Validations
from cdk_nag import AwsSolutionsChecks

from stacks import ROOT


class Application(App):
    """`cdk.json`'s context is the default, so that plain `python app.py` sees what the CLI sees.

    `context` overrides single keys; the CLI's own (`CDK_CONTEXT_JSON`) overrides both.
    """

    def __init__(
        self, *, context: Mapping[str, Any] | None = None, outdir: str | None = None
    ) -> None:
        defaults = json.loads((ROOT / "cdk.json").read_text())["context"]
        super().__init__(
            analytics_reporting=False, context={**defaults, **(context or {})}, outdir=outdir
        )
        Validations.of(self).add_plugins(AwsSolutionsChecks(self))
