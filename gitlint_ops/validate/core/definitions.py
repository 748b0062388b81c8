"""CustomResourceDefinitions.

Source: k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gitlint_ops.validate.core.checks import (
    Check,
    below,
    both,
    duplicates,
    each,
    fields,
    is_settled,
    mapping,
    members,
    one_of,
    some,
    text,
    wrong,
)
from gitlint_ops.validate.core.structural import structural
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.metadata import RULE as METADATA_RULE
from gitlint_ops.validate.name_syntax import dns_1035_label, dns_subdomain
from gitlint_ops.validate.values import given


def _kind(name: str) -> str:
    return dns_1035_label(name.lower())


def _named_after(value: Any) -> Iterator[Fault]:
    spec = mapping(value.get("spec"))
    plural, group = mapping(spec.get("names")).get("plural"), spec.get("group")
    name = mapping(value.get("metadata")).get("name")
    if not all(isinstance(part, str) and part and is_settled(part) for part in (plural, group, name)):
        return
    if name != f"{plural}.{group}":
        said = f"{given(name)} must be <plural>.<group>"
        yield wrong(said, "metadata", "name", hint=f"write {plural}.{group}", rule=METADATA_RULE)


def _one_stored(spec: Any) -> Iterator[Fault]:
    stored = [index for index, version in members(spec, "versions") if version.get("storage") is True]
    if len(stored) != 1 and spec.get("versions"):
        at = ("versions", stored[1], "storage") if stored else ("versions",)
        yield wrong(f"exactly one version must be stored (`storage: true`), not {len(stored)}", *at)


def _has_schema(version: Any) -> Iterator[Fault]:
    schema = mapping(version.get("schema")).get("openAPIV3Schema")
    if schema is None:
        yield wrong("`schema.openAPIV3Schema` is required", at_key=True)
    yield from below(("schema", "openAPIV3Schema"), structural(schema))


_NAMES = fields(
    {
        "plural": text(dns_1035_label, required=True),
        "singular": text(dns_1035_label),
        "kind": text(_kind, required=True),
        "listKind": text(_kind),
        "shortNames": each(text(dns_1035_label, required=True)),
        "categories": each(text(dns_1035_label, required=True)),
    }
)

_VERSION = fields({"name": text(dns_1035_label, required=True)}, _has_schema)

_SPEC = fields(
    {
        "group": text(dns_subdomain, required=True),
        "scope": one_of("Cluster", "Namespaced"),
        "names": _NAMES,
        "conversion": fields({"strategy": one_of("None", "Webhook")}),
        "versions": both(
            some("at least one version"), each(_VERSION), duplicates("name", rule="schema-violation")
        ),
    },
    _one_stored,
)

definition: Check = fields({"spec": _SPEC}, _named_after)
"""A CustomResourceDefinition; their CEL rules are judged elsewhere."""
