"""Kustomizations come out as Flux's own libraries make them."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.model.targets import Status

from ..delivery.oracles import ask
from .conftest import Deliver, Delivered, write
from .generated_cases import Case, folder_case, variable_case, yaml_of

OWNER_LABELS = ("kustomize.toolkit.fluxcd.io/name", "kustomize.toolkit.fluxcd.io/namespace")


def question(folder: Path, case: Case) -> Mapping[str, Any]:
    """What to ask Flux, with the files of the case in a folder."""
    write(folder, case.files)
    spec = {"interval": "10m", "prune": True, "sourceRef": {"kind": "GitRepository", "name": "fleet"}}
    kustomization = {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": "apps", "namespace": "flux-system"},
        "spec": spec | dict(case.spec),
    }
    return {
        "mode": "build",
        "kustomization": kustomization,
        "root": str(folder),
        "objects": list(case.objects),
        "strict": case.strict,
    }


def delivered(deliver: Deliver, case: Case) -> Delivered:
    files = {**case.files, "cluster/vars.yaml": yaml_of(*case.objects)}
    spec = "".join(f"  {key}: {json.dumps(value)}\n" for key, value in case.spec.items())
    return deliver(files, spec, cluster=("cluster/vars.yaml",), flux="2.9" if case.strict else "2.8")


def is_refused(found: Delivered) -> bool:
    """Whether Flux would apply nothing."""
    severe = ("build-failed", "substitution-undefined", "substitution-eats-script")
    return found.result.status is Status.FAILED or any(
        one.rule in severe and (one.severity is None or one.severity.value == "error")
        for one in found.result.violations
    )


def by_name(objects: list[Mapping[str, Any]]) -> Mapping[tuple[str, ...], Any]:
    held = {}
    for one in objects:
        metadata = dict(one["metadata"])
        labels = _as_labelled(metadata.pop("labels", None) or {})
        body = {**one, "metadata": {**metadata, **({"labels": labels} if labels else {})}}
        held[(str(one["kind"]), str(metadata.get("namespace")), str(metadata["name"]))] = body
    return held


def _as_labelled(labels: Mapping[str, Any]) -> Mapping[str, str]:
    """Labels once Flux has added its own: all are lost where one is no text, and null is an empty one.

    An API server is never asked about those that are lost, so that it is better to keep and judge them.
    """
    if any(not isinstance(one, str | None) for one in labels.values()):
        return {}
    return {key: value or "" for key, value in labels.items() if key not in OWNER_LABELS}


@pytest.mark.parametrize("make", [folder_case, variable_case])
@pytest.mark.parametrize("seed", range(2))
def test_generated_kustomizations_come_out_as_flux_makes_them(
    flux: Path, tmp_path: Path, deliver: Deliver, make: Callable[[random.Random], Case], seed: int
) -> None:
    rng = random.Random(seed)
    cases = [make(rng) for _ in range(60)]
    answers = ask(flux, [question(tmp_path / str(number), one) for number, one in enumerate(cases)])

    for case, said in zip(cases, answers, strict=True):
        shutil.rmtree(tmp_path / "fleet", ignore_errors=True)
        found = delivered(deliver, case)
        if "error" in said:
            assert is_refused(found), (said["error"], case)
        else:
            assert not is_refused(found), (found.result.reason, found.result.violations, case)
            assert by_name([one.body for one in found.result.objects]) == by_name(said["objects"]), case
