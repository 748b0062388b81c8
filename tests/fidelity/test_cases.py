"""Trees that were once built differently than by kustomize: found at random, made small.

A case is a folder, named for the cause, with the tree and, in expected.yaml, what `kubectl kustomize`
5.8.1 prints for its folder `top`; or, in expected-failure.txt, why it fails.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from .comparison import build_here, build_with_kubectl

CASES = Path(__file__).parent / "cases"
NAMES = sorted(path.name for path in CASES.iterdir())

every_case = pytest.mark.parametrize("name", NAMES)


def expected(case: Path) -> str | None:
    """The output, or None where the tree fails to build."""
    failure = case / "expected-failure.txt"
    return None if failure.exists() else (case / "expected.yaml").read_text(encoding="utf-8")


@every_case
def test_a_case_builds_to_what_kustomize_made_of_it(name: str) -> None:
    built = build_here(CASES / name)

    assert built.text == expected(CASES / name), built.reason


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@every_case
def test_what_a_case_expects_is_what_kustomize_does(name: str) -> None:
    built = build_with_kubectl(CASES / name)

    assert built.text == expected(CASES / name), built.reason
