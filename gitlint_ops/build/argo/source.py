"""One source of an Application, with what `.argocd-source` files beside the manifests set in it.

Sources: argo-cd reposerver/repository/repository.go (mergeSourceParameters, newEnv), RFC 7386,
pkg/apis/application/v1alpha1/types.go (Envsubst)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.kustomize.faults import Place
from gitlint_ops.model.blame import Blame, Origin, Via, at, origin, over, with_blame
from gitlint_ops.model.delivery import Owner, OwnerKind
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.model.structure import value_at, with_value, without
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Tree, Unreadable

UNKNOWN_COMMIT = "0" * 40
"""Stands for the commit that the files under check will become."""

_VARIABLE = re.compile(r"\$(?:\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*)|([*#$@!?\-0-9]))")
_TOOLS = ("kustomize", "helm", "directory", "plugin")
_DEEPEST = 50


class ArgoSource(Struct, frozen=True):
    """A source: its fields, what set them, and where it stands in the owner (`spec.sources[1]`)."""

    owner: Owner
    path: FieldPath
    body: Mapping[str, Any]
    blame: Blame

    def value(self, *path: str | int) -> Any:
        """A field, None where it is absent."""
        return value_at(self.body, path)

    def text(self, *path: str | int) -> str:
        """A field that holds a text, "" where it does not."""
        found = value_at(self.body, path)
        return found if isinstance(found, str) else ""

    def items(self, *path: str | int) -> Iterator[tuple[int, Any]]:
        """The entries of a list, none where it is none."""
        found = value_at(self.body, path)
        yield from enumerate(found if isinstance(found, list) else ())

    def place(self, *path: str | int) -> Place:
        """The entry that set a field."""
        found = origin(at(self.blame, path))
        return Place(found.source, found.source_path)

    @property
    def tools(self) -> tuple[str, ...]:
        """The tools that the source names outright."""
        return tuple(name for name in _TOOLS if self.body.get(name) is not None)


def sources_of(owner: Owner) -> tuple[ArgoSource, ...]:
    """The sources of an Application as it says them; `sources` go before `source`.

    Of a source that is hydrated it is the dry one: what it renders to is what is committed.
    """
    several = owner.value("spec", "sources")
    paths: list[FieldPath] = []
    if isinstance(several, list) and several:
        paths = [("spec", "sources", index) for index in range(len(several))]
    elif isinstance(owner.value("spec", "source"), Mapping):
        paths = [("spec", "source")]
    elif isinstance(owner.value("spec", "sourceHydrator", "drySource"), Mapping):
        paths = [("spec", "sourceHydrator", "drySource")]
    found = ((path, value_at(owner.object.body, path)) for path in paths)
    return tuple(
        ArgoSource(owner, path, body, at(owner.object.blame, path))
        for path, body in found
        if isinstance(body, Mapping)
    )


def asks_helm(owner: Owner) -> bool:
    """Whether an owner plainly asks helm."""
    if owner.kind is OwnerKind.HELM_RELEASE:
        return True
    return owner.kind is OwnerKind.APPLICATION and any(
        one.text("chart") or "helm" in one.body for one in sources_of(owner)
    )


def with_parameters(source: ArgoSource, tree: Tree, folder: str, sources: Sources) -> ArgoSource:
    """The source with what the folder's `.argocd-source.yaml` files set: how image updaters write.

    Raises:
        ParameterFault: such a file is no mapping.
    """
    name = source.owner.object.key.name
    for file_name in (".argocd-source.yaml", f".argocd-source-{name}.yaml"):
        path = f"{folder}/{file_name}" if folder else file_name
        if path not in tree.entries():
            continue
        file = tree.ref(path)
        patch = _body_of(file, sources)
        kept = {key: one for key, one in patch.items() if key in (*_TOOLS, "ref")}
        source = _merged(source, kept, DocumentRef(file), (), 0)
    return source


class ParameterFault(Exception):
    """A file of parameters that Argo CD cannot read; it names the file."""

    def __init__(self, file: FileRef, message: str) -> None:
        super().__init__(message)
        self.file = file


def _body_of(file: FileRef, sources: Sources) -> Mapping[str, Any]:
    try:
        text = sources.text(file, Typing.KUBECTL)
    except Unreadable as error:
        raise ParameterFault(file, f"{file.path} {error.reason}") from error
    body = text.documents[0].body if text.documents and not text.problems else None
    if not isinstance(body, Mapping):
        raise ParameterFault(file, f"{file.path} is no mapping of a source's fields")
    return body


def _merged(
    source: ArgoSource, patch: Mapping[str, Any], document: DocumentRef, path: FieldPath, depth: int
) -> ArgoSource:
    """A JSON merge patch (RFC 7386), each leaf blamed on the file that set it."""
    for key, value in patch.items():
        inner = (*path, key)
        held = value_at(source.body, inner)
        if value is None:
            source = replace(source, body=without(source.body, inner) if held is not None else source.body)
        elif isinstance(value, Mapping) and isinstance(held, Mapping) and depth < _DEEPEST:
            source = _merged(source, value, document, inner, depth + 1)
        else:
            by = over(
                Origin(document, inner, Via.PATCH), at(source.blame, inner) if held is not None else None
            )
            body = with_value(source.body, inner, value)
            source = replace(source, body=body, blame=with_blame(source.blame, inner, by))
    return source


class BuildEnvironment(Struct, frozen=True):
    """The variables that Argo CD fills into parameters."""

    values: Mapping[str, str]

    def fill(self, text: str) -> str:
        """`$NAME` and `${NAME}` replaced, as Go's os.Expand does it; what is not known becomes ""."""
        return _VARIABLE.sub(self._value, text) if "$" in text else text

    def _value(self, found: re.Match[str]) -> str:
        if found[3]:
            return "$" if found[3] == "$" else ""
        return self.values.get(found[1] or found[2] or "", "")


def build_environment(source: ArgoSource, revision: str, namespace: str) -> BuildEnvironment:
    """The variables for one source; `revision` is the commit that its files are of."""
    commit = revision if len(revision) >= 40 else UNKNOWN_COMMIT
    return BuildEnvironment(
        {
            "ARGOCD_APP_NAME": source.owner.object.key.name,
            "ARGOCD_APP_NAMESPACE": namespace,
            "ARGOCD_APP_PROJECT_NAME": source.owner.text("spec", "project") or "default",
            "ARGOCD_APP_REVISION": commit,
            "ARGOCD_APP_REVISION_SHORT": commit[:7],
            "ARGOCD_APP_REVISION_SHORT_8": commit[:8],
            "ARGOCD_APP_SOURCE_REPO_URL": source.text("repoURL"),
            "ARGOCD_APP_SOURCE_PATH": source.text("path"),
            "ARGOCD_APP_SOURCE_TARGET_REVISION": source.text("targetRevision"),
        }
    )
