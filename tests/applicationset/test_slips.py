"""A slip of the pen is told from a name of the same family."""

from __future__ import annotations

import pytest

from gitlint_ops.discover.applicationset.slips import slip_of


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("envv", "env"),
        ("teir", "tier"),
        ("env", "envv"),
        ("enviroment", "environment"),
        ("acme.io/tiier", "acme.io/tier"),
        ("aws_regoin", "aws_region"),
        ("costCenter", "cost-center"),
    ],
)
def test_a_slip_is_known_by_the_word_that_was_meant(word: str, known: str) -> None:
    assert slip_of(word, [known, "another"]) == known


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("aws_efs_role", "aws_ebs_role"),
        ("zone1", "zone2"),
        ("az1", "az11"),
        ("envs", "env"),
        ("dev", "env"),
        ("db", "dbb"),
        ("enabled", "disabled"),
        ("region", "zone"),
    ],
)
def test_a_name_of_the_same_family_is_none(word: str, known: str) -> None:
    assert slip_of(word, [known]) == ""
