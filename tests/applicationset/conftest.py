"""ApplicationSets in small real repositories, and what is made of them."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from gitlint_ops.discover.applicationset import Generated, applications_of
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.discover.source_trees import SourceTrees
from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.delivery import Cluster, Owner, OwnerKind
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

from ..cli.command_line import Files, write

SET = "set.yaml"
URL = "https://github.com/acme/shop.git"


class Site:
    """A repository with a git remote, and what is known beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sources: Sources | None = None

    def generate(
        self,
        spec: str,
        files: Files | None = None,
        *,
        clusters: Iterable[Cluster] = (),
        known: Iterable[Mapping[str, Any]] = (),
        fixtures: Mapping[str, Any] | None = None,
    ) -> Generated:
        """What becomes of an ApplicationSet `argocd/web` with that spec."""
        text = (
            "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\n"
            "metadata: {name: web, namespace: argocd}\nspec:\n" + indented(spec)
        )
        write(self.folder, {**(files or {}), SET: text})
        git(self.folder, "init", "--quiet", "--initial-branch", "main")
        git(self.folder, "remote", "add", "origin", URL)
        tree = open_tree(open_workspace([str(self.folder)], cwd="/").repositories[0])
        self.sources = Sources([tree])
        owner = Owner(
            OwnerKind.APPLICATION_SET, rendered(yaml.safe_load(text), DocumentRef(tree.ref(SET))), tree.name
        )
        held = KnownObjects(rendered(one, DocumentRef(tree.ref("secrets.yaml"))) for one in known)
        return applications_of(owner, tuple(clusters), held, SourceTrees(self.sources), fixtures or {})


def rendered(body: Mapping[str, Any], document: DocumentRef) -> RenderedObject:
    """An object as it stands in a document."""
    return RenderedObject(
        object_key(body), body["apiVersion"], body, Origin(document, (), Via.RESOURCE), "shop//"
    )


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)


def indented(text: str) -> str:
    import textwrap

    return textwrap.indent(textwrap.dedent(text).strip("\n") + "\n", "  ")


def names(generated: Generated) -> list[str]:
    return sorted(one.key.name for one in generated.objects)


def told(generated: Generated, rule: str = "") -> list[tuple[str, str]]:
    """Each violation as its path and message."""
    from gitlint_ops.model.location import format_path

    return [(format_path(one.path), one.message) for one in generated.violations if rule in ("", one.rule)]


def only(generated: Generated, rule: str) -> Violation:
    found = [one for one in generated.violations if one.rule == rule]
    assert len(found) == 1, generated.violations
    return found[0]


Generate = Callable[..., Generated]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "shop")


@pytest.fixture
def generate(site: Site) -> Generate:
    return site.generate
