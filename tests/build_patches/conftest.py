"""Resources and patches from YAML text, and what a merge made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gitlint_ops.build.kustomize.merge_schema import MergeSchema
from gitlint_ops.build.kustomize.patches import PatchEntry
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import Origin, Via, at, chain
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.syntax.locate import positions


class Texts:
    """Named texts that resources and patches are read from."""

    def __init__(self) -> None:
        self.files: dict[FileRef, bytes] = {}

    def documents(self, name: str, text: str) -> list[tuple[DocumentRef, Any]]:
        file = FileRef("repo", "worktree", name)
        self.files[file] = text.encode()
        parsed = read(text.encode(), Typing.KUSTOMIZE)
        assert not parsed.problems
        return [(DocumentRef(file, document.index), document.body) for document in parsed.documents]

    def resources(self, text: str, name: str = "base.yaml") -> tuple[Resource, ...]:
        return tuple(
            Resource(body, Origin(ref, (), Via.RESOURCE)) for ref, body in self.documents(name, text)
        )

    def patch(self, text: str, *, target: dict[str, Any] | None = None, **settings: Any) -> PatchEntry:
        found = self.documents("patch.yaml", text)
        return PatchEntry(
            target=target,
            text_document=found[0][0],
            documents=tuple(body for _, body in found),
            document_refs=tuple(ref for ref, _ in found),
            at=(DocumentRef(FileRef("repo", "worktree", "kustomization.yaml")), ("patches", 0)),
            **settings,
        )

    def place(self, document: DocumentRef, path: FieldPath) -> str:
        located = positions(self.files[document.file], document.index, document.embedded).locate(path)
        return f"{document.file.path}:{located.span.line}"

    def written(self, origin: Origin) -> str | None:
        """The scalar at an origin as its text has it, with the sign that opens it."""
        source = origin.source
        scalar = positions(self.files[source.file], source.index, source.embedded).scalar(origin.source_path)
        return None if scalar is None or not origin.verbatim else f"{scalar.style or ''}{scalar.value}"

    def blame(self, resource: Resource, path: FieldPath) -> list[str]:
        """Where a field was set, the last place first."""
        return [self.place(one.source, one.source_path) for one in chain(at(resource.blame, path))]


@pytest.fixture
def texts() -> Texts:
    return Texts()


@pytest.fixture(scope="session")
def schema() -> MergeSchema:
    return MergeSchema.load_default()


@pytest.fixture
def merged(texts: Texts, schema: MergeSchema) -> Callable[[str, str], Any]:
    """The body that a strategic merge patch makes of a resource."""
    from gitlint_ops.build.kustomize.patches import apply_patches

    def merge(base: str, patch: str) -> Any:
        resources, _ = apply_patches(
            texts.resources(base), [texts.patch(patch)], schema, complete=True, written=texts.written
        )
        return resources[0].body if resources else None

    return merge
