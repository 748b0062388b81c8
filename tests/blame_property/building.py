"""Building the kustomizations of a folder, to look at the blame of all that comes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gitlint_ops.build.kustomize.builder import KustomizeBuilder
from gitlint_ops.model.targets import BuildResult, BuildTarget, TargetKind
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")


@dataclass(frozen=True)
class Repository:
    sources: Sources
    builder: KustomizeBuilder
    name: str
    folders: tuple[str, ...]

    def build(self, folder: str = "") -> BuildResult:
        return self.builder.build(BuildTarget(self.name, folder, TargetKind.KUSTOMIZE))

    def builds(self) -> Iterator[BuildResult]:
        for folder in self.folders:
            yield self.build(folder)


def repository(root: Path) -> Repository:
    tree = open_tree(open_workspace([str(root)], cwd=str(root)).repositories[0])
    sources = Sources([tree])
    paths = (path.rpartition("/") for path in tree.entries())
    folders = tuple(sorted({folder for folder, _, name in paths if name in NAMES}))
    return Repository(sources, KustomizeBuilder(sources, tree.name), tree.name, folders)


def written(root: Path, files: Mapping[str, str | bytes]) -> Repository:
    """A repository of texts by path."""
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return repository(root)
