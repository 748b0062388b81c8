"""YAML or JSON held in a string, changed and written back as kustomize writes it.

JSON is written anew: keys sorted, in one line unless it stood in several. YAML keeps the order and
the styles of what it held. kustomize keeps comments too; here a text with comments is only changed
where a plain value is replaced by another, in place.

Source: api/filters/replacement/replacement.go serializeStructuredData
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.build.kustomize.copied_styles import CommentedScalar, grafted
from gitlint_ops.build.kustomize.node_styles import node_at, resolved
from gitlint_ops.build.kustomize.node_texts import find_unfit
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.syntax.folded import folded_block, refolded
from gitlint_ops.syntax.nodes import MappingNode, Node, ScalarNode, SequenceNode, first_node
from gitlint_ops.syntax.scalars import resolver
from gitlint_ops.syntax.span import Point
from gitlint_ops.syntax.text import Unfit

_COMMENT = re.compile(r"(?:^|[ \t])#", re.MULTILINE)
_UNSAFE_START = re.compile(r"[\s\-?:,\[\]{}#&*!|>'\"%@`]")
_UNSAFE_WITHIN = re.compile(r": |:\Z| #|\s\Z")
_NOT_PRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_ESCAPES = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\", "\r": "\\r"}
_INDENT = "  "

NO_COPIES: Mapping[FieldPath, Node] = {}


class StructuredText(Struct, frozen=True):
    """A string and the first document in it."""

    text: str
    body: Any

    def rewritten(self, body: Any, copies: Mapping[FieldPath, Node] = NO_COPIES) -> str:
        """The text with `body`, a changed copy of its own, in place of that.

        `copies` are the nodes of what was copied in place of mappings and lists.

        Raises:
            TypeError: JSON cannot hold the body (`Unfit`).
        """
        if self.text.lstrip()[:1] in ("{", "["):
            return _as_json(body, self.text)
        root = first_node(self.text.encode())
        if _COMMENT.search(self.text) is not None:
            edited = _edited(self.text, root, body, tuple(_changed(self.body, body)))
            if edited is not None:
                return edited.strip()
        for path, node in copies.items():
            root = grafted(root, path, node)
        return _document(body, root).strip()


def parse_structured(text: str) -> StructuredText | None:
    """What the string holds, or None where it is no YAML."""
    parsed = read(text.encode("utf-8", "surrogatepass"), Typing.KUSTOMIZE)
    if parsed.problems or parsed.templated or not parsed.documents:
        return None
    document = parsed.documents[0]
    if any(problem.fatal and not problem.late for problem in document.problems):
        return None
    return StructuredText(text, document.body)


def _as_json(body: Any, before: str) -> str:
    if find_unfit(body) is not None:
        raise TypeError
    spread = "\n" in before and "  " in before
    text = json.dumps(
        body,
        ensure_ascii=False,
        sort_keys=True,
        indent=2 if spread else None,
        separators=None if spread else (",", ":"),
    )
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _edited(text: str, root: Node | None, body: Any, changed: tuple[FieldPath, ...]) -> str | None:
    """The text with the changed scalars replaced where they stand; None if that cannot be done."""
    lines = text.split("\n")
    edits: list[tuple[Point, int, str]] = []
    for path in changed:
        node = node_at(root, path)
        value = value_at(body, path)
        if not isinstance(node, ScalarNode) or isinstance(value, dict | list) or node.start[0] != node.end[0]:
            return None
        edits.append((node.start, node.end[1], _scalar(value, node, "")))
    for (line, column), end, new in sorted(edits, reverse=True):
        lines[line] = lines[line][:column] + new + lines[line][end:]
    return "\n".join(lines)


def _changed(old: Any, new: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    """Where two bodies that share what is alike differ."""
    if old is new:
        return
    if isinstance(old, dict) and isinstance(new, dict) and old.keys() == new.keys():
        for key, value in old.items():
            yield from _changed(value, new[key], (*path, key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, value in enumerate(old):
            yield from _changed(value, new[index], (*path, index))
    else:
        yield path


def _members(node: Node | None) -> Mapping[str, Node]:
    if not isinstance(node, MappingNode):
        return {}
    return {key.value: value for key, value in node.pairs if isinstance(key, ScalarNode)}


def _items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, SequenceNode) else []


def _document(body: Any, root: Node | None) -> str:
    root = resolved(root)
    if isinstance(body, dict | list) and body and not _is_flow(root):
        return "\n".join(_block(body, root, ""))
    return _inline(body, root, "")


def _is_flow(node: Node | None) -> bool:
    return isinstance(node, MappingNode | SequenceNode) and node.flow


def _block(body: Any, node: Node | None, indent: str) -> list[str]:
    """A container that is not empty, as lines."""
    lines: list[str] = []
    if isinstance(body, dict):
        members = _members(node)
        for key, value in body.items():
            name = _scalar(key, _key_node(node, key), indent)
            lines += _entry(f"{indent}{name}:", value, resolved(members.get(key)), indent)
        return lines
    items = _items(node)
    for index, value in enumerate(body):
        held = resolved(items[index]) if index < len(items) else None
        if isinstance(value, dict | list) and value and not _is_flow(held):
            first, *rest = _block(value, held, indent + _INDENT)
            lines += [f"{indent}- {first.removeprefix(indent + _INDENT)}", *rest]
        else:
            lines.append(f"{indent}- {_inline(value, held, indent)}{_comment(held)}")
    return lines


def _entry(head: str, value: Any, node: Node | None, indent: str) -> list[str]:
    if not isinstance(value, dict | list) or not value or _is_flow(node):
        text = _inline(value, node, indent) + _comment(node)
        return [f"{head} {text}" if text else head]
    # Lists stand at their key's own column.
    return [head, *_block(value, node, indent if isinstance(value, list) else indent + _INDENT)]


def _comment(node: Node | None) -> str:
    return f" {node.comment}" if isinstance(node, CommentedScalar) and node.comment else ""


def _key_node(node: Node | None, key: str) -> Node | None:
    if not isinstance(node, MappingNode):
        return None
    return next((held for held, _ in node.pairs if isinstance(held, ScalarNode) and held.value == key), None)


def _inline(body: Any, node: Node | None, indent: str) -> str:
    if isinstance(body, dict):
        members = _members(node)
        held = (
            f"{_scalar(key, _key_node(node, key), '')}: {_inline(value, resolved(members.get(key)), '')}"
            for key, value in body.items()
        )
        return f"{{{', '.join(held)}}}"
    if isinstance(body, list):
        items = _items(node)
        return "[{}]".format(
            ", ".join(
                _inline(value, resolved(items[index]) if index < len(items) else None, "")
                for index, value in enumerate(body)
            )
        )
    return _scalar(body, node, indent)


def _scalar(value: Any, node: Node | None, indent: str) -> str:
    """A scalar in the style that it had; what did not change is written as it was."""
    resolve = resolver(Typing.KUSTOMIZE)
    if isinstance(value, Unfit):
        # `.inf` needs no tag.
        return str(value) if isinstance(resolve(str(value) or "~"), float) else f"!!{value.tag} {value}"
    if not isinstance(value, str):
        if isinstance(node, ScalarNode) and node.style is None and resolve(node.value) == value:
            return node.value
        return json.dumps(value)
    if not isinstance(node, ScalarNode):
        return _text(value, None, indent)
    # What is read has been printed once, which may change a folded block; here nothing has.
    is_folded = node.style == ">" and refolded(node.value) == value
    return _text(node.value if is_folded else value, node.style, indent)


def _text(value: str, style: str | None, indent: str) -> str:
    if style == "|" or (style is None and "\n" in value):
        return _literal(value, indent)
    block = folded_block(value) if style == ">" and value else None
    if block is not None:
        return block.removesuffix("\n").replace(f"\n{_INDENT}", f"\n{indent}{_INDENT}")
    if style in ('"', ">") or _NOT_PRINTABLE.search(value):
        return '"{}"'.format("".join(_ESCAPES.get(char, char) for char in value))
    typed = resolver(Typing.KUSTOMIZE)(value)
    if style is None and value and typed == value and not _needs_quotes(value):
        return value
    if style is None and not isinstance(typed, str):
        return f'"{value}"'
    return "'{}'".format(value.replace("'", "''"))


def _needs_quotes(value: str) -> bool:
    starts = _UNSAFE_START.match(value) is not None and not re.match(r"[-?:][^\s]", value)
    return starts or _UNSAFE_WITHIN.search(value) is not None


def _literal(value: str, indent: str) -> str:
    ending = (
        "" if value.endswith("\n") and not value.endswith("\n\n") else "+" if value.endswith("\n") else "-"
    )
    lines = value.removesuffix("\n").split("\n")
    held = (f"{indent}{_INDENT}{line}" if line else "" for line in lines)
    return "\n".join((f"|{ending}", *held))
