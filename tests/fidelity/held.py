"""An object that a folder holds, as far as is known, and the paths of its fields."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any, TypeAlias

from .objects import CLUSTER_SCOPED, Body

Path: TypeAlias = tuple[str | int, ...]


class Held:
    """An object of a folder as far as is known: its body, and all names it has had."""

    def __init__(self, body: Body, *, generated: bool = False) -> None:
        self.body = body
        self.generated = generated
        metadata = body["metadata"]
        self.names: list[tuple[str, str]] = [(metadata["name"], metadata.get("namespace") or "")]

    @property
    def api_version(self) -> str:
        return str(self.body["apiVersion"])

    @property
    def kind(self) -> str:
        return str(self.body["kind"])

    @property
    def name(self) -> str:
        return self.names[-1][0]

    @property
    def namespace(self) -> str:
        return self.names[-1][1]

    @property
    def scoped(self) -> bool:
        return self.kind not in CLUSTER_SCOPED

    @property
    def now(self) -> tuple[str, str, str]:
        return self.kind, self.name, (self.namespace or "default") if self.scoped else ""

    def all_ids(self) -> set[tuple[str, str, str]]:
        return {
            (self.kind, name, (namespace or "default") if self.scoped else "")
            for name, namespace in self.names
        }

    def renamed(self, name: str, namespace: str) -> None:
        if (name, namespace) != self.names[-1]:
            self.names.append((name, namespace))

    def copy(self) -> Held:
        made = Held(deepcopy(self.body), generated=self.generated)
        made.names = list(self.names)
        return made


def fields(node: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """All fields below a body, containers too."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key), value
        yield from fields(value, (*path, key))


def value_at(body: Any, path: Path) -> Any:
    for key in path:
        if isinstance(body, str):
            raise KeyError(key)
        body = body[key]
    return body


def pointer(path: Path) -> str:
    """A JSON pointer."""
    return "".join(f"/{str(key).replace('~', '~0').replace('/', '~1')}" for key in path)


def has(body: Any, path: Path) -> bool:
    try:
        value_at(body, path)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def drop(body: Any, path: Path) -> None:
    if has(body, path):
        parent = value_at(body, path[:-1])
        del parent[path[-1]]
