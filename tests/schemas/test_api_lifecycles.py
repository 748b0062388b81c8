"""When Kubernetes' APIs end, as its own modules say: the data is what the tool wrote, and is complete."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.model.removed_apis import NEWEST, deprecated, minors_left, removed

FOLDER = Path(__file__).resolve().parents[2] / "schemas"
DATA = FOLDER / "api-lifecycles.json"
TABLE: dict[str, dict[str, dict[str, str]]] = json.loads(DATA.read_bytes())
LOCK: dict[str, Any] = json.loads((FOLDER / "api-lifecycles.lock.json").read_bytes())


def test_the_data_is_what_the_tool_wrote_from_pinned_modules() -> None:
    assert hashlib.sha256(DATA.read_bytes()).hexdigest() == LOCK["sha256"]
    for source in LOCK["sources"]:
        assert source["module"].startswith("k8s.io/")
        assert source["sum"].startswith("h1:")


def test_the_newest_release_was_read() -> None:
    versions = {source["version"].removeprefix("v0.") for source in LOCK["sources"]}

    assert NEWEST["kubernetes"].removeprefix("1.") in {version.partition(".")[0] for version in versions}


def test_every_release_was_read_since_modules_tell_it() -> None:
    minors = [
        int(source["version"].split(".")[1]) for source in LOCK["sources"] if source["module"] == "k8s.io/api"
    ]

    assert minors[1:] == [*range(20, minors[-1] + 1)]


@pytest.mark.parametrize(
    ("api_version", "kind", "facts"),
    [
        (
            "policy/v1beta1",
            "PodDisruptionBudget",
            {"introduced": "1.5", "deprecated": "1.21", "removed": "1.25", "replacement": "policy/v1"},
        ),
        # Its module told v1beta3, which is gone as well.
        (
            "flowcontrol.apiserver.k8s.io/v1beta1",
            "FlowSchema",
            {
                "introduced": "1.20",
                "deprecated": "1.23",
                "removed": "1.26",
                "replacement": "flowcontrol.apiserver.k8s.io/v1",
            },
        ),
        # No module told of its end: it was there, and then it was not.
        (
            "resource.k8s.io/v1alpha2",
            "ResourceClaim",
            {"removed": "1.31", "replacement": "resource.k8s.io/v1"},
        ),
        (
            "policy/v1beta1",
            "PodSecurityPolicy",
            {"introduced": "1.10", "deprecated": "1.21", "removed": "1.25"},
        ),
    ],
)
def test_what_is_told_of_an_api(api_version: str, kind: str, facts: dict[str, str]) -> None:
    assert TABLE[api_version][kind] == facts


def test_an_api_is_either_served_deprecated_or_removed() -> None:
    for minor in range(16, 45):
        release = {"kubernetes": f"1.{minor}"}
        for api_version, kinds in TABLE.items():
            for kind in kinds:
                ending = deprecated(api_version, kind, release)
                assert not (ending and removed(api_version, kind, release))
                assert ending is None or minors_left(ending, release) > 0
