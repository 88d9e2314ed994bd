"""Spool's CDK application: the settings, and the stacks, each knowing those before it."""

from __future__ import annotations

import sys

from stacks.api import ApiStack
from stacks.application import Application
from stacks.config import DeploySettings
from stacks.context import BadSetting
from stacks.delivery import DeliveryStack
from stacks.firewall import FirewallStack
from stacks.identity import IdentityStack
from stacks.live import LiveStack
from stacks.pipeline import PipelineStack
from stacks.storage import StorageStack


def compose(app: Application) -> Application:
    deploy = DeploySettings.from_context(app.node)
    prefix = deploy.name_prefix
    storage = StorageStack(app, f"{prefix}-Storage", deploy=deploy)
    delivery = DeliveryStack(app, f"{prefix}-Delivery", deploy=deploy, storage=storage)
    pipeline = PipelineStack(
        app, f"{prefix}-Pipeline", deploy=deploy, storage=storage, delivery=delivery
    )
    live = LiveStack(app, f"{prefix}-Live", deploy=deploy, storage=storage, pipeline=pipeline)
    identity = IdentityStack(
        app, f"{prefix}-Identity", deploy=deploy, http_api=delivery.front_door.api
    )
    api = ApiStack(
        app,
        f"{prefix}-Api",
        deploy=deploy,
        storage=storage,
        delivery=delivery,
        pipeline=pipeline,
        socket=live.socket,
        authorizer_id=identity.authorizer_id,
    )
    if deploy.rate_limit:
        FirewallStack(app, f"{prefix}-Firewall", deploy=deploy)
    api.add_stack_dependency(pipeline)  # what takes uploads in is there before they are invited
    return app


if __name__ == "__main__":
    try:
        compose(Application()).synth()
    except BadSetting as error:
        sys.exit(f"Setting {error}")
