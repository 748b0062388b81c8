"""Small repositories that Flux delivers, and what a Kustomization of theirs comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct

from gitlint_ops.build.flux.kustomization import build_flux_kustomization
from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.plain import plain_objects
from gitlint_ops.build.site import DeliverySettings, Site
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.model.blame import at, chain
from gitlint_ops.model.delivery import Owner, OwnerKind
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult, BuildTarget, TargetKind
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

from ..delivery.oracles import find

FILE = "clusters/production/apps.yaml"
SOURCE = """\
apiVersion: source.toolkit.fluxcd.io/v1
kind: GitRepository
metadata: {name: fleet, namespace: flux-system}
spec: {url: https://git.example/acme/fleet, ref: {branch: main}, interval: 1m}
---
"""
HEAD = """\
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: {name: apps, namespace: flux-system}
spec:
  interval: 10m
  prune: true
  sourceRef: {kind: GitRepository, name: fleet}
"""


class Delivered(Struct, frozen=True):
    """What a Kustomization came to, with the places of fields and faults as `file:line`."""

    result: BuildResult
    sources: Sources

    def object(self, kind: str, name: str = "") -> RenderedObject:
        found = [one for one in self.result.objects if one.kind == kind and name in ("", one.key.name)]
        assert len(found) == 1, ([one.key for one in self.result.objects], self.result.reason)
        return found[0]

    def body(self, kind: str, name: str = "") -> Mapping[str, Any]:
        return self.object(kind, name).body

    def names(self) -> list[str]:
        return sorted(f"{one.kind}/{one.key.name}" for one in self.result.objects)

    def blame(self, kind: str, *path: str | int) -> list[str]:
        origins = chain(at(self.object(kind).blame, path))
        return [self._place(one.source, one.source_path) for one in origins]

    def told(self) -> list[tuple[str, str]]:
        """The violations, each as its rule and its place."""
        return [(one.rule, self.place(one)) for one in self.result.violations]

    def place(self, one: Violation) -> str:
        if isinstance(one.on, DocumentRef):
            return self._place(one.on, one.path, one.line)
        assert isinstance(one.on, RenderedObject)
        first = next(chain(at(one.on.blame, one.path)))
        return self._place(first.source, first.source_path, one.line)

    def _place(self, document: DocumentRef, path: FieldPath, line: int = 0) -> str:
        location, _ = self.sources.location(document, path, line=line)
        return f"{location.file.path}:{location.line}"


Deliver = Callable[..., Delivered]


@pytest.fixture
def deliver(tmp_path: Path) -> Deliver:
    """`deliver(files, spec)`: what the Kustomization `apps` with that spec delivers from these files.

    `cluster` are files whose objects the cluster is known to hold. The repository is called fleet.
    """

    def delivered(
        files: Mapping[str, str],
        spec: str = "  path: ./apps\n",
        *,
        cluster: Iterable[str] = (),
        complete: bool = True,
        source: str = SOURCE,
        **settings: Any,
    ) -> Delivered:
        root = tmp_path / "fleet"
        write(root, {**files, FILE: f"{source}{HEAD}{spec}"})
        tree = open_tree(open_workspace([str(root)], cwd="/").repositories[0])
        sources = Sources([tree])
        objects = [one for path in (FILE, *cluster) for one in objects_of(sources, tree.name, path)]
        found = next(one for one in objects if one.kind == "Kustomization")
        owner = Owner(OwnerKind.FLUX_KUSTOMIZATION, found, tree.name, "production")
        target = BuildTarget(tree.name, "", TargetKind.FLUX_KUSTOMIZATION, owner=owner.id)
        site = Site(sources, Helm(), DeliverySettings(**settings))
        known = KnownObjects(objects, complete=complete)
        return Delivered(build_flux_kustomization(owner, target, known, site), sources)

    return delivered


def objects_of(sources: Sources, repo: str, path: str) -> Iterable[RenderedObject]:
    file = sources.tree(repo).ref(path)
    for one in sources.text(file, Typing.KUBECTL).documents:
        yield from plain_objects(one.body, DocumentRef(file, one.index), (), "")


def write(root: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def flux() -> Path:
    found = find("flux")
    if isinstance(found, str):
        pytest.skip(found)
    return found
