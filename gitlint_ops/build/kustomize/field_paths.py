r"""The path language of replacements: `spec.containers.[name=web].ports.0`, `data.config\.yaml.host`.

Two readers share the syntax: `look_up` finds the one field of a source, `match` all fields of a
target, and creates them if asked.

Source: kyaml/utils/pathsplitter.go, kyaml/yaml/fns.go PathGetter, kyaml/yaml/match.go PathMatcher
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import Enum
from typing import Any, NamedTuple

from gitlint_ops.build.kustomize.faults import OURS
from gitlint_ops.build.kustomize.go_regex import GoRegex, RegexFault
from gitlint_ops.build.kustomize.merge_nodes import Node, has_quotes, text_as_written
from gitlint_ops.build.kustomize.node_texts import Untyped, plain
from gitlint_ops.build.kustomize.source_texts import NO_TEXTS, SourceTexts
from gitlint_ops.build.kustomize.structured_text import parse_structured
from gitlint_ops.model.blame import Origin, chain
from gitlint_ops.syntax.emit import emit

MAX_PARTS = 100
_SEES_QUOTES = re.compile(r"[\^$'\"]|\\[Az]")
_INDEX = re.compile(r"\+?[0-9]{1,9}\Z")
_INTEGER = re.compile(r"[+-]?[0-9]{1,9}\Z")


class PathFault(Exception):
    """A path that cannot be followed."""


class Create(Enum):
    """What to make of a missing field at the end of a path."""

    SCALAR = "scalar"
    MAP = "map"
    LIST = "list"

    @classmethod
    def like(cls, value: Any) -> Create:
        return cls.MAP if isinstance(value, dict) else cls.LIST if isinstance(value, list) else cls.SCALAR


class Creation(NamedTuple):
    """That a field is to be made where there is none, and what makes it."""

    kind: Create
    blame: Origin


NEW_SCALAR = object()
"""The value of a scalar that was created by a path and not filled yet; it never leaves a replacement."""


def split_field_path(path: str) -> tuple[str, ...]:
    r"""The parts of a path: split at dots, but for those after `\` or within brackets.

    Raises:
        PathFault: the path has more than `MAX_PARTS` parts.
    """
    parts: list[str] = []
    pieces = path.split(".")
    if len(pieces) > MAX_PARTS:
        raise PathFault(f"{OURS}a path of more than {MAX_PARTS} parts")
    for position, piece in enumerate(pieces[1:] if len(pieces) > 1 and pieces[0] == "" else pieces):
        if position and parts[-1].endswith("\\"):
            parts[-1] = f"{parts[-1][:-1]}.{piece}"
        else:
            parts.append(piece)
    return tuple(_with_brackets(iter(parts)))


def _with_brackets(parts: Iterator[str]) -> Iterator[str]:
    for part in parts:
        if not part.startswith("[") or part.endswith("]"):
            yield part
            continue
        bracketed = [part]
        for following in parts:
            bracketed.append(following)
            if following.endswith("]"):
                break
        joined = ".".join(bracketed)
        yield joined if "=" in joined else joined.strip("[]")


def look_up(root: Node, parts: Sequence[str]) -> Node | None:
    """The field at a path, or None; matches in brackets are exact here.

    Raises:
        PathFault: the path asks of a value what it cannot have.
    """
    node: Node | None = root
    for part in filter(None, (part.strip() for part in parts)):
        if node is None:
            return None
        node = _looked_up(node, part)
    return node


def _looked_up(node: Node, part: str) -> Node | None:
    if part == "*":
        raise PathFault("wildcard is not supported in PathGetter")
    if part == "-" or _INTEGER.match(part):
        items = _items(node)
        index = len(items) - 1 if part == "-" else int(part)
        if index < 0:
            raise PathFault(f"array index {index} cannot be negative")
        return items[index] if index < len(items) else None
    if _is_match(part):
        key, value = _split_match(part)
        if not key:
            return next((item for item in _items(node) if item.text == value), None)
        return next((item for item in _items(node) if _member_text(item, key) == value), None)
    return _field(node, part)


def match(
    node: Node, parts: Sequence[str], create: Creation | None, texts: SourceTexts = NO_TEXTS
) -> list[Node]:
    """All fields at a path below `node`; matches in brackets are regular expressions here.

    With `create`, what is missing is made: mappings and lists on the way, and a value of that kind
    at the end; an item of a list only at the index after its last, or by what it is matched with.

    Raises:
        PathFault: the path asks of a value what it cannot have.
    """
    if not parts:
        return [node]
    part = parts[0]
    if _INDEX.match(part):
        return match(_item_at(node, parts, create), parts[1:], create, texts)
    if _is_match(part):
        return _match_items(node, parts, create, texts)
    if part == "*":
        return [found for item in _items(node) for found in match(item, parts[1:], create, texts)]
    return _match_field(node, parts, create, texts)


def _match_field(node: Node, parts: Sequence[str], create: Creation | None, texts: SourceTexts) -> list[Node]:
    member = _field(node, parts[0])
    if member is None:
        if create is None:
            return []
        member = Node(_created(parts, create), blame=create.blame, parent=node, key=parts[0])
        # What kustomize makes below a null is lost.
        if node.is_map:
            node.restore(parts[0], member)
    if len(parts) > 1 and not member.is_container and member.value is not None:
        # kustomize looks for the rest of the path in the YAML that the scalar may hold, but does
        # not write it back: unless it is read as structured text before, nothing is changed.
        member = _held_in(member)
    return match(member, parts[1:], create, texts)


def _held_in(scalar: Node) -> Node:
    structured = parse_structured(scalar.text)
    if structured is None:
        raise PathFault("there is a scalar on the way that holds no YAML")
    return Node(structured.body, blame=scalar.blame())


def _created(parts: Sequence[str], create: Creation) -> Any:
    """An empty value for the first part, such as the second can stand in."""
    following = parts[1] if len(parts) > 1 else ""
    if _is_match(following) or _INDEX.match(following):
        return []
    if following:
        return {}
    return {Create.SCALAR: NEW_SCALAR, Create.MAP: {}, Create.LIST: []}[create.kind]


def _item_at(node: Node, parts: Sequence[str], create: Creation | None) -> Node:
    items, index = _items(node), int(parts[0])
    if index == len(items) and create is not None and node.is_list:
        items.append(Node(_created(parts, create), blame=create.blame))
    if index >= len(items):
        raise PathFault(f"index {index} specified but only {len(items)} elements found")
    return items[index]


def _match_items(node: Node, parts: Sequence[str], create: Creation | None, texts: SourceTexts) -> list[Node]:
    key, pattern = _split_match(parts[0])
    # What follows a match of scalars is ignored.
    rest = parts[1:] if key else ()
    try:
        wanted = GoRegex(pattern)
    except RegexFault as error:
        reason = str(error)
        said = reason if reason.startswith(OURS) else f"error parsing regexp: {reason}: `{pattern}`"
        raise PathFault(said) from error
    found: list[Node] = []
    for item in _items(node):
        told = item.get(key) if key else item
        text = None if told is None else _told(told, pattern, texts)
        if text is not None and wanted.matches_in(text):
            found += match(item, rest, create, texts)
    if found or create is None:
        return found
    if not node.is_list or not wanted.matches_in(pattern):
        raise PathFault(f"failed to create element for {parts[0]!r}")
    created = Node({key: Untyped(pattern)} if key else Untyped(pattern), blame=create.blame)
    node.opened_items().append(created)
    return match(created, rest, create, texts)


def _items(node: Node) -> list[Node]:
    if node.value is not None and not node.is_list:
        raise PathFault(f"wrong node kind: expected SequenceNode but got {_kind(node)}")
    return node.opened_items()


def _field(node: Node, key: str) -> Node | None:
    if node.value is not None and not node.is_map:
        raise PathFault(f"wrong node kind: expected MappingNode but got {_kind(node)}")
    return node.get(key)


def _member_text(item: Node, key: str) -> str | None:
    member = item.get(key)
    return None if member is None else member.text


def _told(item: Node, pattern: str, texts: SourceTexts) -> str:
    """An item as YAML, which a pattern is looked for in: with its quotes and comment, if they matter."""
    if item.is_container:
        return emit(plain(item.close()[0])).strip()
    spelled = text_as_written(item.value, item.blame(), texts.written)
    comment = texts.comment(item.blame())
    text = f"{spelled} {comment}" if comment else spelled
    if _SEES_QUOTES.search(pattern) is None or not has_quotes(item, texts.written):
        return text
    first = tuple(chain(item.blame()))[-1]
    quote = "'" if (texts.written(first) or "").startswith("'") else '"'
    return f"{quote}{spelled}{quote}{text.removeprefix(spelled)}"


def _kind(node: Node) -> str:
    return "MappingNode" if node.is_map else "SequenceNode" if node.is_list else "ScalarNode"


def _is_match(part: str) -> bool:
    return part.startswith("[") and part.endswith("]")


def _split_match(part: str) -> tuple[str, str]:
    key, equals, value = part.removesuffix("]").removeprefix("[").partition("=")
    if not equals:
        raise PathFault("list path element must contain fieldName=fieldValue for element to match")
    return key, value
