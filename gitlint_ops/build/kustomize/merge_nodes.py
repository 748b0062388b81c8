"""Bodies that a merge works on: opened where they change, shared where they do not.

A node stands for a value and the blame of it. Its members are opened when the merge asks for them,
so a merge costs what it visits; `close` gives the plain body back with everything that did not
change being the same object as before, and the blame beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any, TypeAlias

from gitlint_ops.build.kustomize.node_texts import Bare, Quoted, Shortened, Untyped
from gitlint_ops.model.blame import Blame, ListBlame, MapBlame, Origin, chain, child, origin, over
from gitlint_ops.model.location import FieldPath
from gitlint_ops.syntax.scalars import go_float
from gitlint_ops.syntax.text import Unfit

Written: TypeAlias = Callable[[Origin], str | None]
"""The text of the scalar at a place as its file has it: `"8080"` with its quotes, `~`, "" for a
null that was left blank. None where that is unknown."""


DECORATED = ("!", "&", "*", '"', "'", "|", ">")
"""What may stand before a scalar and is no part of it: quotes, a tag, an anchor, the mark of a block."""

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT")
"""A plain one was read as kustomize prints it, which may be another text than the file has."""


def unknown_text(_: Origin) -> str | None:
    return None


def scalar_text(value: Any) -> str:
    """The text of a scalar's value; a mapping or a list has none."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Shortened):
        return go_float(value)
    return "" if isinstance(value, dict | list) else str(value)


class MergeFault(Exception):
    """A patch that cannot be merged; `reason` is kustomize's own, `node` where it went wrong."""

    def __init__(self, reason: str, node: Node | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.node = node


class Node:
    """A value in the work of a merge.

    A node is changed in place while the merge runs, and never leaves it. `over` is the node that
    it took the place of; `kept` marks a null that stays in the result.
    """

    __slots__ = ("_blame", "_key", "_known", "_members", "_parent", "items", "kept", "over", "value")

    def __init__(
        self, value: Any, *, blame: Blame | None = None, parent: Node | None = None, key: str | int = ""
    ) -> None:
        self.value = value
        self.items: list[Node] | None = None
        self.over: Node | None = None
        self.kept = False
        self._members: dict[str, Node | None] = {}
        self._blame = blame
        self._known: Blame | None = None
        self._parent = parent
        self._key = key

    @property
    def is_map(self) -> bool:
        return type(self.value) is dict

    @property
    def is_list(self) -> bool:
        return type(self.value) is list

    @property
    def is_container(self) -> bool:
        return type(self.value) in (dict, list)

    @property
    def is_empty(self) -> bool:
        """Whether it is null, or a mapping or list without members."""
        if self.is_map:
            return next(self.keys(), None) is None
        if self.is_list:
            return not self.opened_items()
        return self.value is None

    @property
    def is_untouched(self) -> bool:
        """Whether nothing within it has been asked for."""
        return not self._members and self.items is None

    def scalar_at(self, key: str) -> Any:
        """The value of a member of a mapping, without opening it; None for what is no scalar."""
        member = self._members.get(key)
        if member is None and (key in self._members or not self.is_map):
            return None
        value = self.value.get(key) if member is None else member.value
        return None if isinstance(value, dict | list) else value

    @property
    def text(self) -> str:
        return scalar_text(self.value)

    def keys(self) -> Iterator[str]:
        if not self.is_map:
            return
        for key in self.value:
            if self._members.get(key, self) is not None:
                yield key
        for key, member in self._members.items():
            if member is not None and key not in self.value:
                yield key

    def opened_keys(self) -> list[str]:
        return [key for key, member in self._members.items() if member is not None]

    def closed_members(self) -> Iterator[tuple[str, Any]]:
        """The members that nothing has asked for yet, as they were before the merge."""
        for key, value in self.value.items():
            if key not in self._members:
                yield key, value

    def get(self, key: str) -> Node | None:
        """The member of a mapping; None where there is none, and for all but mappings."""
        if key in self._members:
            return self._members[key]
        if type(self.value) is not dict or key not in self.value:
            return None
        member = Node(self.value[key], parent=self, key=key)
        self._members[key] = member
        return member

    def put(self, key: str, member: Node) -> None:
        held = self.get(key)
        if held is member:
            return
        if member.over is None:
            member.replace(held)
        self._members[key] = member

    def replace(self, held: Node | None) -> None:
        """Takes the place of `held`, which the blame then tells."""
        self.over = held
        self._known = None

    def remove(self, key: str) -> None:
        self._members[key] = None

    def restore(self, key: str, member: Node) -> None:
        """Put a member back that stood there before the merge."""
        self._members[key] = member

    def overwrite(self, value: Any, blame: Origin) -> None:
        """Sets another value in its place."""
        self.value = value
        self.items = None
        self._members = {}
        self._blame = blame
        self._known = None
        self.over = None

    def opened_items(self) -> list[Node]:
        if self.items is None:
            held = self.value if self.is_list else []
            self.items = [Node(value, parent=self, key=index) for index, value in enumerate(held)]
        return self.items

    @property
    def path(self) -> FieldPath:
        """Where it stood in the body that the work began with."""
        keys: list[str | int] = []
        node = self
        while node._parent is not None:
            keys.append(node._key)
            node = node._parent
        return tuple(reversed(keys))

    def holders(self) -> Iterator[Node]:
        """The mappings and lists that it stood in, from within."""
        node = self._parent
        while node is not None:
            yield node
            node = node._parent

    def blame(self) -> Blame:
        """What set this value, before anything within it changed."""
        if self._known is None:
            base = self._blame
            if base is None:
                assert self._parent is not None
                base = child(self._parent.blame(), self._key)
            if self.over is not None:
                own = origin(base)
                base = over(Origin(own.source, own.source_path, own.via, own.verbatim), self.over.blame())
            self._known = base
        return self._known

    def origin(self) -> Origin:
        """The place that set this value itself."""
        return origin(self.blame())

    def places(self, wanted: Container[int], path: FieldPath = ()) -> Iterator[tuple[FieldPath, int]]:
        """Where nodes within it stand by now, of those whose ids are `wanted`."""
        if id(self) in wanted:
            yield path, id(self)
        for key, member in self._members.items():
            if member is not None:
                yield from member.places(wanted, (*path, key))
        for index, item in enumerate(self.items or ()):
            yield from item.places(wanted, (*path, index))

    def close(self) -> tuple[Any, Blame | None]:
        """The plain value, and its blame, or None where the parent's blame already says it."""
        if self._members and self.is_map:
            return self._closed_map()
        if self.items is not None:
            return self._closed_list(self.items)
        return self.value, self.blame() if self.over is not None else None

    def _closed_map(self) -> tuple[Any, Blame | None]:
        closed: dict[str, Any] = {}
        changed: dict[str, Blame] = {}
        for key in self.keys():
            member = self._members.get(key)
            if member is None:
                closed[key] = self.value[key]
                continue
            closed[key], blame = member.close()
            if blame is not None or not member._stands_at(self, key):
                changed[key] = blame or member.blame()
        if len(closed) == len(self.value) and all(self.value.get(k) is v for k, v in closed.items()):
            closed = self.value
        if not changed:
            return closed, self.blame() if self.over is not None else None
        base = self.blame()
        if isinstance(base, MapBlame):
            return closed, MapBlame(base.base, {**base.changed, **changed})
        return closed, MapBlame(base, changed)

    def _closed_list(self, items: list[Node]) -> tuple[Any, Blame | None]:
        closed = [item.close() for item in items]
        values = [value for value, _ in closed]
        if len(values) == len(self.value) and all(
            old is new for old, new in zip(self.value, values, strict=True)
        ):
            values = self.value
        if len(items) == len(self.value) and all(
            blame is None and item._stands_at(self, index)
            for index, (item, (_, blame)) in enumerate(zip(items, closed, strict=True))
        ):
            return values, self.blame() if self.over is not None else None
        base = self.blame()
        return values, ListBlame(
            base.base if isinstance(base, ListBlame) else base,
            tuple(blame or item.blame() for item, (_, blame) in zip(items, closed, strict=True)),
        )

    def _stands_at(self, parent: Node, key: str | int) -> bool:
        return self._parent is parent and self._key == key and self._blame is None


def written_null(node: Node, written: Written) -> str:
    """How a null is written: "null", "~", or "" for one that was left blank."""
    text = written(origin(node.blame()))
    return "null" if text is None else text


def text_as_written(value: Any, blame: Blame, written: Written) -> str:
    """The text of a scalar as its source has it: `1e3`, `0755`, `2001-01-01`."""
    if value is None or isinstance(value, Shortened | dict | list):
        return scalar_text(value)
    if isinstance(value, str) and not TIMESTAMP.match(value):
        return value
    text = written(origin(blame))
    return scalar_text(value) if not text or text.startswith(DECORATED) else text


def is_quoted(node: Node, written: Written) -> bool:
    """Whether a string is no plain scalar, as far as can be known."""
    return has_quotes(node, written) is True


def has_quotes(node: Node, written: Written) -> bool | None:
    """Whether a scalar is a string and no plain one; None where that is unknown.

    kustomize keeps the style of a field over all patches, so the first writer of it decides.
    """
    if not isinstance(node.value, str) or isinstance(node.value, Untyped | Bare | Unfit):
        return False
    if isinstance(node.value, Quoted):
        return True
    first = tuple(chain(node.blame()))[-1]
    text = written(first) if first.verbatim else None
    return None if text is None else text[:1] in ("'", '"', "|", ">")


def holds_any(body: Any, mappings: Iterable[dict[str, Any]]) -> bool:
    """Whether one of these mappings is part of a body as it stands, and not by its members only."""
    wanted = {id(one) for one in mappings}
    waiting = [body] if wanted else []
    while waiting:
        value = waiting.pop()
        if id(value) in wanted:
            return True
        if isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return False


__all__ = [
    "DECORATED",
    "TIMESTAMP",
    "MergeFault",
    "Node",
    "Written",
    "has_quotes",
    "holds_any",
    "is_quoted",
    "scalar_text",
    "text_as_written",
    "unknown_text",
    "written_null",
]
