from __future__ import annotations

from collections.abc import Iterator

import pytest

from spool.aws.runtime import logger


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    logger.cache_clear()
    yield
    logger.cache_clear()


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARN", "ERROR"])
def test_the_log_level_is_the_deploys_and_not_that_of_lambdas_own_filter(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], level: str
) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", f"levelled_{level}")
    monkeypatch.setenv("POWERTOOLS_LOG_LEVEL", level)
    monkeypatch.setenv("AWS_LAMBDA_LOG_LEVEL", "DEBUG" if level == "DEBUG" else "INFO")

    logger().info("nothing to worry about")
    logger().error("something to worry about")

    written = capsys.readouterr().out
    assert ("nothing" in written) is (level in {"DEBUG", "INFO"})
    assert "something" in written
