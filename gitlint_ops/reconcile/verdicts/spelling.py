"""From a field as the API server names it to the path of that field in an object as it is written.

The server spells fields in several ways: `spec.ports[0].nodePort` and `data[a.b]` (validation),
`.spec.containers[name="web"].image` and `.metadata.labels.a.b/c` (server-side apply), and
`spec.containers.ports.containerPort` without indices (JSON decoding). It speaks of its own form of the
object, in which some fields lie elsewhere. Which reading is meant, the object itself decides.

Sources: k8s.io/apimachinery/pkg/util/validation/field/path.go,
sigs.k8s.io/structured-merge-diff/fieldpath/element.go
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec import Struct

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at

_NOWHERE = frozenset({"", "<nil>", "[]", "."})
_MOST_READINGS = 2_000
_INDEX = re.compile(r"\[([0-9]{1,6})\]")
_MEMBERS = re.compile(r'\[((?:[^"\]]|"(?:[^"\\]|\\.)*")*)\]')
_MEMBER = re.compile(r'([A-Za-z_][\w-]*)?=("(?:[^"\\]|\\.)*"|[^,\]]*)')

# What an item counts as that lacks the key: a port without a protocol is one for TCP.
_IMPLIED = {"protocol": "TCP"}

_SPELLED = re.compile(
    r"(?<![\w./])(?:object\.)?((?:spec|metadata|data)(?:\.[A-Za-z_][\w-]*|\[[^\]\s]{1,100}\])+)"
)

_Step: TypeAlias = tuple[FieldPath, str]


class Reading(Struct, frozen=True):
    """How far a spelling leads in an object: to the path of what is there, `rest` is what is not.

    `rest` is "" where the field itself is there.
    """

    path: FieldPath
    rest: str = ""

    @property
    def missing(self) -> str:
        """The field that is not there, as people write it: "image" of `.image`."""
        return self.rest.lstrip(".")


def reading(spelled: str, body: Any, fits: Callable[[Any], bool] = lambda _: True) -> Reading:
    """The reading that leads farthest; of several, the first whose value fits."""
    found = list(readings(spelled, body))
    farthest = min(len(one.rest) for one in found)
    best = [one for one in found if len(one.rest) == farthest]
    return next((one for one in best if fits(value_at(body, one.path))), best[0])


def spelled_in(text: str, body: Any) -> FieldPath:
    """The first field that a sentence names and that is there, () where it names none."""
    for found in _SPELLED.finditer(text):
        read = reading(found[1].rstrip("."), body)
        if read.path and not read.rest:
            return read.path
    return ()


def readings(spelled: str, body: Any) -> Iterator[Reading]:
    """All ways to read a spelling; those of longer names come first. There is one at least."""
    text = "" if spelled.strip() in _NOWHERE else spelled.strip()
    waiting: list[tuple[FieldPath, str, Any]] = [((), text, body)]
    for _ in range(_MOST_READINGS):
        if not waiting:
            return
        path, rest, held = waiting.pop()
        steps = list(_steps(rest, held)) if rest else []
        yield Reading(path, rest)
        for step, left in reversed(steps):
            waiting.append(((*path, *step), left, value_at(held, step)))


def _steps(text: str, held: Any) -> Iterator[_Step]:
    """The members of a value that a spelling may begin with, each with what then is left of it."""
    if isinstance(held, list):
        yield from _items(text, held) if text.startswith("[") else (((at,), text) for at in range(len(held)))
    elif isinstance(held, dict):
        found = list(_fields(text, held))
        yield from found
        yield from _moved(text.removeprefix("."), held, bool(found))


def _fields(text: str, held: Mapping[str, Any]) -> Iterator[_Step]:
    for key in sorted((one for one in held if isinstance(one, str) and one), key=len, reverse=True):
        # Some validation spells names as the Go fields are called: spec.LoadBalancerSourceRanges.
        for spelled in (f"[{key}]", f".{key}", key, f".{key[:1].upper()}{key[1:]}"):
            left = text.removeprefix(spelled)
            if left != text and (not left or left[0] in ".["):
                yield (key,), left
                break


def _items(text: str, held: list[Any]) -> Iterator[_Step]:
    index = _INDEX.match(text)
    if index is not None:
        if int(index[1]) < len(held):
            yield (int(index[1]),), text[index.end() :]
        return
    members = _MEMBERS.match(text)
    if members is None:
        return
    wanted = [(name, _literal(value)) for name, value in _MEMBER.findall(members[1])]
    for at, item in enumerate(held):
        if wanted and all(_is(item, name, value) for name, value in wanted):
            yield (at,), text[members.end() :]


def _is(item: Any, name: str, value: Any) -> bool:
    if not name:
        return bool(item == value)
    if not isinstance(item, dict):
        return False
    held = item.get(name, _IMPLIED.get(name))
    return held == value or str(held) == str(value)


def _literal(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.strip('"')


def _moved(text: str, held: Mapping[str, Any], found: bool) -> Iterator[_Step]:
    """Fields that lie elsewhere in the server's own form of an object."""
    for name, paths in _ELSEWHERE.items():
        if not text.startswith(name) or (name == "data" and held.get("kind") != "Secret"):
            continue
        left = text.removeprefix(name)
        for path in paths:
            if (not left or left[0] in ".[") and value_at(held, path) is not None:
                yield path, left
    if text.startswith("clusterIPs") and "clusterIP" in held:
        yield ("clusterIP",), ""
    if text.startswith("[") and isinstance(held.get("requests"), Mapping) and not found:
        yield ("requests",), text  # the size of a claim
    if text.startswith("validation.") and isinstance(held.get("versions"), list):
        for at in range(len(held["versions"])):  # a schema that all versions share
            yield ("versions", at, "schema"), text.removeprefix("validation.")


_ELSEWHERE: Mapping[str, tuple[FieldPath, ...]] = {
    "labels": (("metadata", "labels"),),
    "annotations": (("metadata", "annotations"),),
    "data": (("stringData",),),
}
