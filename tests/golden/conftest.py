"""`pytest tests/golden --accept` writes what the command prints now as what is expected."""

from __future__ import annotations

import os

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="rewrite the expected output in tests/golden")


@pytest.fixture(scope="session")
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether to rewrite. CI never does: there a change of the output must have been looked at."""
    # The option is not known where pytest was started above this folder.
    asked = bool(request.config.getoption("--accept", default=False))
    if asked and os.environ.get("CI", "").lower() in ("1", "true", "yes"):
        pytest.fail("--accept is forbidden in CI: run it at your desk and review the difference")
    return asked
