"""What all tests share: where the checkout is, and what may be absent."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import settings

# `.venv/bin/python -m pytest` does not put .venv/bin on the path, and kubectl is there.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

# A result of a former run would hide what the code under test does; tests of the cache say so.
os.environ["GITLINT_OPS_NO_CACHE"] = "1"

# CI must not fail on the weather: there the same examples are tried every time.
settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of the source tree."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared(checkout: Path) -> Path:
    """The folder of corpora and conformance cases that may lie beside the checkout."""
    folder = checkout.parent / "shared"
    if not folder.is_dir():
        pytest.skip("no ../shared folder: corpora and conformance cases are not here")
    return folder
