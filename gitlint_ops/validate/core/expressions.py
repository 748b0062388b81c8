"""Expressions in CEL that definitions, policies and webhooks hold: whether they compile.

Sources: k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go and
k8s.io/kubernetes/pkg/apis/admissionregistration/validation/validation.go. What an expression may
cost is not estimated.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gitlint_ops.cel.program import named_variables
from gitlint_ops.cel.refusals import refusal
from gitlint_ops.validate.core.checks import Check, below, is_settled, mapping, wrong
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.typed_values import escaped
from gitlint_ops.validate.values import given

_OF_DEFINITIONS = ("self", "oldSelf")
_REASONS = ("FieldValueInvalid", "FieldValueDuplicate", "FieldValueForbidden", "FieldValueRequired")
_LINE_BREAK = re.compile(r"[\n\r]")
_TEXT = re.compile(r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_CHAIN = re.compile(r"(?<![\w.])(?:self|oldSelf)((?:\s*\.\s*[A-Za-z_]\w*)+)(\s*\()?")
_STEPS = re.compile(r"(?:\.[A-Za-z_][\w-]*)+")
_SCALARS = ("boolean", "integer", "number", "string")
_OF_OBJECTS: Mapping[str, Mapping[str, Any]] = {
    "apiVersion": {"type": "string"},
    "kind": {"type": "string"},
    "metadata": {
        "type": "object",
        "properties": {"name": {"type": "string"}, "generateName": {"type": "string"}},
    },
}


def compiles(variables: Iterable[str], *results: str) -> Check:
    """A text that is an expression over `variables` giving one of these types ("BOOL"), or any."""
    declared = tuple(variables)

    def check(value: Any) -> Iterable[Fault]:
        if not isinstance(value, str) or not value.strip() or not is_settled(value):
            return ()
        reason = refusal(value.strip(), declared, results)
        return (wrong(f"the expression does not compile: {reason}"),) if reason else ()

    return check


_RULE = compiles(_OF_DEFINITIONS, "BOOL")
_MESSAGE = compiles(_OF_DEFINITIONS, "STRING")


def rules_of_schema(node: Mapping[str, Any], *, is_object: bool, is_loose: bool) -> Iterator[Fault]:
    """The rules that stand at one node of a structural schema, `is_object` at that of a whole object.

    `is_loose` says that former values are not known there.
    """
    held = node.get("x-kubernetes-validations")
    for index, rule in enumerate(held if isinstance(held, list) else ()):
        path = ("x-kubernetes-validations", index)
        yield from below(path, _told_well(mapping(rule)))
        yield from below(path, _former(mapping(rule), is_loose=is_loose))
        for name, judge in (("rule", _RULE), ("messageExpression", _MESSAGE)):
            expression = mapping(rule).get(name)
            for fault in judge(expression):
                yield wrong(fault.message, *path, name)
            if isinstance(expression, str) and is_settled(expression):
                yield from _fields_named(expression, node, is_object, (*path, name))
        place = mapping(rule).get("fieldPath")
        if (
            isinstance(place, str)
            and _STEPS.fullmatch(place)
            and _lost(place[1:].split("."), node, is_object)
        ):
            yield wrong(f"{place} leads to no field of the schema", *path, "fieldPath")


def _told_well(rule: Mapping[str, Any]) -> Iterator[Fault]:
    """What a rule has beside its expressions."""
    texts = {name: held for name, held in rule.items() if isinstance(held, str) and is_settled(held)}
    expression = rule.get("rule")
    if expression is None or (isinstance(expression, str) and not expression.strip()):
        yield wrong("`rule` is required", *(("rule",) if "rule" in rule else ()), at_key=True)
    for name in ("message", "messageExpression", "fieldPath"):
        if texts.get(name) and not texts[name].strip():
            yield wrong("it is blank: leave it out, or say something", name)
    for name, held in (("message", texts.get("message", "").strip()), ("fieldPath", texts.get("fieldPath"))):
        if held and _LINE_BREAK.search(held):
            yield wrong("it must be one line", name)
    if not rule.get("message") and _LINE_BREAK.search(texts.get("rule", "").strip()):
        yield wrong("a rule of several lines needs a `message`", "rule", at_key=True)
    if texts.get("reason", _REASONS[0]) not in _REASONS:
        yield wrong(f"expected one of {', '.join(_REASONS)}; got {given(texts['reason'])}", "reason")


def _former(rule: Mapping[str, Any], *, is_loose: bool) -> Iterator[Fault]:
    """Whether a rule asks for the former value where it may."""
    expression = rule.get("rule")
    if not isinstance(expression, str) or not is_settled(expression):
        return
    compares = bool(named_variables(expression, ("oldSelf",)))
    if compares and is_loose:
        said = "`oldSelf` cannot be used below a list that is not `x-kubernetes-list-type: map`"
        yield wrong(f"{said}: which former item belongs to which is not known", "rule")
    if not compares and rule.get("optionalOldSelf") is not None:
        yield wrong("it is only for rules that use `oldSelf`", "optionalOldSelf", at_key=True)


def _fields_named(
    expression: str, node: Mapping[str, Any], is_object: bool, path: tuple[str | int, ...]
) -> Iterator[Fault]:
    """Fields that an expression reads and the schema does not have."""
    for chain, called in _CHAIN.findall(_TEXT.sub("''", expression)):
        names = [name.strip() for name in chain.split(".")[1:]]
        lost = _lost(names[:-1] if called else names, node, is_object, in_expression=True)
        if lost:
            yield wrong(f"the expression does not compile: the schema has no field {lost}", *path)
            return


def _lost(
    names: Iterable[str], node: Mapping[str, Any], is_object: bool, *, in_expression: bool = False
) -> str:
    """The first of the fields, each in the one before, that the schema surely has not; "" if it has all."""
    for name in names:
        if not _is_closed(node):
            return ""
        fields = {(escaped(key) if in_expression else key): field for key, field in _fields(node, is_object)}
        if name not in fields:
            return name
        node, is_object = mapping(fields[name]), False
    return ""


def _fields(node: Mapping[str, Any], is_object: bool) -> Iterable[tuple[str, Any]]:
    whole = is_object or node.get("x-kubernetes-embedded-resource") is True
    return {**mapping(node.get("properties")), **(_OF_OBJECTS if whole else {})}.items()


def _is_closed(node: Mapping[str, Any]) -> bool:
    """Whether a schema says of all fields whether they are there."""
    if node.get("x-kubernetes-int-or-string") is True or "additionalProperties" in node:
        return False
    if node.get("type") in _SCALARS:
        return True
    if node.get("x-kubernetes-preserve-unknown-fields") is True and not node.get("properties"):
        return False
    return node.get("type") == "object"
