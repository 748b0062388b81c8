"""Fields that are missing, misspelt, misplaced, of another type, or twice."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .changes import GONE, Body, Change, Mutator, Path, at, walk


def _dropped(body: Body, _: random.Random) -> Iterator[Change]:
    for path, _value in walk(body):
        yield path, GONE


def _unknown(body: Body, _: random.Random) -> Iterator[Change]:
    for path, value in (((), body), *walk(body)):
        if isinstance(value, Mapping):
            yield (*path, "unknownField"), "x"


def _misspelt(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        key = path[-1]
        if isinstance(key, str) and len(key) > 3 and key.isalpha():
            at = chance.randrange(1, len(key) - 1)
            swapped = key[:at] + key[at + 1] + key[at] + key[at + 2 :]
            yield from _renamed(body, path, chance.choice([swapped, key.lower(), key + "s", key[:-1]]), value)


def _renamed(body: Body, path: Path, key: str, value: Any) -> Iterator[Change]:
    if key == path[-1]:
        return
    parent = {name: one for name, one in at(body, path[:-1]).items() if name != path[-1]}
    if path[:-1]:
        yield path[:-1], {**parent, key: value}


def _misplaced(body: Body, _: random.Random) -> Iterator[Change]:
    """A field one level too high."""
    for path, value in walk(body):
        parent = path[:-1]
        if len(path) > 2 and isinstance(path[-1], str) and isinstance(parent[-1], str):
            rest = {name: one for name, one in at(body, parent).items() if name != path[-1]}
            above = at(body, parent[:-1])
            yield parent[:-1], {**above, parent[-1]: rest, path[-1]: value}


def _wrong_type(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        yield path, chance.choice(_other_types(value))


def _other_types(value: Any) -> Sequence[Any]:
    if isinstance(value, bool):
        return ("true", 1, "yes", [True])
    if isinstance(value, int | float):
        return (str(value), "many", [value], {"value": value}, True)
    if isinstance(value, str):
        return (8080, True, 1.5, [value], {"name": value})
    if isinstance(value, list):
        return (value[0] if value else "x", {"items": value}, "x")
    return ([value], "x", 5, next(iter(value)) if value else "x")


def _null(body: Body, _: random.Random) -> Iterator[Change]:
    for path, _value in walk(body):
        yield path, None


def _null_item(body: Body, _: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if isinstance(value, list):
            yield path, [*value, None]


def _empty(body: Body, _: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if isinstance(value, str | list | Mapping):
            yield path, type(value)()


def _repeated(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if isinstance(value, list) and value:
            yield path, [*value, copy.deepcopy(chance.choice(value))]


KEYS = ("name", "containerPort", "port", "mountPath", "key", "ip", "type", "topologyKey", "path")


def _same_key(body: Body, chance: random.Random) -> Iterator[Change]:
    """A second item with the same key and another field changed or away."""
    for path, value in walk(body):
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            item = dict(chance.choice(value))
            other = [name for name in item if name not in KEYS]
            if other:
                name = chance.choice(other)
                item[name] = f"{item[name]}x" if isinstance(item[name], str) else item[name]
                if not isinstance(item[name], str):
                    del item[name]
                yield path, [*value, item]


MUTATORS: Mapping[str, Mutator] = {
    "dropped field": _dropped,
    "unknown field": _unknown,
    "misspelt field": _misspelt,
    "misplaced field": _misplaced,
    "wrong type": _wrong_type,
    "null": _null,
    "null item": _null_item,
    "empty": _empty,
    "repeated item": _repeated,
    "same key": _same_key,
}
