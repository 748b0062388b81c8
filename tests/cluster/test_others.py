"""Other validators give a verdict for each object, in the order of the objects."""

from __future__ import annotations

from typing import Any

import pytest

from .others import BATCH, Other, others
from .pinned import pinned_definitions

KUBERNETES = "1.37"
GOOD: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "a", "namespace": "a"},
    "data": {"a": "b"},
}
UNKNOWN_FIELD = {**GOOD, "date": {"a": "b"}}
OF_NO_SCHEMA = {**GOOD, "apiVersion": "nowhere.example/v1", "kind": "Nothing"}
CERTIFICATE: dict[str, Any] = {
    "apiVersion": "cert-manager.io/v1",
    "kind": "Certificate",
    "metadata": {"name": "a", "namespace": "a"},
    "spec": {"secretName": "a", "issuerRef": {"name": "a"}},
}


@pytest.fixture(scope="module", params=[0, 1], ids=["kubeconform", "kubectl-validate"])
def other(request: pytest.FixtureRequest) -> Other:
    index: int = request.param
    found = list(others(KUBERNETES))[index]
    if isinstance(found, str):
        pytest.skip(found)
    return found


def test_each_object_has_its_verdict(other: Other) -> None:
    assert other.verdicts([GOOD, UNKNOWN_FIELD, OF_NO_SCHEMA, GOOD]) == [True, False, None, True]


def test_objects_of_pinned_definitions_are_judged(other: Other) -> None:
    assert list(pinned_definitions({("cert-manager.io", "Certificate")}))
    wrong = {**CERTIFICATE, "spec": {**CERTIFICATE["spec"], "secretNam": "a"}}

    assert other.verdicts([CERTIFICATE, wrong]) == [True, False]


def test_more_objects_than_one_run_takes_keep_their_order(other: Other) -> None:
    bodies = [UNKNOWN_FIELD if at % 7 == 0 else GOOD for at in range(BATCH + 10)]

    assert other.verdicts(bodies) == [body is GOOD for body in bodies]
