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

_REVIEW_VERSIONS = ("v1", "v1beta1")


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
    if value and not any(version in _REVIEW_VERSIONS for version in value):
        yield wrong(f"at least one of {', '.join(_REVIEW_VERSIONS)} is required")
    for index, version in enumerate(value):
        if version in value[:index]:
            yield wrong(f"duplicate {given(version)}", index)


def _star_alone(value: Any) -> Iterable[Fault]:
    if isinstance(value, list) and len(value) > 1 and "*" in value:
        return (wrong("'*' must stand alone"),)
    return ()


RULE = fields(
    {
        "operations": both(
            some("at least one operation"),
            each(both(filled, one_of("CREATE", "UPDATE", "DELETE", "CONNECT", "*"))),
            _star_alone,
        ),
        "apiGroups": both(some("at least one group"), _star_alone),
        "apiVersions": both(some("at least one version"), each(filled), _star_alone),
        "resources": both(some("at least one resource"), each(filled)),
        "scope": one_of("Cluster", "Namespaced", "*"),
    },
    requires("operations"),
    requires("apiGroups"),
    requires("apiVersions"),
    requires("resources"),
)
"""Which requests a webhook or a policy is for."""

MATCH_CONDITIONS: Check = both(
    at_most_items(64), each(fields({"name": text(qualified_name, required=True), "expression": filled}))
)
"""Expressions that narrow the requests."""


def _service_path(value: Any) -> Iterator[Fault]:
    if not isinstance(value, str) or value in ("", "/") or not is_settled(value):
        return
    parts = value.removeprefix("/").removesuffix("/").split("/")
    if not value.startswith("/") or any(map(dns_subdomain, parts)):
        yield wrong(f"{given(value)} is no path such as /validate")


_CLIENT = fields(
    {
        "url": _url,
        "service": fields({"name": filled, "namespace": filled, "port": PORT, "path": _service_path}),
    },
    exactly_one(("url", "service"), "target"),
)


def _webhooks(**more: Check) -> Check:
    webhook = fields(
        {
            "name": text(_qualified, required=True),
            "clientConfig": _CLIENT,
            "rules": each(RULE),
            "failurePolicy": one_of("Ignore", "Fail"),
            "matchPolicy": one_of("Exact", "Equivalent"),
            "sideEffects": both(filled, one_of("None", "NoneOnDryRun")),
            "timeoutSeconds": between(1, 30),
            "admissionReviewVersions": both(
                some("at least one version"), each(text(dns_1035_label, required=True)), _review_versions
            ),
            "namespaceSelector": label_selector,
            "objectSelector": label_selector,
            "matchConditions": MATCH_CONDITIONS,
            **more,
        }
    )
    return fields({"webhooks": both(each(webhook), duplicates("name"))})


validating: Check = _webhooks()
"""A ValidatingWebhookConfiguration."""

mutating: Check = _webhooks(reinvocationPolicy=both(filled, one_of("Never", "IfNeeded")))
"""A MutatingWebhookConfiguration."""
