"""Small real repositories that an Application delivers, and what it comes to."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec import Struct

from gitlint_ops.build.argo.application import build_application
from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.plain import plain_objects
from gitlint_ops.build.site import DeliverySettings, Site
from gitlint_ops.model.blame import at, chain
from gitlint_ops.model.delivery import Cluster, Owner, OwnerKind
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult, BuildTarget, TargetKind
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

from ..cli.command_line import Files, write
from ..delivery.oracles import find

FLEET = "https://git.example/acme/fleet"
FILE = "bootstrap/web.yaml"
HEAD = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: web, namespace: argocd}
spec:
  project: default
  destination: {server: https://kubernetes.default.svc, namespace: shop}
"""
CLUSTER = Cluster("in-cluster", kubernetes="1.35", api_versions=("example.com/v1",))


class Delivered(Struct, frozen=True):
    """What an Application came to, with the places of fields and faults as `file:line`."""

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
        """The places that made a field what it is, the latest first."""
        origins = chain(at(self.object(kind).blame, path))
        return [self._place(one.source, one.source_path) for one in origins]

    def told(self) -> list[tuple[str, str]]:
        """The violations, each as its rule and its place."""
        return [(one.rule, self.place(one)) for one in self.result.violations]

    def messages(self) -> str:
        return "\n".join(f"{one.message} ({one.hint})" for one in self.result.violations)

    def unchecked(self) -> list[tuple[str, str]]:
        """What was left out, each as its place and its reason."""
        return [
            (self._place(one.on, one.path) if one.on else "", one.reason) for one in self.result.unchecked
        ]

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


def application(*sources: Mapping[str, Any] | str) -> str:
    """An Application `argocd/web` of these sources, the first of them on line 7 (several: 8)."""
    bodies = [yaml.safe_load(one) if isinstance(one, str) else dict(one) for one in sources]
    bodies = [{"repoURL": FLEET, "targetRevision": "main", **one} for one in bodies]
    held: Mapping[str, Any] = {"sources": bodies} if len(bodies) > 1 else {"source": bodies[0]}
    text = yaml.safe_dump(held, sort_keys=False)
    return HEAD + "".join(f"  {line}\n" for line in text.splitlines())


def delivered(
    root: Path, text: str, helm: Helm, cluster: Cluster | None = CLUSTER, version: str = ""
) -> Delivered:
    """What the Application of that text delivers from a repository of which it is a file."""
    write(root, {FILE: text})
    tree = open_tree(open_workspace([str(root)], cwd="/").repositories[0])
    return of_tree(Sources([tree]), tree.name, helm, cluster, version)


def of_tree(
    sources: Sources, repo: str, helm: Helm, cluster: Cluster | None = CLUSTER, version: str = ""
) -> Delivered:
    """What the Application in `FILE` delivers; `version` is that of Argo CD."""
    file = sources.tree(repo).ref(FILE)
    (document,) = sources.text(file, Typing.KUBECTL).documents
    (found,) = plain_objects(document.body, DocumentRef(file, 0), (), "")
    owner = Owner(OwnerKind.APPLICATION, found, repo, "in-cluster")
    target = BuildTarget(repo, "", TargetKind.ARGO_APPLICATION, kubernetes="1.35", owner=owner.id)
    site = Site(sources, helm, DeliverySettings(argocd=version))
    namespace = owner.text("spec", "destination", "namespace")
    return Delivered(build_application(owner, target, site, cluster, namespace), sources)


@pytest.fixture
def deliver(tmp_path: Path) -> Deliver:
    """`deliver(files, *sources)`: what an Application with those sources delivers from these files.

    The repository is called fleet, and is known by its name only. A source may be YAML.
    """

    def run(files: Files, *sources: Mapping[str, Any] | str, helm: str = "", **more: Any) -> Delivered:
        root = write(tmp_path / "fleet", files)
        text = application(*sources) if sources else str(more.pop("text"))
        return delivered(root, text, Helm(helm), **more)

    return run


@pytest.fixture(scope="session")
def argocd() -> Path:
    found = find("argocd")
    if isinstance(found, str):
        pytest.skip(found)
    return found


@pytest.fixture(scope="session")
def helm() -> str:
    found = find("helm")
    held = str(found) if isinstance(found, Path) else shutil.which("helm")
    if held is None:
        pytest.skip("no helm on the PATH, and tools/oracles.sh has built none")
    return held
