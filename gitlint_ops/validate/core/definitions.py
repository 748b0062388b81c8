"""CustomResourceDefinitions.

Source: k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/validation/validation.go
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gitlint_ops.validate.core.addresses import if_given
from gitlint_ops.validate.core.admission import CLIENT, REVIEW_VERSIONS
from gitlint_ops.validate.core.checks import (
    Check,
    below,
    both,
    duplicates,
    each,
    fields,
    filled,
    is_absent,
    is_settled,
    mapping,
    members,
    one_of,
    requires,
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
    if mapping(value.get("metadata")).get("generateName"):
        said = "the name of a definition is fixed: it must not be generated"
        yield wrong(said, "metadata", "generateName", rule=METADATA_RULE, at_key=True)
    if not all(isinstance(part, str) and part and is_settled(part) for part in (plural, group, name)):
        return
    if name != f"{plural}.{group}":
        said = f"{given(name)} must be <plural>.<group>"
        yield wrong(said, "metadata", "name", hint=f"write {plural}.{group}", rule=METADATA_RULE)


_APPROVAL = "api-approved.kubernetes.io"
_PROTECTED = ("k8s.io", "kubernetes.io")


def _approved(value: Any) -> Iterator[Fault]:
    """A group of the Kubernetes project tells where its API was approved."""
    group = mapping(value.get("spec")).get("group")
    if not isinstance(group, str) or not any(group == one or group.endswith(f".{one}") for one in _PROTECTED):
        return
    metadata = mapping(value.get("metadata"))
    held = mapping(metadata.get("annotations")).get(_APPROVAL)
    if is_absent(held):
        said = f"groups below k8s.io and kubernetes.io are protected: the annotation {_APPROVAL} is required"
        at = [name for name in ("metadata", "annotations") if name == "metadata" or metadata.get(name)]
        yield wrong(said, *at, hint=_APPROVE, at_key=True)
    elif isinstance(held, str) and is_settled(held) and not _APPROVED.match(held):
        said = f"{given(held)} is no address of an approval"
        yield wrong(said, "metadata", "annotations", _APPROVAL, hint=_APPROVE)


_APPROVE = 'write the address of the approval, or "unapproved" and a reason'
_APPROVED = re.compile(r"unapproved|[A-Za-z][A-Za-z0-9+.-]*://[^/?#]")


def _one_stored(spec: Any) -> Iterator[Fault]:
    stored = [index for index, version in members(spec, "versions") if version.get("storage") is True]
    if len(stored) != 1 and spec.get("versions"):
        at = ("versions", stored[1], "storage") if stored else ("versions",)
        yield wrong(f"exactly one version must be stored (`storage: true`), not {len(stored)}", *at)


def _has_schema(version: Any) -> Iterator[Fault]:
    schema = mapping(version.get("schema")).get("openAPIV3Schema")
    if schema is None:
        yield wrong("`schema.openAPIV3Schema` is required", at_key=True)
    has_status = mapping(version.get("subresources")).get("status") is not None
    yield from below(("schema", "openAPIV3Schema"), structural(schema, has_status=has_status))


_SELECTABLE = ("string", "boolean", "integer")
_MOST_SELECTABLE = 8


def _selected(version: Any) -> Iterator[Fault]:
    """Fields by which resources can be selected are scalars that the schema knows."""
    schema = mapping(mapping(version.get("schema")).get("openAPIV3Schema"))
    held = version.get("selectableFields")
    if isinstance(held, list) and len(held) > _MOST_SELECTABLE:
        yield wrong(f"it has {len(held)} fields, at most {_MOST_SELECTABLE} are allowed", "selectableFields")
    for index, one in enumerate(held if isinstance(held, list) else ()):
        path = mapping(one).get("jsonPath")
        at = ("selectableFields", index)
        if is_absent(path):
            yield wrong("`jsonPath` is required", *at, at_key=True)
        elif isinstance(path, str) and is_settled(path):
            found = _field_at(schema, path)
            if found is None:
                yield wrong(f"{given(path)} leads to no field of the schema", *at, "jsonPath")
            elif found.get("type") not in _SELECTABLE:
                said = f"{given(path)} must lead to a string, boolean or integer"
                yield wrong(said, *at, "jsonPath")
            elif path in [mapping(other).get("jsonPath") for other in held[:index]]:
                yield wrong(f"duplicate {given(path)}", *at, "jsonPath")
            elif path.startswith(".metadata"):
                yield wrong("fields of metadata cannot be named here", *at, "jsonPath")


def _field_at(schema: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
    if not path.startswith("."):
        return None
    for name in path[1:].split("."):
        fields_here = mapping(schema.get("properties"))
        if name not in fields_here:
            return None
        schema = mapping(fields_here[name])
    return schema


def _dotted(group: str) -> str:
    return dns_subdomain(group) or ("" if "." in group else "it needs a dot, as in shop.example.com")


def _warning(version: Any) -> Iterator[Fault]:
    held = version.get("deprecationWarning")
    if held is None or not is_settled(held):
        return
    if version.get("deprecated") is not True:
        yield wrong("it needs `deprecated: true`", "deprecationWarning", at_key=True)
    elif held == "":
        yield wrong("it is empty: leave it out, or say something", "deprecationWarning")
    elif isinstance(held, str) and (len(held.encode()) > _LONGEST_WARNING or not held.isprintable()):
        said = f"it must be one line of at most {_LONGEST_WARNING} bytes"
        yield wrong(said, "deprecationWarning")


_LONGEST_WARNING = 256


def _kinds_differ(names: Any) -> Iterator[Fault]:
    held = names.get("listKind")
    if not is_absent(held) and held == names.get("kind") and is_settled(held):
        yield wrong("it must not be the same as `kind`", "listKind", hint=f"write {held}List")


def _pruned(spec: Any) -> Iterator[Fault]:
    if spec.get("preserveUnknownFields") is True:
        said = "it must not be true"
        hint = "write `x-kubernetes-preserve-unknown-fields: true` into the schema"
        yield wrong(said, "preserveUnknownFields", hint=hint)


def _webhook(conversion: Any) -> Iterator[Fault]:
    strategy, webhook = conversion.get("strategy"), conversion.get("webhook")
    if strategy == "Webhook" and webhook is None:
        yield wrong("strategy Webhook needs `webhook`", "strategy")
    if strategy == "None" and webhook is not None:
        yield wrong("`webhook` needs strategy: Webhook", "webhook", at_key=True)


_NAMES = fields(
    {
        "plural": text(dns_1035_label, required=True),
        "singular": text(dns_1035_label),
        "kind": text(_kind, required=True),
        "listKind": text(_kind),
        "shortNames": each(text(dns_1035_label, required=True)),
        "categories": each(text(dns_1035_label, required=True)),
    },
    _kinds_differ,
)


def _under(*roots: str) -> Check:
    """A path into an object that begins with one of these."""

    def check(value: Any) -> Iterable[Fault]:
        if is_absent(value):
            return (wrong("it is empty, but required"),)
        if not isinstance(value, str) or not is_settled(value) or value.startswith(roots):
            return ()
        return (wrong(f"{given(value)} must begin with {' or '.join(roots)}"),)

    return check


_SCALE = fields(
    {
        "specReplicasPath": _under(".spec."),
        "statusReplicasPath": _under(".status."),
        "labelSelectorPath": if_given(_under(".spec.", ".status.")),
    },
    requires("specReplicasPath"),
    requires("statusReplicasPath"),
)

_COLUMN_TYPES = ("integer", "number", "string", "boolean", "date")
_COLUMN_FORMATS = ("int32", "int64", "float", "double", "byte", "date", "date-time", "password")

_COLUMN = fields(
    {
        "name": filled,
        "type": both(filled, one_of(*_COLUMN_TYPES)),
        "format": one_of(*_COLUMN_FORMATS),
        "jsonPath": both(filled, _under(".")),
    }
)

_VERSION = fields(
    {
        "name": text(dns_1035_label, required=True),
        "subresources": fields({"scale": _SCALE}),
        "additionalPrinterColumns": each(_COLUMN),
    },
    _has_schema,
    _selected,
    _warning,
)

_SPEC = fields(
    {
        "group": text(_dotted, required=True),
        "scope": one_of("Cluster", "Namespaced", empty=False),
        "names": _NAMES,
        "conversion": fields(
            {
                "strategy": one_of("None", "Webhook", empty=False),
                "webhook": fields(
                    {"clientConfig": CLIENT, "conversionReviewVersions": REVIEW_VERSIONS},
                    requires("clientConfig"),
                    requires("conversionReviewVersions"),
                ),
            },
            _webhook,
        ),
        "versions": both(
            some("at least one version"), each(_VERSION), duplicates("name", rule="schema-violation")
        ),
    },
    _one_stored,
    _pruned,
)

definition: Check = fields({"spec": _SPEC}, _named_after, _approved)
"""A CustomResourceDefinition; their CEL rules are judged elsewhere."""
