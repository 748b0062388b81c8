"""Admission webhooks.

Source: k8s.io/kubernetes/pkg/apis/admissionregistration/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gitlint_ops.validate.core.addresses import PORT
from gitlint_ops.validate.core.checks import (
    Check,
    at_most_items,
    between,
    both,
    duplicates,
    each,
    exactly_one,
    fields,
    filled,
    is_settled,
    one_of,
    requires,
    some,
    text,
    wrong,
)
from gitlint_ops.validate.core.selectors import label_selector
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import dns_1035_label, dns_subdomain, qualified_name
from gitlint_ops.validate.values import given

_KNOWN_REVIEWS = ("v1", "v1beta1")


def _qualified(name: str) -> str:
    if reason := dns_subdomain(name):
        return reason
    return "" if name.count(".") >= 2 else "it needs three parts or more, such as check.example.com"


def _url(value: Any) -> Iterable[Fault]:
    if not isinstance(value, str) or not is_settled(value):
        return ()
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(value)
    except ValueError:
        return (wrong(f"{given(value)} is no URL"),)
    if parts.scheme != "https" or not parts.netloc or "@" in parts.netloc or parts.query or parts.fragment:
        return (wrong(f"{given(value)} is not of the form https://host[/path]"),)
    return ()


def _review_versions(value: Any) -> Iterator[Fault]:
    if not isinstance(value, list):
        return
    if value and not any(version in _KNOWN_REVIEWS for version in value):
        yield wrong(f"at least one of {', '.join(_KNOWN_REVIEWS)} is required")
    for index, version in enumerate(value):
        if version in value[:index]:
            yield wrong(f"duplicate {given(version)}", index)


def star_alone(value: Any) -> Iterable[Fault]:
    """A list in which "*" has nothing beside it."""
    if isinstance(value, list) and len(value) > 1 and "*" in value:
        return (wrong("'*' must stand alone"),)
    return ()


RULE = fields(
    {
        "operations": both(
            some("at least one operation"),
            each(both(filled, one_of("CREATE", "UPDATE", "DELETE", "CONNECT", "*"))),
            star_alone,
        ),
        "apiGroups": both(some("at least one group"), star_alone),
        "apiVersions": both(some("at least one version"), each(filled), star_alone),
        "resources": both(some("at least one resource"), each(filled)),
        "scope": one_of("Cluster", "Namespaced", "*", empty=False),
    },
    requires("operations"),
    requires("apiGroups"),
    requires("apiVersions"),
    requires("resources"),
)
"""Which requests a webhook or a policy is for."""


def match_conditions(*variables: str) -> Check:
    """Expressions that narrow the requests, over these variables and those that all have."""
    expression = both(filled, _compiles((*REQUEST_VARIABLES, *variables), "BOOL"))
    condition = fields({"name": text(qualified_name, required=True), "expression": expression})
    return both(at_most_items(64), each(condition), duplicates("name"))


REQUEST_VARIABLES = ("object", "oldObject", "request", "authorizer")


def _compiles(variables: tuple[str, ...], *results: str) -> Check:
    def check(value: Any) -> Iterable[Fault]:
        # The CEL engine is loaded only where there is an expression.
        from gitlint_ops.validate.core.expressions import compiles

        return compiles(variables, *results)(value) if value else ()

    return check


def _service_path(value: Any) -> Iterator[Fault]:
    if not isinstance(value, str) or value in ("", "/") or not is_settled(value):
        return
    parts = value.removeprefix("/").removesuffix("/").split("/")
    if not value.startswith("/") or any(map(dns_subdomain, parts)):
        yield wrong(f"{given(value)} is no path such as /validate")


CLIENT = fields(
    {
        "url": _url,
        "service": fields({"name": filled, "namespace": filled, "port": PORT, "path": _service_path}),
    },
    exactly_one(("url", "service"), "target"),
)
"""Where a webhook is called."""

REVIEW_VERSIONS = both(
    some("at least one version"), each(text(dns_1035_label, required=True)), _review_versions
)
"""The versions of reviews that a webhook understands."""


def _webhooks(**more: Check) -> Check:
    webhook = fields(
        {
            "name": text(_qualified, required=True),
            "clientConfig": CLIENT,
            "rules": each(RULE),
            "failurePolicy": one_of("Ignore", "Fail", empty=False),
            "matchPolicy": one_of("Exact", "Equivalent", empty=False),
            "sideEffects": both(filled, one_of("None", "NoneOnDryRun")),
            "timeoutSeconds": between(1, 30),
            "admissionReviewVersions": REVIEW_VERSIONS,
            "namespaceSelector": label_selector,
            "objectSelector": label_selector,
            "matchConditions": match_conditions(),
            **more,
        }
    )
    return fields({"webhooks": both(each(webhook), duplicates("name"))})


validating: Check = _webhooks()
"""A ValidatingWebhookConfiguration."""

mutating: Check = _webhooks(reinvocationPolicy=both(filled, one_of("Never", "IfNeeded")))
"""A MutatingWebhookConfiguration."""
