"""The fields that a replacement writes: found or created by path, typed by what they hold.

Source: api/filters/replacement/replacement.go copyValueToTarget, setValueInStructuredData
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.kustomize.copied_styles import styled
from gitlint_ops.build.kustomize.faults import Place
from gitlint_ops.build.kustomize.field_paths import (
    NEW_SCALAR,
    Create,
    Creation,
    PathFault,
    look_up,
    match,
    split_field_path,
)
from gitlint_ops.build.kustomize.merge_nodes import (
    DECORATED,
    TIMESTAMP,
    Node,
    Written,
    has_quotes,
    scalar_text,
    text_as_written,
    unknown_text,
)
from gitlint_ops.build.kustomize.node_styles import resolved
from gitlint_ops.build.kustomize.node_texts import (
    Bare,
    Overlaid,
    Quoted,
    Untyped,
    fitted,
    plain,
    tag_of,
)
from gitlint_ops.build.kustomize.scalar_setting import untagged
from gitlint_ops.build.kustomize.source_texts import NO_TEXTS, SourceTexts
from gitlint_ops.build.kustomize.structured_text import NO_COPIES, StructuredText, parse_structured
from gitlint_ops.model.blame import Blame, Origin, Via, over
from gitlint_ops.model.location import FieldPath
from gitlint_ops.syntax.nodes import MappingNode, SequenceNode
from gitlint_ops.syntax.nodes import Node as SyntaxNode
from gitlint_ops.syntax.scalars import is_plain_text, resolver
from gitlint_ops.syntax.text import Typing, Unfit

_UNTAGGING: tuple[FieldPath, ...] = tuple(
    (field,) for field in ("namePrefix", "nameSuffix", "images", "imageTags")
)


_resolved = resolver(Typing.KUSTOMIZE)


class CopiedValue(Struct, frozen=True):
    """What is copied, and where it comes from.

    `tagged` is False for a text without a type; `spelled` is the text of a number as its source has
    it. `position` is that of the resource it is read from, and `path` the field there, if the field is
    copied whole. `target` is the entry that says where to; `is_here`: to a field of the same resource.
    `untagged` are fields without a type of the resource it goes to, and `written` says how a text
    stands in its file; `texts` are those of the resource it goes to, and `own_texts` of its own.
    `is_rewritten`: a JSON patch wrote that anew, in the order of its keys.
    """

    value: Any
    blame: Origin
    source: Blame | None = None
    tagged: bool = True
    spelled: str | None = None
    position: int | None = None
    path: FieldPath | None = None
    target: Place | None = None
    is_here: bool = False
    untagged: tuple[FieldPath, ...] = ()
    written: Written = unknown_text
    texts: SourceTexts = NO_TEXTS
    own_texts: SourceTexts = NO_TEXTS
    is_rewritten: bool = False

    @property
    def text(self) -> str:
        return scalar_text(self.value) if self.spelled is None else self.spelled

    def whole(self, text: str) -> Any:
        """The value as it replaces a mapping or a list, where its text became `text`."""
        if isinstance(self.value, dict | list) or (self.tagged and text == self.text):
            return self.value
        return retyped(self.value if self.tagged else NEW_SCALAR, text, self.target)

    def nodes(self) -> SyntaxNode | None:
        """What is copied as its file has it."""
        return None if self.source is None else styled(self.value, self.source, self.own_texts)

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
    found = match(root, parts, create, value.texts)
    if not found:
        raise PathFault("there is no such field")
    for node in found:
        _fill_node(node, _present(root, value), options)


def _present(root: Node, value: CopiedValue) -> CopiedValue:
    """The value as it is now: what is made or changed on the way may be a part of it."""
    if not value.is_here or value.path is None:
        return value
    node: Node | None = root
    for key in value.path:
        if node is not None and isinstance(key, int):
            items = node.opened_items() if node.is_list else ()
            node = items[key] if key < len(items) else None
        elif node is not None:
            node = node.get(str(key))
    if node is None:
        return value
    present, _ = node.close()
    if present is value.value:
        return value
    return replace(value, value=present, source=node.blame(), spelled=None)


def _fill_node(node: Node, value: CopiedValue, options: FieldOptions) -> None:
    text = value.text
    if options.delimiter:
        if node.is_container:
            raise PathFault("delimiter option can only be used with scalar nodes")
        held = "" if node.value is NEW_SCALAR else node.text
        text = _joined(held.split(options.delimiter), text, options)
    _put(node, value, text)


def _put(node: Node, value: CopiedValue, text: str) -> None:
    new = value.whole(text) if node.is_container else _typed_as(node, value, text)
    if not text and type(new) is Untyped and _is_in_braces(node, value.texts):
        new = ""  # Nothing at all is null in a line of its own, but cannot stand in braces without quotes.
    held = node.blame()
    is_new = node.value is NEW_SCALAR or held == value.maker()
    node.overwrite(new, value.blamed(None if is_new else held))


def _typed_as(node: Node, value: CopiedValue, text: str) -> Any:
    """A text as it stands in a scalar."""
    if type(node.value) in (str, Bare) and not is_plain_text(text or "x") and _is_untagged(node, value):
        return untagged(node, text, value.written)
    if isinstance(node.value, Quoted | Overlaid):
        tag = _number_tag(node, value.texts.written)
        if tag and tag != tag_of(_resolved(text), text):
            return fitted(tag, text, value.target)
    if type(node.value) is str and _is_timestamp(node, value.written):
        return fitted("timestamp", text, value.target)
    # Few numbers are written so that their type does not show in the value (`1e3`), and it is slow to see.
    new = retyped(node.value, text, value.target)
    if not isinstance(new, Unfit) or type(node.value) is not int:
        return new
    return retyped(node.value, text, value.target, text_as_written(node.value, node.blame(), value.written))


def _is_in_braces(node: Node, texts: SourceTexts) -> bool:
    found = (resolved(texts.node(holder.origin())) for holder in node.holders())
    return any(isinstance(one, MappingNode | SequenceNode) and one.flow for one in found)


def _number_tag(node: Node, written: Written) -> str:
    """The tag of a number that a merge put into the quotes of a text; "" where it was none.

    It does not show until a text of another type takes its place.
    """
    text = written(node.origin())
    held = _resolved(text) if text and not text.startswith(DECORATED) else ""
    return "" if isinstance(held, str) else tag_of(held, text)


def _is_timestamp(node: Node, written: Written) -> bool:
    return TIMESTAMP.match(node.text) is not None and has_quotes(node, written) is False


def _is_untagged(node: Node, value: CopiedValue) -> bool:
    """Whether kustomize has set a field before, without a tag."""
    if node.path in value.untagged:
        return True
    by = node.origin()
    return by.via is Via.TRANSFORMER and by.source_path[:1] in _UNTAGGING


def _joined(parts: list[str], text: str, options: FieldOptions) -> str:
    if options.index < 0:
        parts = [text, *parts]
    elif options.index >= len(parts):
        parts = [*parts, text]
    else:
        parts = [*parts[: options.index], text, *parts[options.index + 1 :]]
    return options.delimiter.join(parts)


def retyped(held: Any, text: str, target: Place | None = None, spelled: str | None = None) -> Any:
    """A text put into a field: the field keeps its tag and its quotes, and a new one has neither.

    `spelled` is the text that the field had.
    """
    if held is NEW_SCALAR or type(held) is Untyped:
        return Untyped(text)
    if isinstance(held, Unfit):
        return fitted(held.tag, text, target)
    if isinstance(held, str):
        return type(held)(text) if isinstance(held, Quoted | Bare) else text
    return fitted(tag_of(held, spelled), text, target)


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
    if value.is_rewritten:
        value = replace(value, value=_in_order(value.value))
    found = match(root, parts, create)
    if not found:
        raise PathFault("unable to find field in structured data")
    replaced = {id(node) for node in found if node.is_container}
    for node in found:
        _put(node, value, value.text)
    nodes = value.nodes() if replaced else None
    copies = {path: nodes for path, _ in root.places(replaced)} if nodes is not None else NO_COPIES
    body, _ = root.close()
    return structured.rewritten(plain(body), copies)


def _in_order(body: Any) -> Any:
    """A body with its keys as JSON has them in Go."""
    if isinstance(body, dict):
        return {key: _in_order(body[key]) for key in sorted(body, key=str)}
    return [_in_order(item) for item in body] if isinstance(body, list) else body
