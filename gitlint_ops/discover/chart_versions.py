"""Charts that refuse the release of Kubernetes that they would be installed on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.model.version_ranges import satisfies, version
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import EntryKind, Tree, Unreadable

UNSATISFIED = "kubeversion-unsatisfied"


def unsatisfied_charts(
    found: Survey, tree: Tree, sources: Sources, release_of: Callable[[str], str]
) -> Iterator[Violation]:
    """A chart's `kubeVersion` that excludes the configured release, "" where none is configured.

    Helm asks the chart that is installed, and not the charts within it.
    """
    for path, entry in tree.entries().items():
        if entry.kind is not EntryKind.FILE or path.rpartition("/")[2] != "Chart.yaml" or "/charts/" in path:
            continue
        if found.changed is not None and path not in found.changed:
            continue
        release = release_of(path)
        held = version(release) if release else None
        if held is None:
            continue
        for document, wanted in _wanted(tree, path, sources):
            if satisfies(held, wanted) is False:
                yield Violation(
                    document,
                    ("kubeVersion",),
                    f"the chart asks for Kubernetes {wanted}, and {release} is configured for it",
                    hint="helm refuses to install it: take another release of the chart, or upgrade first",
                    rule=UNSATISFIED,
                )


def _wanted(tree: Tree, path: str, sources: Sources) -> Iterator[tuple[DocumentRef, str]]:
    file = tree.ref(path)
    try:
        documents = sources.text(file, Typing.KUBECTL).documents
    except Unreadable:
        return
    for one in documents[:1]:
        body: Any = one.body
        wanted = body.get("kubeVersion") if isinstance(body, dict) else None
        if isinstance(wanted, str) and wanted.strip():
            yield DocumentRef(file, one.index), wanted
