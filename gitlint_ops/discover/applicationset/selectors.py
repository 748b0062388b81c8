"""Label selectors, which generators use on any parameter.

Source: LabelSelectorAsSelector in applicationset/utils/selector.go, which allows any value; that of
Kubernetes, which the cluster generator uses, does not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.discover.applicationset.faults import GeneratorFault
from gitlint_ops.model.location import FieldPath

_NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\Z")
_VALUE = re.compile(r"(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\Z")
_PREFIX = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*\Z")
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")


class Requirement(Struct, frozen=True):
    key: str
    operator: str
    values: tuple[str, ...]
    path: FieldPath

    def matches(self, labels: Mapping[str, str]) -> bool:
        held = labels.get(self.key)
        if self.operator == "In":
            return held is not None and held in self.values
        if self.operator == "NotIn":
            return held is None or held not in self.values
        return (held is not None) == (self.operator == "Exists")


class Selector(Struct, frozen=True):
    """All requirements must hold; none hold for everything."""

    requirements: tuple[Requirement, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        return all(one.matches(labels) for one in self.requirements)


def selector(written: Any, path: FieldPath, *, of_labels: bool = False) -> Selector:
    """What a `selector` field asks for; `of_labels`: its values must be legal for labels.

    Raises:
        GeneratorFault: the controller refuses it.
    """
    if not isinstance(written, Mapping):
        return Selector()
    found: list[Requirement] = []
    labels = written.get("matchLabels")
    for key, value in labels.items() if isinstance(labels, Mapping) else ():
        found.append(Requirement(str(key), "In", (str(value),), (*path, "matchLabels", str(key))))
    expressions = written.get("matchExpressions")
    for index, one in enumerate(expressions if isinstance(expressions, Sequence) else ()):
        if isinstance(one, Mapping):
            found.append(_requirement(one, (*path, "matchExpressions", index)))
    for requirement in found:
        _check(requirement)
        illegal = next((one for one in requirement.values if of_labels and not _VALUE.match(one)), None)
        if illegal is not None:
            message = f"'{illegal}' can be the value of no label, so the set generates nothing"
            raise GeneratorFault(message, requirement.path)
    return Selector(tuple(found))


def _requirement(written: Mapping[str, Any], path: FieldPath) -> Requirement:
    values = written.get("values")
    listed = tuple(str(one) for one in values) if isinstance(values, list) else ()
    return Requirement(str(written.get("key") or ""), str(written.get("operator") or ""), listed, path)


def _check(one: Requirement) -> None:
    message = ""
    if not _is_label_key(one.key):
        message = f"'{one.key}' cannot be the key of a selector: it is no label's name"
    elif one.operator not in _OPERATORS:
        message = f"'{one.operator}' is no operator of a selector: {', '.join(_OPERATORS)} are"
    elif one.operator in ("In", "NotIn") and not one.values:
        message = f"{one.operator} needs at least one value"
    elif one.operator in ("Exists", "DoesNotExist") and one.values:
        message = f"{one.operator} takes no values"
    if message:
        raise GeneratorFault(f"{message}, so the set generates nothing", one.path)


def _is_label_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    return bool(_NAME.match(name)) and (not slash or (len(prefix) <= 253 and bool(_PREFIX.match(prefix))))
