"""Variables that no field uses, and `$(NAME)` that no variable means though one nearly does.

kustomize says on stderr only that a variable was never replaced, and of the text nothing at all.
Kubernetes puts the environment of a container into `$(NAME)` as well, so that what a container
may resolve itself is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from gitlint_ops.build.kustomize.entry_uses import Judged
from gitlint_ops.build.kustomize.faults import Place, violation
from gitlint_ops.build.kustomize.no_effect import UNRESOLVED
from gitlint_ops.build.kustomize.patch_targets import resource_label
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.variables import Variable
from gitlint_ops.model.blame import at, chain
from gitlint_ops.model.findings import Severity, Violation
from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.model.near_names import near_name
from gitlint_ops.model.structure import value_at

_REFERENCE = re.compile(r"(?<!\$)\$\(([A-Za-z_][-.\w]{0,200})\)", re.ASCII)
_OF_SERVICES = ("_SERVICE_HOST", "_SERVICE_PORT")


class _Text(NamedTuple):
    """A text that names variables. `own` are the names that its container may resolve; None for any."""

    path: FieldPath
    names: tuple[str, ...]
    own: frozenset[str] | None

    def may_resolve(self, name: str) -> bool:
        return self.own is None or name in self.own or name.endswith(_OF_SERVICES)


def variable_effects(
    before: Sequence[Resource], after: Sequence[Resource], variables: Mapping[str, Variable]
) -> Iterator[Judged]:
    """What became of the variables of a build, and of the texts that nearly name one.

    `before` and `after` are its resources before and after variables were put in.
    """
    used: set[str] = set()
    left: list[tuple[Resource, _Text, str]] = []
    for old, new in zip(before, after, strict=True):
        for text in _texts(old.body):
            if value_at(old.body, text.path) != value_at(new.body, text.path):
                used.update(text.names)
                yield _key_of(new, text), None
            left += [(new, text, name) for name in text.names if not text.may_resolve(name)]
    told: dict[str, Violation] = {}
    for resource, text, name in left:
        if name not in variables:
            meant = near_name(name, variables)
            if meant:
                found = _misspelt(resource, text, name, meant)
                told.setdefault(meant, found)
                yield from () if meant not in used else ((_key_of(resource, text), found),)
        elif name not in used:
            told[name] = _not_looked_for(resource, text, name)
    for name, one in variables.items():
        yield one.place, None if name in used else told.get(name) or _unused(one)


def _key_of(resource: Resource, text: _Text) -> Place:
    """Where the text is written, whatever was put into it since."""
    origins = list(chain(at(resource.blame, text.path)))
    source = next((one for one in origins if one.verbatim), origins[0])
    return Place(source.source, source.source_path)


def _misspelt(resource: Resource, text: _Text, name: str, meant: str) -> Violation:
    return violation(
        f"$({name}) stays as it is in {format_path(text.path)} of {resource_label(resource)}: there is no "
        "such variable (kustomize says nothing)",
        _key_of(resource, text),
        rule=UNRESOLVED,
        hint=f"did you mean $({meant})?",
    )


def _not_looked_for(resource: Resource, text: _Text, name: str) -> Violation:
    path = "/".join(str(key) for key in text.path if isinstance(key, str))
    return violation(
        f"$({name}) stays as it is: kustomize does not look for variables in {format_path(text.path)} of "
        f"{resource_label(resource)}",
        _key_of(resource, text),
        rule=UNRESOLVED,
        hint=f"use a replacement, or add a configuration with varReference: [{{kind: {resource.gvk.kind}, "
        f"path: {path}}}]",
    )


def _unused(one: Variable) -> Violation:
    return violation(
        f"no field uses the variable $({one.name})",
        one.place.of("name"),
        rule=UNRESOLVED,
        hint="remove it, or write it where its value is to stand",
        severity=Severity.WARNING,
    )


def _texts(body: Mapping[str, Any]) -> Iterator[_Text]:
    """The texts of a body that name variables."""
    waiting: list[tuple[Any, FieldPath, frozenset[str] | None]] = [(body, (), frozenset())]
    while waiting:
        node, path, own = waiting.pop()
        if isinstance(node, dict):
            own = _environment(node, own)
            waiting += [(value, (*path, key), own) for key, value in node.items()]
        elif isinstance(node, list):
            waiting += [(value, (*path, index), own) for index, value in enumerate(node)]
        elif isinstance(node, str) and "$(" in node:
            names = tuple(dict.fromkeys(_REFERENCE.findall(node)))
            if names:
                yield _Text(path, names, own)


def _environment(node: Mapping[str, Any], outer: frozenset[str] | None) -> frozenset[str] | None:
    """The names that a mapping may resolve, if it is a container; else those of what it stands in."""
    if node.get("envFrom"):
        return None
    held = node.get("env")
    if not isinstance(held, list):
        return outer
    return frozenset(str(one.get("name")) for one in held if isinstance(one, dict))
