"""Small repositories to build, and where their fields are blamed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.build.kustomize.builder import KustomizeBuilder
from gitlint_ops.model.blame import at, chain
from gitlint_ops.model.location import FieldPath, Location
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult, BuildTarget, TargetKind
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources


@dataclass(frozen=True)
class Built:
    """One folder built, with the places of its fields and faults as `file:line`."""

    result: BuildResult
    sources: Sources

    def object(self, kind: str, name: str = "") -> RenderedObject:
        found = [one for one in self.result.objects if one.kind == kind and name in ("", one.key.name)]
        assert len(found) == 1, [one.key for one in self.result.objects]
        return found[0]

    def body(self, kind: str, name: str = "") -> Mapping[str, Any]:
        return self.object(kind, name).body

    def names(self) -> list[str]:
        return [f"{one.kind}/{one.key.name}" for one in self.result.objects]

    def blame(self, kind: str, path: FieldPath, name: str = "") -> list[str]:
        """Where a field was set, the last place first."""
        origins = chain(at(self.object(kind, name).blame, path))
        return [self._place(one.source, one.source_path) for one in origins]

    def violations(self) -> list[tuple[str, str]]:
        return [(one.rule, self._place(one.on, one.path)) for one in self.result.violations]

    def _place(self, document: Any, path: FieldPath) -> str:
        if isinstance(document, Location):
            return f"{document.file.path}:{document.line}"
        location, _ = self.sources.location(document, path)
        return f"{location.file.path}:{location.line}"


@dataclass(frozen=True)
class Repo:
    sources: Sources
    builder: KustomizeBuilder
    name: str

    def build(self, folder: str = "") -> Built:
        return Built(self.builder.build(BuildTarget(self.name, folder, TargetKind.KUSTOMIZE)), self.sources)


@pytest.fixture
def repo(tmp_path: Path) -> Callable[[Mapping[str, str]], Repo]:
    """Makes a repository of texts by path."""

    def make(files: Mapping[str, str]) -> Repo:
        for path, text in files.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        workspace = open_workspace([str(tmp_path)], cwd=str(tmp_path))
        tree = open_tree(workspace.repositories[0])
        sources = Sources([tree])
        return Repo(sources, KustomizeBuilder(sources, tree.name), tree.name)

    return make
