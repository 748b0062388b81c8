"""Fields whose text kustomize sets without a tag: prefixed names, references to them, names put back.

The field keeps its quotes, or that it has none; then what looks like a number is one.

Source: api/filters/filtersutil/setters.go SetScalar, kyaml/yaml/rnode.go SetName
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from gitlint_ops.build.kustomize.merge_nodes import Node, Written, has_quotes
from gitlint_ops.build.kustomize.node_texts import Untyped, as_written_anew
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import Blame, Origin, at
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at
from gitlint_ops.syntax.scalars import is_plain_text

NAMESPACE: FieldPath = ("metadata", "namespace")
NAMES: tuple[FieldPath, ...] = (("metadata", "name"), NAMESPACE)
IDENTITY: tuple[FieldPath, ...] = (("kind",), *NAMES)
"""The fields that a merge puts back: their texts have no tag since."""


def with_scalar(resource: Resource, path: FieldPath, text: str, source: Origin, written: Written) -> Resource:
    """The resource with a text set at `path`, where it may have one already."""
    if not text or is_plain_text(text) or value_at(resource.body, path) is None:
        return resource.with_field(path, text, source)
    resource = as_written_anew(resource)
    if not _becomes_typed(value_at(resource.body, path), text, at(resource.blame, path), written):
        return resource.with_field(path, text, source)
    return replace(resource.with_field(path, Untyped(text), source), untyped=True)


def stands_in_quotes(resource: Resource, path: FieldPath, written: Written) -> bool:
    """Whether a scalar of a resource is a text in quotes."""
    resource = as_written_anew(resource)
    return _in_quotes(value_at(resource.body, path), at(resource.blame, path), written)


def _in_quotes(held: Any, blame: Blame, written: Written) -> bool:
    quoted = has_quotes(Node(held, blame=blame), written)
    # What looks like a number, and is none, has quotes.
    return bool(held and not is_plain_text(held)) if quoted is None else quoted


def _becomes_typed(held: Any, text: str, blame: Blame, written: Written) -> bool:
    return bool(text) and not is_plain_text(text) and not _in_quotes(held, blame, written)


def untagged(node: Node, text: str, written: Written) -> Any:
    """The text of a field that has no tag by now, as it replaces the one that `node` holds."""
    return Untyped(text) if _becomes_typed(node.value, text, node.blame(), written) else text
