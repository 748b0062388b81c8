"""ResourceSets of the Flux Operator: inputs that stand in them are filled in."""

from __future__ import annotations

from pathlib import Path

from ..cli.command_line import check, run

SET = """\
apiVersion: fluxcd.controlplane.io/v1
kind: ResourceSet
metadata: {name: apps, namespace: flux-system}
spec:
  inputs:
  - {tenant: a, replicas: 2, tag: latest}
  - {tenant: b, replicas: 3, tag: 1.2.3}
  resources:
  - apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web, namespace: "<< inputs.tenant >>"}
    spec:
      replicas: << inputs.replicas >>
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
          - name: web
            image: "registry.example/web:<< inputs.tag >>"
"""


def written(folder: Path, text: str) -> Path:
    (folder / "fleet").mkdir()
    (folder / "fleet" / "set.yaml").write_text(text)
    return folder / "fleet"


def test_every_input_makes_its_own_objects(tmp_path: Path) -> None:
    shown = run("graph", str(written(tmp_path, SET)), "--objects").out

    assert "Deployment a/web" in shown
    assert "Deployment b/web" in shown


def test_a_finding_stands_at_the_line_of_the_template(tmp_path: Path) -> None:
    found = check(written(tmp_path, SET), "--select", "tag-latest-or-missing")

    assert [(one["location"]["line"], one["message"]) for one in found.findings] == [
        (20, "image registry.example/web:latest is whatever was pushed last")
    ]


def test_a_number_is_filled_in_as_a_number(tmp_path: Path) -> None:
    built = run("build", str(written(tmp_path, SET)), "--target", "flux-system/apps").out

    assert "  replicas: 2\n" in built


def test_inputs_of_providers_are_said_to_be_unknown(tmp_path: Path) -> None:
    text = SET.replace(
        "  inputs:\n  - {tenant: a, replicas: 2, tag: latest}\n  - {tenant: b, replicas: 3, tag: 1.2.3}\n",
        "  inputsFrom:\n  - {kind: ResourceSetInputProvider, name: tenants}\n",
    )

    found = check(written(tmp_path, text))

    assert [one["reason"] for one in found.report["unchecked"]] == [
        "set.yaml:6: its inputs come from providers, which are asked at run time"
    ]


def test_a_template_that_cannot_be_filled_in_is_told_at_its_field(tmp_path: Path) -> None:
    found = check(written(tmp_path, SET.replace("inputs.tag", "inputs.version")), "--select", "build-failed")

    assert [one["location"]["line"] for one in found.findings] == [9]
    assert 'map has no entry for key "version"' in found.findings[0]["message"]


def test_a_set_that_is_disabled_makes_nothing(tmp_path: Path) -> None:
    text = SET.replace(
        "namespace: flux-system}",
        "namespace: flux-system, annotations: {fluxcd.controlplane.io/reconcile: disabled}}",
    )

    assert "Deployment" not in run("graph", str(written(tmp_path, text)), "--objects").out
