"""Priority and fairness of requests to the API server.

Source: k8s.io/kubernetes/pkg/apis/flowcontrol/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitlint_ops.validate.core.admission import star_alone
from gitlint_ops.validate.core.checks import (
    Check,
    between,
    both,
    each,
    fields,
    filled,
    is_settled,
    mapping,
    number,
    one_of,
    requires,
    text,
    wrong,
)
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import dns_label, dns_subdomain
from gitlint_ops.validate.values import given

_KNOWN_VERBS = (
    "get",
    "list",
    "watch",
    "create",
    "update",
    "patch",
    "delete",
    "deletecollection",
    "proxy",
    "*",
)

# --- FlowSchema

_SUBJECTS = {"ServiceAccount": "serviceAccount", "User": "user", "Group": "group"}


def _account(name: str) -> str:
    return "" if name == "*" else dns_subdomain(name)


def _one_subject(value: Any) -> Iterator[Fault]:
    kind = value.get("kind")
    if not isinstance(kind, str) or kind not in _SUBJECTS:
        return
    for other, name in _SUBJECTS.items():
        if kind == other and value.get(name) is None:
            yield wrong(f"kind {kind} needs `{name}`", at_key=True)
        if kind != other and value.get(name) is not None:
            yield wrong(f"`{name}` must not be given with kind {kind}", name, at_key=True)


_SUBJECT = fields(
    {
        "kind": both(filled, one_of(*_SUBJECTS)),
        "serviceAccount": fields(
            {"name": text(_account, required=True), "namespace": text(dns_label, required=True)}
        ),
        "user": fields({"name": filled}),
        "group": fields({"name": filled}),
    },
    _one_subject,
)


def _url_path(value: Any) -> Iterator[Fault]:
    if value is None or (isinstance(value, str) and is_settled(value) and value != "*" and value[:1] != "/"):
        yield wrong(f"{given(value)} must begin with '/'")


def _some_rules(value: Any) -> Iterator[Fault]:
    if not value.get("resourceRules") and not value.get("nonResourceRules"):
        yield wrong("`resourceRules` or `nonResourceRules` is required", at_key=True)


def _some_namespace(value: Any) -> Iterator[Fault]:
    if not value.get("namespaces") and value.get("clusterScope") is not True:
        yield wrong("`clusterScope: true` or `namespaces` is required", at_key=True)


def _namespace(name: str) -> str:
    return "" if name == "*" else dns_label(name)


_NAMESPACES = both(each(filled), each(text(_namespace)), star_alone)
_VERBS = both(each(one_of(*_KNOWN_VERBS, empty=False)), star_alone)

_RULE = fields(
    {
        "subjects": each(_SUBJECT),
        "resourceRules": each(
            fields(
                {
                    "verbs": _VERBS,
                    "apiGroups": star_alone,
                    "resources": star_alone,
                    "namespaces": _NAMESPACES,
                },
                requires("verbs"),
                requires("apiGroups"),
                requires("resources"),
                _some_namespace,
            )
        ),
        "nonResourceRules": each(
            fields(
                {"verbs": _VERBS, "nonResourceURLs": both(each(_url_path), star_alone)},
                requires("verbs"),
                requires("nonResourceURLs"),
            )
        ),
    },
    requires("subjects"),
    _some_rules,
)


def _first_is_exempt(value: Any) -> Iterator[Fault]:
    precedence = mapping(value.get("spec")).get("matchingPrecedence")
    if precedence == 1 and mapping(value.get("metadata")).get("name") != "exempt":
        yield wrong("only the FlowSchema `exempt` may have precedence 1", "spec", "matchingPrecedence")


flow_schema: Check = fields(
    {
        "spec": fields(
            {
                "matchingPrecedence": between(1, 10_000),
                "distinguisherMethod": fields({"type": both(filled, one_of("ByUser", "ByNamespace"))}),
                "priorityLevelConfiguration": fields({"name": text(dns_subdomain, required=True)}),
                "rules": each(_RULE),
            }
        )
    },
    _first_is_exempt,
)
"""A FlowSchema."""

# --- PriorityLevelConfiguration


def _level(spec: Any) -> Iterator[Fault]:
    kind = spec.get("type")
    if kind == "Limited" and spec.get("limited") is None:
        yield wrong("type Limited needs `limited`", "type")
    for name, wanted in (("limited", "Limited"), ("exempt", "Exempt")):
        if (
            spec.get(name) is not None
            and is_settled(kind)
            and kind in ("Limited", "Exempt")
            and kind != wanted
        ):
            yield wrong(f"`{name}` needs type {wanted}", name, at_key=True)


def _response(value: Any) -> Iterator[Fault]:
    if value.get("type") == "Reject" and value.get("queuing") is not None:
        yield wrong("`queuing` needs type Queue", "queuing", at_key=True)
    if value.get("type") == "Queue" and value.get("queuing") is None:
        yield wrong("type Queue needs `queuing`", "type")


def _hand(value: Any) -> Iterator[Fault]:
    hand, queues = number(value.get("handSize")) or 8, number(value.get("queues")) or 64
    if hand > queues:
        at = "handSize" if "handSize" in value else "queues"
        yield wrong(f"expected at most queues ({queues}), got {given(hand)}", at)
    elif hand > 0 and queues > 0 and _bits_of_a_deal(queues, hand) > _MOST_BITS:
        at = "handSize" if "handSize" in value else "queues"
        yield wrong(f"{hand} of {queues} queues are too many to be dealt by a hash of {_MOST_BITS} bits", at)


def _bits_of_a_deal(queues: int, hand: int) -> int:
    """The bits that dealing `hand` different queues takes (k8s.io/apiserver, shufflesharding)."""
    from math import ceil, log2

    return ceil(log2(queues) * hand)


_MOST_BITS = 60


_QUEUING = fields(
    # 0 counts as not given.
    {"queues": between(0, 10_000_000), "handSize": between(0), "queueLengthLimit": between(0)},
    _hand,
)

priority_level: Check = fields(
    {
        "spec": fields(
            {
                "type": both(filled, one_of("Limited", "Exempt")),
                "limited": fields(
                    {
                        "nominalConcurrencyShares": between(0),
                        "lendablePercent": between(0, 100),
                        "borrowingLimitPercent": between(0),
                        "limitResponse": fields(
                            {"type": both(filled, one_of("Queue", "Reject")), "queuing": _QUEUING}, _response
                        ),
                    }
                ),
            },
            _level,
        )
    }
)
"""A PriorityLevelConfiguration."""
