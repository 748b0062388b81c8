"""Workloads whose selector does not match the labels of their own pods."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.blame import Via, at, origin
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject, api_group
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.subjects import Params

# "" is that of ReplicationControllers; `match` of a card cannot name it.
_GROUPS = ("apps", "")
_SELECTOR: FieldPath = ("spec", "selector")
_LABELS: FieldPath = ("spec", "template", "metadata", "labels")
_FILLED_IN = re.compile(r"\$\{|\$\(|\{\{")

# Source: k8s.io/apimachinery/pkg/labels/selector.go, Requirement.Matches
_HOLDS: Mapping[str, Callable[[str | None, list[str]], bool]] = {
    "In": lambda label, values: label in values,
    "NotIn": lambda label, values: label not in values,
    "Exists": lambda label, _: label is not None,
    "DoesNotExist": lambda label, _: label is None,
}


class Demand(Struct, frozen=True):
    """One entry of a selector: where it stands, what it wants of a label, and whether that is so."""

    path: FieldPath
    label: str
    wanted: str
    met: bool


def selects_others(workload: RenderedObject, _params: Params) -> Iterator[Violation]:
    """Workloads with selector entries that their own template breaks: one violation for all of them.

    Of a selector and the label that it asks for, the end that was set last is at fault: what an
    overlay patched or labelled, rather than what the base wrote.
    """
    template = value_at(workload.body, ("spec", "template"))
    if api_group(workload.api_version) not in _GROUPS or not isinstance(template, Mapping):
        return
    labels = labels_at(workload.body, _LABELS)
    broken = [one for one in _demands(workload.body, labels) if not one.met]
    if broken:
        lead = next((one for one in broken if _is_set_later(workload, one, labels)), broken[0])
        yield _violation(workload, lead, broken, labels)


def labels_at(body: Mapping[str, Any], path: FieldPath) -> dict[str, str]:
    """A mapping of labels as the API server reads it: a null is an empty text."""
    written = value_at(body, path)
    if not isinstance(written, Mapping):
        return {}
    return {str(key): _text(value) for key, value in written.items()}


def is_set_later(on: RenderedObject, path: FieldPath) -> bool:
    """Whether something set the field after the file that the object was read from."""
    return origin(at(on.blame, path)).via is not Via.RESOURCE


def shown(labels: Iterable[tuple[str, str]]) -> str:
    return " and ".join(f"{key}={value}" for key, value in labels)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _demands(body: Mapping[str, Any], labels: Mapping[str, str]) -> Iterator[Demand]:
    """What the selector asks for; values that are filled in later ask for nothing."""
    # A ReplicationController's selector is a mapping of labels.
    selected = _SELECTOR if body.get("kind") == "ReplicationController" else (*_SELECTOR, "matchLabels")
    for key, wanted in labels_at(body, selected).items():
        if _is_readable(wanted, labels.get(key)):
            yield Demand((*selected, key), key, f"{key}={wanted}", labels.get(key) == wanted)
    if body.get("kind") == "ReplicationController":
        return
    expressions = value_at(body, (*_SELECTOR, "matchExpressions"))
    for index, one in enumerate(expressions if isinstance(expressions, list) else ()):
        if isinstance(one, Mapping):
            yield from _demanded(one, (*_SELECTOR, "matchExpressions", index), labels)


def _demanded(expression: Mapping[str, Any], path: FieldPath, labels: Mapping[str, str]) -> Iterator[Demand]:
    key, operator = expression.get("key"), expression.get("operator")
    written = expression.get("values")
    values = [_text(value) for value in written] if isinstance(written, list) else []
    if not isinstance(key, str) or not isinstance(operator, str) or operator not in _HOLDS:
        return
    if _is_readable(labels.get(key), *values):
        wanted = f"{key} {operator} ({', '.join(values)})" if values else f"{key} {operator}"
        yield Demand(path, key, wanted, _HOLDS[operator](labels.get(key), values))


def _is_readable(*values: str | None) -> bool:
    return len(set(values)) == 1 or not any(value and _FILLED_IN.search(value) for value in values)


def _is_set_later(workload: RenderedObject, demand: Demand, labels: Mapping[str, str]) -> bool:
    return is_set_later(workload, demand.path) or is_set_later(workload, _label_path(demand, labels))


def _label_path(demand: Demand, labels: Mapping[str, str]) -> FieldPath:
    """The label that a demand is about, or where it would have to stand."""
    if demand.label in labels:
        return (*_LABELS, demand.label)
    return _LABELS if labels else ("spec", "template")


def _violation(
    workload: RenderedObject, lead: Demand, broken: Iterable[Demand], labels: Mapping[str, str]
) -> Violation:
    wanted = " and ".join(one.wanted for one in broken)
    carried = " and ".join(_carried(one.label, labels) for one in broken)
    selector_end = lead.path, f"the selector wants {lead.wanted}"
    label_end = _label_path(lead, labels), f"the pods carry {_carried(lead.label, labels)}"
    at_fault, other = selector_end, label_end
    if is_set_later(workload, label_end[0]) and not is_set_later(workload, selector_end[0]):
        at_fault, other = label_end, selector_end
    return Violation(
        workload,
        at_fault[0],
        f"the selector wants {wanted}, the pods carry {carried}",
        hint="give the selector and the pod template the same labels; the selector of a workload that runs "
        "cannot be changed, the template's labels can",
        at_key=at_fault[0] in (_LABELS, ("spec", "template")),
        related=(Note(workload, *other),),
    )


def _carried(label: str, labels: Mapping[str, str]) -> str:
    return f"{label}={labels[label]}" if label in labels else f"no label {label}"
