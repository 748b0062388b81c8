"""The fields that a replacement writes: found or created by path, typed by what they hold.

Source: api/filters/replacement/replacement.go copyValueToTarget, setValueInStructuredData
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.kustomize.field_paths import (
    NEW_SCALAR,
    Create,
    Creation,
    PathFault,
    look_up,
    match,
    split_field_path,
)
from gitlint_ops.build.kustomize.merge_nodes import Node, scalar_text
from gitlint_ops.build.kustomize.structured_text import Mistyped, StructuredText, parse_structured
from gitlint_ops.model.blame import Blame, Origin, over
from gitlint_ops.model.location import FieldPath
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.syntax.scalars import resolver


class CopiedValue(Struct, frozen=True):
    """What is copied, and where it comes from.

    `tagged` is False for a text without a type. `position` is that of the resource it is read from,
    and `path` the field there, if the field is copied whole.
    """

    value: Any
    blame: Origin
    source: Blame | None = None
    tagged: bool = True
    position: int | None = None
    path: FieldPath | None = None

    @property
    def text(self) -> str:
        return scalar_text(self.value)

    def whole(self, text: str) -> Any:
        """The value as it replaces a mapping or a list, where its text became `text`."""
        if isinstance(self.value, dict | list):
            return self.value
        return retyped(self.value if self.tagged else NEW_SCALAR, text)

    def maker(self) -> Origin:
        """The entry, as what makes the mappings, lists and items on the way to a new field."""
        path = self.blame.source_path
        return replace(self.blame, source_path=path[:-1] if path[-1:] == ("sourceValue",) else path)

    def blamed(self, old: Blame | None) -> Origin:
        """The replacement, over what set the field that it copies, over what stood there."""
        return over(replace(self.blame, over=self.source), old)


class FieldOptions(Struct, frozen=True):
    delimiter: str
    index: int
    create: bool

    @classmethod
    def of(cls, held: Any) -> FieldOptions:
        options = held if isinstance(held, Mapping) else {}
        return cls(
            str(options.get("delimiter") or ""), int(options.get("index") or 0), bool(options.get("create"))
        )


def fill(root: Node, field_path: str, value: CopiedValue, options: FieldOptions) -> None:
    parts = split_field_path(field_path)
    create = Creation(Create.like(value.value), value.maker()) if options.create else None
    if _fill_structured(root, parts, value, create):
        return
    found = match(root, parts, create)
    if not found:
        raise PathFault("there is no such field")
    for node in found:
        _fill_node(node, value, options)


def _fill_node(node: Node, value: CopiedValue, options: FieldOptions) -> None:
    text = value.text
    if options.delimiter:
        if node.is_container:
            raise PathFault("delimiter option can only be used with scalar nodes")
        held = "" if node.value is NEW_SCALAR else node.text
        text = _joined(held.split(options.delimiter), text, options)
    _put(node, value, text)


def _put(node: Node, value: CopiedValue, text: str) -> None:
    new = value.whole(text) if node.is_container else retyped(node.value, text)
    held = node.blame()
    is_new = node.value is NEW_SCALAR or held == value.maker()
    node.overwrite(new, value.blamed(None if is_new else held))


def _joined(parts: list[str], text: str, options: FieldOptions) -> str:
    if options.index < 0:
        parts = [text, *parts]
    elif options.index >= len(parts):
        parts = [*parts, text]
    else:
        parts = [*parts[: options.index], text, *parts[options.index + 1 :]]
    return options.delimiter.join(parts)


def retyped(held: Any, text: str) -> Any:
    """A text put into a field: the field keeps the type that it has, and a new one takes the text's."""
    if isinstance(held, str):
        return text
    found = resolver(Typing.KUSTOMIZE)(text)
    if held is NEW_SCALAR or type(found) is type(held) or (isinstance(held, float) and type(found) is int):
        return found
    return Mistyped(
        text, "null" if held is None else held.tag if isinstance(held, Mistyped) else type(held).__name__
    )


def find_mistyped(body: Any) -> Mistyped | None:
    """A text within a body that does not fit the type of its field."""
    if isinstance(body, dict | list):
        members = body.values() if isinstance(body, dict) else body
        return next((found for member in members if (found := find_mistyped(member)) is not None), None)
    return body if isinstance(body, Mistyped) else None


def _fill_structured(root: Node, parts: Sequence[str], value: CopiedValue, create: Creation | None) -> bool:
    """Whether the path leads into YAML or JSON that a string holds, and the value could be put there."""
    for length in range(1, len(parts)):
        try:
            node = look_up(root, parts[:length])
        except PathFault:
            return False
        if node is None:
            return False
        structured = parse_structured(node.value) if isinstance(node.value, str) else None
        if structured is None:
            continue
        try:
            text = _rewritten(structured, parts[length:], value, create)
        except (PathFault, TypeError):
            return False
        node.overwrite(text, value.blamed(node.blame()))
        return True
    return False


def _rewritten(
    structured: StructuredText, parts: Sequence[str], value: CopiedValue, create: Creation | None
) -> str:
    root = Node(structured.body, blame=value.blame)
    found = match(root, parts, create)
    if not found:
        raise PathFault("unable to find field in structured data")
    for node in found:
        _put(node, value, value.text)
    body, _ = root.close()
    return structured.rewritten(body)
