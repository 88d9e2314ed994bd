"""The operator's commands against the embedded cloud."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from local.cloud import Cloud
from operate import __main__ as operate
from operate import deployment
from operate.deployment import Deployment
from operate.members import Directory, Principal
from spool.identity import Role

Run = Callable[..., tuple[int, str]]

EMAIL = "new.colleague@example.com"


@pytest.fixture
def run(
    cloud: Cloud,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Runs a command; its exit code and what it said."""
    face = tmp_path / "outputs.json"
    face.write_text(json.dumps(cloud.face()))
    monkeypatch.setattr(deployment, "LOCAL", face)

    def run(*arguments: str) -> tuple[int, str]:
        code = operate.main(["--local", *arguments])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def known(cloud: Cloud, name: str) -> Principal | None:
    """As the stacks' outputs lead to it, the way that is taken on AWS."""
    found = Directory(Deployment.of_stacks("Spool", cloud.client)).principals()
    return next((one for one in found if one.name == name), None)


def place(cloud: Cloud, name: str) -> tuple[str, Role] | None:
    one = known(cloud, name)
    return (one.member.org_id, one.member.role) if one and one.member else None


def test_who_is_invited_is_a_member_and_twice_changes_nothing(cloud: Cloud, run: Run) -> None:
    for _ in range(2):
        code, said = run("invite", EMAIL, "--org", "default", "--role", "editor")
        assert code == 0, said
        assert place(cloud, EMAIL) == ("default", Role.EDITOR)
    one = known(cloud, EMAIL)
    assert one is not None
    assert one.status == "FORCE_CHANGE_PASSWORD"


def test_a_role_is_changed_and_taken_away(cloud: Cloud, run: Run) -> None:
    run("invite", EMAIL, "--org", "default", "--role", "viewer")
    assert place(cloud, EMAIL) == ("default", Role.VIEWER)
    code, said = run("members")
    assert code == 0
    assert f"{EMAIL:<40} viewer of default" in said

    assert run("remove", EMAIL)[0] == 0

    assert place(cloud, EMAIL) is None
    assert known(cloud, EMAIL) is not None


def test_nobody_is_moved_from_another_organisation(cloud: Cloud, run: Run) -> None:
    run("invite", "rival@example.com", "--org", "rival", "--role", "admin")

    code, said = run("invite", "rival@example.com", "--org", "default", "--role", "viewer")

    assert code == 1
    assert "is a member of rival: remove it first" in said
    assert place(cloud, "rival@example.com") == ("rival", Role.ADMIN)


def test_a_machine_gets_its_role(cloud: Cloud, run: Run) -> None:
    try:
        assert run("machine", "backend", "--org", "default", "--role", "viewer")[0] == 0
        assert place(cloud, "backend") == ("default", Role.VIEWER)
    finally:
        run("machine", "backend", "--org", "default", "--role", "editor")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("invite", "nobody", "--org", "default", "--role", "viewer"), "no e-mail address"),
        (("invite", "a@example.com", "--org", "a/b", "--role", "viewer"), "no organisation's id"),
        (("machine", "frontend", "--org", "default", "--role", "viewer"), "machineClients"),
        (("remove", "nobody@example.com"), "There is no 'nobody@example.com'"),
    ],
)
def test_a_mistake_is_said_in_a_sentence(
    run: Run, arguments: tuple[str, ...], sentence: str
) -> None:
    code, said = run(*arguments)
    assert code == 1
    assert sentence in said


def test_the_commands_for_what_is_stored_are_there_too(run: Run) -> None:
    code, said = run("quota", "default")
    assert code == 0, said
    assert "default" in said


def test_without_a_cloud_it_says_how_to_start_one(tmp_path: Path) -> None:
    with pytest.raises(deployment.OperatorError, match="make up"):
        Deployment.of_embedded_cloud(tmp_path / "outputs.json")


@pytest.mark.usefixtures("run")
def test_the_cloud_that_is_up_is_meant_unless_another_is_named(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    assert operate.main(["quota", "default"]) == 0

    assert f"the embedded cloud at {cloud.edge_url}" in capsys.readouterr().err
