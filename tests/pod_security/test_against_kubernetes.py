"""Kubernetes' own Pod Security Standards and ours agree, control by control and version by version.

The figures of docs/decisions/0014-pod-security.md are those of this comparison:
`pytest --log-cli-level=INFO` shows them.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from gitlint_ops.model.pod_security import Level
from gitlint_ops.rules.checks.pod_security.breaches import Breach
from gitlint_ops.rules.checks.pod_security.controls import CONTROLS, breaches
from gitlint_ops.rules.checks.pod_security.pods import pod

from .oracle import Answer, ask, find
from .random_pods import Pods

LOG = logging.getLogger(__name__)
SEED = 4
PODS = 1_500
# The releases that validation knows, one to come, and pins of labels to releases that are gone.
MINORS = (0, 7, 8, 18, 19, 21, 22, 23, 24, *range(25, 39))
LEVELS = (Level.BASELINE, Level.RESTRICTED)
_CONTAINER = re.compile(r'"(c\d)"')


class Compared(Struct, frozen=True):
    template: Mapping[str, Any]
    level: Level
    minor: int
    theirs: Answer
    ours: tuple[Breach, ...]

    def __str__(self) -> str:
        told = {one.control: one.said for one in self.ours}
        return f"{self.level.value} v1.{self.minor}: {dict(self.theirs)} != {told}: {self.template}"


@pytest.fixture(scope="module")
def oracle() -> Path:
    found = find()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@pytest.fixture(scope="module")
def compared(oracle: Path) -> list[Compared]:
    drawn = Pods(SEED)
    templates = [drawn.template() for _ in range(PODS)]
    asked = [(one, level, minor) for one in templates for level in LEVELS for minor in MINORS]
    questions = ({**one, "level": level.value, "minor": minor} for one, level, minor in asked)
    return [
        Compared(template, level, minor, answer, tuple(breaches(pod(template), level, minor)))
        for (template, level, minor), answer in zip(asked, ask(oracle, questions), strict=True)
    ]


def test_the_same_controls_are_broken(compared: list[Compared]) -> None:
    different = [one for one in compared if {breach.control for breach in one.ours} != one.theirs.keys()]
    broken = Counter(control for one in compared for control in one.theirs)
    refused = sum(bool(one.theirs) for one in compared)
    LOG.info("%d pods, %d verdicts, %d of them refusals", PODS, len(compared), refused)
    LOG.info("different: %d; broken: %s", len(different), dict(broken.most_common()))

    assert [str(one) for one in different[:5]] == []
    assert broken.keys() == CONTROLS.keys()


def test_every_container_that_kubernetes_names_is_told(compared: list[Compared]) -> None:
    untold = [
        str(one)
        for one in compared
        for control, detail in one.theirs.items()
        if not set(_CONTAINER.findall(detail)) <= _named(one, control)
    ]

    assert untold[:5] == []


def _named(one: Compared, control: str) -> set[str]:
    return {name for breach in one.ours if breach.control == control for name in _names(one, breach)}


def _names(one: Compared, breach: Breach) -> list[str]:
    """The container in which a breach lies, none for the pod itself."""
    if len(breach.path) < 3 or not str(breach.path[1]).lower().endswith("containers"):
        return []
    return [one.template["spec"][breach.path[1]][breach.path[2]]["name"]]
