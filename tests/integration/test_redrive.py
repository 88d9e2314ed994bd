"""We were at fault, the cause was mended, and an operator moves the dead letters back."""

from __future__ import annotations

from local.cloud import Cloud
from tests.integration.frontend import Frontend, photo
from tests.integration.intake import Intake
from tests.integration.mutants import applied, mutants


def test_a_redriven_run_makes_the_asset_ready(frontend: Frontend, cloud: Cloud) -> None:
    [broken] = [
        mutant
        for mutant in mutants(cloud)
        if "imagevariants" in mutant.role.lower()
        and mutant.action == "s3:PutObject"
        and not mutant.private
    ]
    with applied(broken, cloud):
        asset = frontend.wait(frontend.upload(photo()))
    assert (asset["status"], asset["error"]["code"]) == ("failed", "INTERNAL")
    assert asset["error"]["stage"] == "image_variants"
    assert "AccessDenied" not in asset["error"]["message"]

    for _ in range(2):  # done twice, it starts nothing twice
        Intake(cloud).redrive(asset["id"])

    mended = frontend.until(asset["id"], lambda found: found["attempt"] == 2)
    assert mended["status"] == "ready", mended["error"]
    assert mended["error"] is None
    assert sorted(run["attempt"] for run in Intake(cloud).executions(asset["id"])) == [1, 2]
