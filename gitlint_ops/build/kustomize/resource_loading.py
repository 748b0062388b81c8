"""From YAML documents to resources.

Source: api/resource/factory.go, kyaml/kio/byteio_reader.go
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from gitlint_ops.build.kustomize.decode import scalar_text
from gitlint_ops.build.kustomize.faults import BuildFault, Place, fault
from gitlint_ops.build.kustomize.node_texts import in_quotes, unfit_as_read
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef
from gitlint_ops.syntax.documents import DUPLICATE_KEY, Problem, Text
from gitlint_ops.workspace.problems import violation_of

_UNWRAPPED = ("List", "ResourceList")
_NO_OBJECT = "add apiVersion and kind, or take the file off the list if it is no Kubernetes object"


class Piece(NamedTuple):
    """A body that stands at a path of a document; `repeated` are its keys that stand twice, `unfit` its
    values that JSON cannot hold. kustomize has it `as_json`, all texts in quotes.
    """

    document: DocumentRef
    path: FieldPath
    body: Any
    repeated: tuple[Problem, ...] = ()
    unfit: tuple[Problem, ...] = ()
    as_json: bool = False

    @property
    def place(self) -> Place:
        return Place(self.document, self.path)


def pieces(text: Text, first: DocumentRef) -> Iterator[Piece]:
    """The documents of a parsed text that hold something.

    `first` refers to the text's first document.
    """
    for document in text.documents:
        if document.body is None or document.body == {}:
            continue
        repeated = tuple(one for one in document.problems if one.rule == DUPLICATE_KEY)
        ref = (
            DocumentRef(first.file, first.index, first.embedded, document.index)
            if first.embedded
            else DocumentRef(first.file, document.index)
        )
        unfit = tuple(one for one in document.problems if one.late)
        yield Piece(ref, (), document.body, repeated, unfit)


def is_list(piece: Piece) -> bool:
    """Whether kustomize unwraps a document's items where it is all that its file holds."""
    return isinstance(piece.body, dict) and piece.body.get("kind") in _UNWRAPPED


def resources_of(
    found: Iterable[Piece], via: Via = Via.RESOURCE, *, undivided: bool = True
) -> tuple[Resource, ...]:
    """The resources of documents, lists expanded; `undivided`: no line of dashes divides their text.

    Raises:
        BuildFault: a document is no object, or has no kind or name.
    """
    held = list(found)
    queue = deque(held)
    resources: list[Resource] = []
    # Items of a list go to the end of the file's queue, as in kustomize: the order shows. Only
    # where the list is all that the file holds do they stay in place, which comes to the same.
    while queue:
        piece = queue.popleft()
        kind = check_object(piece)
        items = piece.body.get("items") if kind.endswith("List") else None
        if items is None and not (kind.endswith("List") and "items" in piece.body):
            resources.append(_resource(piece, via))
        elif items is not None:
            # A plain list that is all that its file holds is unwrapped; of others JSON is made.
            is_alone = undivided and len(held) == 1 and piece is held[0] and _is_first(piece)
            is_unwrapped = kind in _UNWRAPPED and is_alone
            if piece.unfit and not is_unwrapped:
                raise unfit_as_read(piece.unfit[0], piece.place)
            queue.extend(one._replace(as_json=not is_unwrapped) for one in _items(piece, kind, items))
    return tuple(resources)


def _is_first(piece: Piece) -> bool:
    return (piece.document.part if piece.document.embedded else piece.document.index) == 0


def _resource(piece: Piece, via: Via) -> Resource:
    source = Origin(piece.document, piece.path, via)
    if piece.as_json:
        return Resource(in_quotes(piece.body), source, untyped=True)
    return Resource(piece.body, source, untyped=bool(piece.unfit))


def _items(piece: Piece, kind: str, items: Any) -> Iterator[Piece]:
    if not isinstance(items, list):
        raise fault(f"the items of a {kind} must be a list", Place(piece.document, (*piece.path, "items")))
    for index, item in enumerate(items):
        if item is not None and item != {}:
            yield Piece(piece.document, (*piece.path, "items", index), item, unfit=piece.unfit)


def check_object(piece: Piece) -> str:
    """The kind of a document that can be a resource.

    Raises:
        BuildFault: it cannot.
    """
    body = piece.body
    if not isinstance(body, dict):
        raise fault(
            f"this is {_described(body)}, not a Kubernetes object (kustomize: wrong node kind: expected "
            "MappingNode)",
            piece.place,
            hint="list only files of Kubernetes objects under resources",
        )
    bad_key = next((key for key in body if not isinstance(key, str)), None)
    if bad_key is not None:
        raise fault(f"the key {scalar_text(bad_key)} is not a string", piece.place)
    kind = scalar_text(body.get("kind"))
    if not kind:
        raise fault(
            "this object has no kind (kustomize: missing kind in object)", piece.place, hint=_NO_OBJECT
        )
    if not kind.endswith("List") and not _name(body):
        raise fault(
            f"this {kind} has no metadata.name (kustomize: missing metadata.name in object)",
            piece.place,
            hint="add metadata.name",
        )
    return kind


def _name(body: Mapping[str, Any]) -> str:
    metadata = body.get("metadata")
    return scalar_text(metadata.get("name")) if isinstance(metadata, dict) else ""


def _described(body: Any) -> str:
    return "a list" if isinstance(body, list) else "a plain value"


def unparsable(text: Text, file: FileRef | None, *, may_repeat: bool = False) -> BuildFault | None:
    """The fault of a text that is no YAML; of a text in a field (no `file`) it tells nothing.

    The violation is the one that is told of every such file, so that the two become one finding,
    with the way to the file. `may_repeat`: keys that stand twice are no fault here.
    What is found late is none yet.
    """
    path = file.path if file is not None else ""
    for problem in (*text.problems, *(one for document in text.documents for one in document.problems)):
        passed = problem.late or (may_repeat and problem.rule == DUPLICATE_KEY)
        if problem.fatal and not passed:
            told = (violation_of(file, problem),) if file is not None else ()
            return BuildFault(f"{path}:{problem.span.line}: {problem.message}", told)
    if text.templated is not None:
        return BuildFault(f"{path}: this is a {text.templated} template, not YAML")
    return None
