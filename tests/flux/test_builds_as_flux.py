"""Kustomizations come out as Flux's own libraries make them."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from gitlint_ops.model.targets import Status

from ..delivery.oracles import ask
from .conftest import Deliver, Delivered, write
from .generated_cases import Case, folder_case, variable_case, yaml_of

OWNER_LABELS = ("kustomize.toolkit.fluxcd.io/name", "kustomize.toolkit.fluxcd.io/namespace")


def flux_says(program: Path, folder: Path, case: Case) -> Mapping[str, Any]:
    kustomization = {
        "apiVersion": "kustomize.toolkit.fluxcd.io/v1",
        "kind": "Kustomization",
        "metadata": {"name": "apps", "namespace": "flux-system"},
        "spec": {"interval": "10m", "prune": True, "sourceRef": {"kind": "GitRepository", "name": "fleet"}}
        | dict(case.spec),
    }
    question = {
        "mode": "build",
        "kustomization": kustomization,
        "root": str(folder),
        "objects": list(case.objects),
        "strict": case.strict,
    }
    return ask(program, [question])[0]


def delivered(deliver: Deliver, case: Case) -> Delivered:
    files = {**case.files, "cluster/vars.yaml": yaml_of(*case.objects)}
    spec = "".join(f"  {line}\n" for line in yaml.safe_dump(dict(case.spec)).splitlines())
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


def agree(program: Path, folder: Path, deliver: Deliver, case: Case) -> None:
    shutil.rmtree(folder / "fleet", ignore_errors=True)
    found = delivered(deliver, case)
    said = flux_says(program, copied(folder / "theirs", case), case)
    if "error" in said:
        assert is_refused(found), (said["error"], case)
    else:
        assert not is_refused(found), (found.result.reason, found.result.violations, case)
        ours = by_name([one.body for one in found.result.objects])
        assert ours == by_name(said["objects"]), case


def copied(folder: Path, case: Case) -> Path:
    """The files of the case alone."""
    shutil.rmtree(folder, ignore_errors=True)
    write(folder, case.files)
    return folder


@pytest.mark.parametrize("make", [folder_case, variable_case])
@pytest.mark.parametrize("seed", range(6))
def test_generated_kustomizations_come_out_as_flux_makes_them(
    flux: Path, tmp_path: Path, deliver: Deliver, make: Callable[[random.Random], Case], seed: int
) -> None:
    rng = random.Random(seed)
    for _ in range(20):
        agree(flux, tmp_path, deliver, make(rng))
