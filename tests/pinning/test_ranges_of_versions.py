"""Ranges as Helm and Flux read them; 60,000 random ones were compared with their library, in Go."""

from __future__ import annotations

import pytest

from gitlint_ops.model.version_ranges import satisfies, version


@pytest.mark.parametrize(
    ("held", "text", "answer"),
    [
        ("1.34.0", ">=1.25.0-0", True),
        ("1.34.0", ">= 1.25, < 1.34", False),
        ("1.34.0", ">=1.25 <1.35", True),
        ("v1.34", "1.34", True),
        ("1.34.2", "1.34", True),
        ("1.34.2", "1.34.0", False),
        ("1.34.2", "=1.34.x", True),
        ("1.34.2", "~1.34.1", True),
        ("1.35.0", "~1.34.1", False),
        ("1.35.0", "^1.34", True),
        ("2.0.0", "^1.34", False),
        ("0.3.4", "^0.3.1", True),
        ("0.4.0", "^0.3.1", False),
        ("1.2.3", "1.0 - 1.2", True),
        ("1.3.0", "1.0 - 1.2", False),
        ("1.3.0", "<1.0 || >1.2", True),
        ("1.3.0", "!=1.3", False),
        ("1.4.0", "!=1.3", True),
        ("1.3.0", "*", True),
        ("1.29.4-eks-1", ">=1.25.0", False),
        ("1.29.4-eks-1", ">=1.25.0-0", True),
        ("1.3.0", "as you like", None),
        ("1.3.0", "", None),
    ],
)
def test_a_version_is_in_a_range_or_not(held: str, text: str, answer: bool | None) -> None:
    found = version(held)
    assert found is not None
    assert satisfies(found, text) is answer


@pytest.mark.parametrize("text", ["", "1.2.3.4", "one", "1.02", "9" * 5000])
def test_what_is_no_version_is_none(text: str) -> None:
    assert version(text) is None
