"""ignoreDifferences: pointers that match nothing, and differences that a sync wipes out nevertheless.

Sources: argo-cd docs/user-guide/diffing.md, docs/user-guide/sync-options.md (RespectIgnoreDifferences)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from gitlint_ops.model.delivery import Delivery, Owner, OwnerKind
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params, nameless

_RESPECT = "RespectIgnoreDifferences=true"
_SIMPLE_JQ = re.compile(r"(?:\.[A-Za-z_][\w-]*)+\Z")
_SCALERS: Mapping[str, FieldPath] = {
    "HorizontalPodAutoscaler": ("spec", "scaleTargetRef"),
    "ScaledObject": ("spec", "scaleTargetRef"),
}
_SCALER_GROUPS = frozenset({"autoscaling", "keda.sh"})


@nameless
def malformed(on: RenderedObject, _params: Params) -> Iterator[Violation]:
    """Paths that Argo CD cannot read, or that it reads as something else."""
    spec: FieldPath = ("spec",) if on.kind == "Application" else ("spec", "template", "spec")
    if on.key.group != "argoproj.io" or on.kind not in ("Application", "ApplicationSet"):
        return
    listed = value_at(on.body, (*spec, "ignoreDifferences"))
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        at: FieldPath = (*spec, "ignoreDifferences", index)
        for name, judge in (("jsonPointers", _pointer_fault), ("jqPathExpressions", _jq_fault)):
            held = value_at(entry, (name,))
            for number, one in enumerate(held if isinstance(held, list) else ()):
                found = judge(one) if isinstance(one, str) and "{{" not in one else None
                if found is not None:
                    yield Violation(on, (*at, name, number), found[0], hint=found[1])


def _pointer_fault(text: str) -> tuple[str, str] | None:
    if text.startswith("/"):
        bad = re.search(r"~(?![01])", text)
        return ("a ~ in a JSON pointer is written ~0 (RFC 6901)", "") if bad else None
    if text.startswith("."):
        return (
            f"'{text}' is a jq path and no JSON pointer",
            f"move it to jqPathExpressions, or write {_as_pointer(text)}",
        )
    return f"'{text}' is no JSON pointer: it does not begin with /", f"write {_as_pointer('.' + text)}"


def _as_pointer(text: str) -> str:
    return re.sub(r"[.\[\]\"']+", "/", text).rstrip("/").replace("//", "/")


def _jq_fault(text: str) -> tuple[str, str] | None:
    if text.startswith("/"):
        return f"'{text}' is a JSON pointer and no jq path", "move it to jsonPointers"
    if not text.lstrip().startswith((".", "(", "[", "..", "paths", "select", "recurse", "if", "to_entries")):
        return f"'{text}' is no jq path: it does not begin with a dot", f"write .{text}"
    if any(text.count(one) != text.count(other) for one, other in ("()", "[]", "{}")):
        return f"the brackets of '{text}' do not match, so Argo CD cannot read it", ""
    return None


def not_respected(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Fields that Git sets, whose differences are hidden and yet undone by every sync."""
    for delivery in deliveries.of_kind(OwnerKind.APPLICATION):
        owner = delivery.owner
        if not _syncs_by_itself(owner) or _respects(owner) or delivery.result is None:
            continue
        listed = owner.value("spec", "ignoreDifferences")
        for index, entry in enumerate(listed if isinstance(listed, list) else ()):
            hit = next(_set_in_git(entry, delivery.result.objects), None)
            if hit is not None:
                on, path = hit
                yield Violation(
                    owner.object,
                    ("spec", "ignoreDifferences", index),
                    "this hides the difference of a field that Git sets, but every sync still writes what "
                    "Git says",
                    related=(Note(on, path, f"set here, of {on.kind} {on.key.name}"),),
                    hint=f"add `{_RESPECT}` to syncPolicy.syncOptions, or leave the field out in Git",
                )


def _syncs_by_itself(owner: Owner) -> bool:
    automated = owner.value("spec", "syncPolicy", "automated")
    return isinstance(automated, Mapping) and automated.get("enabled") is not False


def _respects(owner: Owner) -> bool:
    held = owner.value("spec", "syncPolicy", "syncOptions")
    return isinstance(held, list) and _RESPECT in held


def _set_in_git(
    entry: Any, objects: tuple[RenderedObject, ...]
) -> Iterator[tuple[RenderedObject, FieldPath]]:
    for on in objects:
        if _concerns(entry, on):
            for path in _paths(entry):
                if value_at(on.body, path, _ABSENT) is not _ABSENT:
                    yield on, path


_ABSENT = object()


def _concerns(entry: Any, on: RenderedObject) -> bool:
    """Whether an entry of ignoreDifferences is about an object; group and kind may be patterns."""
    group, kind, name, namespace = (
        str(value_at(entry, (one,)) or "") for one in ("group", "kind", "name", "namespace")
    )
    return (
        fnmatchcase(on.key.group, group or "")
        and fnmatchcase(on.kind, kind or "")
        and (not name or fnmatchcase(on.key.name, name))
        and (not namespace or fnmatchcase(on.key.namespace, namespace))
    )


def _paths(entry: Any) -> Iterator[FieldPath]:
    """The fields that an entry names plainly."""
    pointers = value_at(entry, ("jsonPointers",))
    for one in pointers if isinstance(pointers, list) else ():
        if isinstance(one, str) and one.startswith("/") and len(one) > 1:
            yield tuple(_step(part) for part in one[1:].split("/"))
    expressions = value_at(entry, ("jqPathExpressions",))
    for one in expressions if isinstance(expressions, list) else ():
        if isinstance(one, str) and _SIMPLE_JQ.match(one):
            yield tuple(one[1:].split("."))


def _step(part: str) -> str | int:
    text = part.replace("~1", "/").replace("~0", "~")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


def hpa_replicas(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Replicas that Git sets and an autoscaler changes: self-heal undoes the autoscaler's work."""
    for delivery in deliveries.of_kind(OwnerKind.APPLICATION):
        owner = delivery.owner
        if owner.value("spec", "syncPolicy", "automated", "selfHeal") is not True or delivery.result is None:
            continue
        listed = owner.value("spec", "ignoreDifferences")
        for scaler, target in _scaled(delivery):
            ignored = any(
                _concerns(entry, target) and ("spec", "replicas") in set(_paths(entry))
                for entry in (listed if isinstance(listed, list) else ())
            )
            if not (ignored and _respects(owner)):
                yield Violation(
                    target,
                    ("spec", "replicas"),
                    f"{scaler.kind} {scaler.key.name} scales this {target.kind}, and Argo CD sets its "
                    "replicas back",
                    related=(Note(scaler, _SCALERS[scaler.kind], "scaled by"),),
                    hint="leave `replicas` out in Git",
                )


def _scaled(delivery: Delivery) -> Iterator[tuple[RenderedObject, RenderedObject]]:
    """Autoscalers of a delivery, with what they scale where Git sets its replicas."""
    objects = delivery.result.objects if delivery.result else ()
    named = {(one.kind, one.key.namespace, one.key.name): one for one in objects}
    for one in objects:
        if one.kind not in _SCALERS or one.key.group not in _SCALER_GROUPS:
            continue
        kind = value_at(one.body, (*_SCALERS[one.kind], "kind")) or "Deployment"
        name = value_at(one.body, (*_SCALERS[one.kind], "name"))
        target = named.get((str(kind), one.key.namespace, str(name)))
        if target is not None and value_at(target.body, ("spec", "replicas")) is not None:
            yield one, target
