"""Synthetic fleets: few bases, many overlays, to see how the cost grows with each.

A fleet has `bases` bases of `objects` objects (a Deployment with its ConfigMap references and a
Service each), and overlays that take turns with the bases. `change` says what an overlay does to
its base: nothing, to one object (a patch), or to all of them (a namespace, an image and a label).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

_DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}}}
spec:
  replicas: 2
  selector:
    matchLabels: {{app: {name}}}
  template:
    metadata:
      labels: {{app: {name}}}
    spec:
      containers:
      - name: app
        image: registry.example/{name}:1.0.0
        envFrom:
        - configMapRef: {{name: settings}}
        ports:
        - containerPort: 8080
        resources:
          limits: {{cpu: 100m, memory: 64Mi}}
"""
_SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec:
  selector: {{app: {name}}}
  ports:
  - port: 80
    targetPort: 8080
"""
_BASE = """\
resources: [objects.yaml]
configMapGenerator:
- name: settings
  literals: [MODE=plain]
"""


class Change(Enum):
    """What an overlay does to its base."""

    NOTHING = "nothing"
    ONE = "one object"
    ALL = "all objects"


@dataclass(frozen=True, slots=True)
class Fleet:
    """`objects` is the number of objects of one base, a generated ConfigMap aside; it is even."""

    overlays: int
    bases: int = 20
    objects: int = 10
    change: Change = Change.ALL

    @property
    def title(self) -> str:
        return (
            f"check {self.overlays} overlays of {self.bases} bases with {self.objects + 1} objects, "
            f"{self.change.value} changed"
        )


def write_fleet(fleet: Fleet, root: Path) -> None:
    """The fleet as folders below `root`."""
    for base in range(fleet.bases):
        folder = root / f"bases/app-{base:03}"
        folder.mkdir(parents=True)
        (folder / "kustomization.yaml").write_text(_BASE)
        names = [_name(base, number) for number in range(fleet.objects // 2)]
        texts = [text.format(name=name) for name in names for text in (_DEPLOYMENT, _SERVICE)]
        (folder / "objects.yaml").write_text("---\n".join(texts))
    for number in range(fleet.overlays):
        folder = root / f"overlays/team-{number:05}"
        folder.mkdir(parents=True)
        (folder / "kustomization.yaml").write_text(_overlay(fleet, number))


def _name(base: int, number: int) -> str:
    return f"app-{base:03}-{number:03}"


def _overlay(fleet: Fleet, number: int) -> str:
    base = number % fleet.bases
    first = _name(base, 0)
    lines = [f"resources: [../../bases/app-{base:03}]"]
    if fleet.change is Change.ALL:
        lines += [
            f"namespace: team-{number:05}",
            f"images: [{{name: registry.example/{first}, newTag: 1.{number}.0}}]",
            f"labels: [{{pairs: {{team: team-{number:05}}}}}]",
        ]
    elif fleet.change is Change.ONE:
        lines += [
            "patches:",
            "- patch: |-",
            "    apiVersion: apps/v1",
            "    kind: Deployment",
            f"    metadata: {{name: {first}}}",
            f"    spec: {{replicas: {number + 3}}}",
        ]
    return "\n".join(lines) + "\n"
