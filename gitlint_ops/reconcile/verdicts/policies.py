"""Denials by admission policies and by webhooks, with the policy where it stands in the workspace.

Sources: k8s.io/apiserver/pkg/admission/plugin/policy/validating/dispatcher.go,
k8s.io/apiserver/pkg/admission/plugin/webhook/errors/statuserror.go
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.verdicts.spelling import spelled_in
from gitlint_ops.reconcile.verdicts.surroundings import Surroundings
from gitlint_ops.validate.admission_places import judged_field

DENIED = "policy-denied"

_POLICY = re.compile(
    r"(?:Validating|Mutating)AdmissionPolicy '([^']*)'(?: with binding '([^']*)')? denied request: (.*)",
    re.DOTALL,
)
_WEBHOOK = re.compile(
    r"admission webhook \"([^\"]*)\" denied the request(?: without explanation)?:?\s*(.*)", re.DOTALL
)
_ENGINES = re.compile(
    r"kyverno|gatekeeper|kubewarden|policy|policies|polaris|datree|jspolicy|\bopa\b|styra|conftest|cosign",
    re.IGNORECASE,
)
_TEXTS = re.compile(r"'([^'\\]*)'|\"([^\"\\]*)\"")
_TELLING = 8
_FAILED = re.compile(r"failed expression: (.*)", re.DOTALL)
_IN_ERROR = re.compile(r"expression '(.*)' resulted in error: (.*)", re.DOTALL)
# Kyverno: "policy:\n  rule: 'validation error: text. rule r failed at path /spec/x/'"
_AT_POINTER = re.compile(r"failed at path (/[^\s'\"]*)")
_KYVERNO = re.compile(r"blocked due to the following policies\s*(.*)", re.DOTALL)
_KYVERNO_POLICY = re.compile(r"^([\w.-]+):\s*\n((?:[ \t]+.*\n?)+)", re.MULTILINE)
_KYVERNO_RULE = re.compile(r"^\s+([\w.-]+): ['\"]?((?:.|\n(?!\s+[\w.-]+: ))*)", re.MULTILINE)
# Gatekeeper: "[constraint] text", one a line
_CONSTRAINT = re.compile(r"^\[([\w.-]+)\] (.*)$", re.MULTILINE)


def denied(said: str, on: RenderedObject, around: Surroundings) -> Iterator[Violation]:
    """What policies and webhooks deny; nothing where the words are of neither."""
    policy = _POLICY.search(said)
    if policy is not None:
        yield _by_policy(policy, on, around)
        return
    webhook = _WEBHOOK.search(said)
    if webhook is not None:
        yield from _by_webhook(webhook[1], webhook[2].strip(), on, around)


def _by_policy(found: re.Match[str], on: RenderedObject, around: Surroundings) -> Violation:
    name, binding, message = found[1], found[2] or "", found[3].strip()
    policy = around.named("ValidatingAdmissionPolicy", name)
    at, expression = _validation(policy, message)
    path, is_there = judged_field([expression], on.body) if expression else ((), False)
    path = path or spelled_in(message, on.body)
    bound = around.named("ValidatingAdmissionPolicyBinding", binding)
    return Violation(
        on,
        path or ("kind",),
        f"{_plain(message)} (the policy {name} denies it{f', bound by {binding}' if binding else ''})",
        related=(
            *((Note(policy, at, "the policy"),) if policy else ()),
            *((Note(bound, ("kind",), "its binding"),) if bound else ()),
        ),
        hint="" if policy else "the policy stands on the server, not in what was checked here",
        rule=DENIED,
        at_key=not path or bool(expression and not is_there),
    )


def _plain(message: str) -> str:
    failed, error = _FAILED.fullmatch(message), _IN_ERROR.fullmatch(message)
    if failed:
        return f"it must hold that {failed[1]}"
    return f"the expression {error[1]} cannot be evaluated: {error[2]}" if error else message


def _validation(policy: RenderedObject | None, message: str) -> tuple[FieldPath, str]:
    """The expression of a policy that fails with this message, and its place there."""
    told = _FAILED.fullmatch(message) or _IN_ERROR.fullmatch(message)
    expression = told[1].strip() if told else ""
    listed = value_at(policy.body, ("spec", "validations")) if policy else None
    for at, one in enumerate(listed if isinstance(listed, list) else ()):
        held = one if isinstance(one, dict) else {}
        written = " ".join(str(held.get("expression")).split())
        is_it = message == str(held.get("message")).strip() or (expression and expression == written)
        if is_it or _is_made_by(held.get("messageExpression"), message):
            return ("spec", "validations", at, "expression"), str(held.get("expression"))
    if isinstance(listed, list) and len(listed) == 1 and isinstance(listed[0], dict):
        return ("spec", "validations", 0, "expression"), str(listed[0].get("expression"))
    return ("kind",), expression


def _is_made_by(expression: object, message: str) -> bool:
    """Whether a message has all the texts in it that an expression puts together."""
    texts = [one or two for one, two in _TEXTS.findall(expression)] if isinstance(expression, str) else []
    return any(len(one) >= _TELLING for one in texts) and all(one in message for one in texts)


def _by_webhook(name: str, said: str, on: RenderedObject, around: Surroundings) -> Iterator[Violation]:
    rule = DENIED if _ENGINES.search(name) else ""
    kyverno = _KYVERNO.search(said)
    told = list(_kyverno_rules(kyverno[1])) if kyverno else _CONSTRAINT.findall(said)
    if not told:
        path = _place(said, on.body)
        reason = " ".join(said.split()) or "it gives no reason"
        yield Violation(
            on, path or ("kind",), f"the webhook {name} denies it: {reason}", rule=rule, at_key=not path
        )
    for policy, text in told:
        path = _place(text, on.body)
        yield Violation(
            on,
            path or ("kind",),
            f"{' '.join(text.split())} (the policy {policy} denies it, by the webhook {name})",
            related=_policy_notes(policy, on, around),
            rule=rule,
            at_key=not path,
        )


def _kyverno_rules(text: str) -> Iterator[tuple[str, str]]:
    for policy, rules in _KYVERNO_POLICY.findall(text + "\n"):
        for _, said in _KYVERNO_RULE.findall(rules):
            yield policy, said.strip().strip("'\"")


def _policy_notes(name: str, on: RenderedObject, around: Surroundings) -> tuple[Note, ...]:
    found = around.named("ClusterPolicy", name) or around.named("Policy", name, on.key.namespace)
    return (Note(found, ("kind",), "the policy"),) if found else ()


def _place(said: str, body: Mapping[str, Any]) -> FieldPath:
    pointer = _AT_POINTER.search(said)
    if pointer is None:
        return spelled_in(said, body)
    path: FieldPath = ()
    for part in pointer[1].strip("/").split("/"):
        key: str | int = int(part) if part.isdigit() else part.replace("~1", "/").replace("~0", "~")
        if value_at(body, (*path, key)) is None:
            return path
        path = (*path, key)
    return path
