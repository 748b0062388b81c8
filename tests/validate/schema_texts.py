"""Schemas of definitions that a real API server of 1.37 refused or took, by what is said here of them.

tests/cluster asks a server again.
"""

from __future__ import annotations

from collections.abc import Mapping

from .definition_texts import crd, spec_of


def _text(pattern: str) -> str:
    return spec_of(f"{{type: string, pattern: '{pattern}'}}")


def _list(list_type: str, items: str, more: str = "") -> str:
    return spec_of(f"{{type: array, x-kubernetes-list-type: {list_type}, {more} items: {items}}}")


def _keyed(field: str, items: str = "") -> str:
    keys = "x-kubernetes-list-map-keys: [key],"
    return _list("map", f"{{type: object, required: [key], properties: {{key: {field}}}{items}}}", keys)


def _rule(rule: str, more: str = "") -> str:
    return f"{{type: string, maxLength: 5, x-kubernetes-validations: [{{rule: {rule}{more}}}]}}"


def _with_status(schema: str) -> str:
    return crd(f"{{type: object, {schema}}}", "    subresources: {status: {}}")


def _group(group: str, annotations: str = "") -> str:
    named = spec_of("{type: object}").replace("shop.example.com", group)
    return named.replace(f"name: widgets.{group}", f"name: widgets.{group}, annotations: {{{annotations}}}")


def _converted(webhook: str) -> str:
    said = f"spec:\n  conversion: {{strategy: Webhook, webhook: {webhook}}}\n"
    return spec_of("{type: object}").replace("spec:\n", said, 1)


_OLD = "self == oldSelf"
_CLIENT = "clientConfig: {url: 'https://convert.example.com/crds'}"
_APPROVAL = "api-approved.kubernetes.io"

REFUSED: Mapping[str, tuple[str, str]] = {
    "a pattern that looks ahead": (_text("^(?!x)"), "there is no look-ahead, `(?!`"),
    "a pattern that looks behind": (_text("(?<=x)a"), "there is no look-behind, `(?<=`"),
    "a pattern that refers back": (_text(r"(a)\1"), r"there are no back-references, `\1`"),
    "a possessive pattern": (_text("a++"), "bad repetition operator: ++"),
    "a pattern with an unknown escape": (_text(r"a\Z"), r"invalid escape sequence: \Z"),
    "a pattern that is not closed": (_text("(a"), "missing )"),
    "too many repetitions": (_text("a{1001}"), "invalid repetition size"),
    "a pattern below anyOf": (
        spec_of("{type: string, anyOf: [{pattern: '(?!x)'}]}"),
        "there is no look-ahead",
    ),
    "fields and free ones": (
        spec_of("{type: object, properties: {a: {type: string}}, additionalProperties: {type: string}}"),
        "must not both be given",
    ),
    "fields and no free ones": (
        spec_of("{type: object, properties: {a: {type: string}}, additionalProperties: false}"),
        "must not both be given",
    ),
    "free fields at the root": (
        crd("{type: object, additionalProperties: {type: string}}"),
        "not allowed at the root",
    ),
    "a set of mappings": (_list("set", "{type: object}"), "`x-kubernetes-map-type: atomic` is required"),
    "a set of sets": (
        _list("set", "{type: array, x-kubernetes-list-type: set, items: {type: string}}"),
        "must be atomic",
    ),
    "a set with nulls": (_list("set", "{type: string, nullable: true}"), "must not be nullable"),
    "a key that may be null": (_keyed("{type: string, nullable: true}"), "key of the items must not be null"),
    "a key that is a mapping": (_keyed("{type: object}"), "must be a plain value"),
    "keyed items that may be null": (_keyed("{type: string}", ", nullable: true"), "must not be nullable"),
    "keyed texts": (
        _list("map", "{type: string}", "x-kubernetes-list-map-keys: [key],"),
        "must be mappings",
    ),
    "items that must differ": (
        spec_of("{type: array, uniqueItems: true, items: {type: string}}"),
        "`uniqueItems: true` is not allowed",
    ),
    "a map type that is none": (
        spec_of("{type: object, x-kubernetes-map-type: set}"),
        "expected one of atomic",
    ),
    "unknown fields that are not kept": (
        spec_of("{type: object, x-kubernetes-preserve-unknown-fields: false}"),
        "must be true, or not be given",
    ),
    "a number or text with fields": (
        spec_of("{x-kubernetes-int-or-string: true, x-kubernetes-preserve-unknown-fields: true}"),
        "must not be given beside `x-kubernetes-int-or-string`",
    ),
    "a reference": (spec_of("{$ref: '#/definitions/a'}"), "`$ref` is not supported: write the schema out"),
    "a type of null": (spec_of("{type: 'null'}"), "write `nullable: true`"),
    "patterns of names": (
        spec_of("{type: object, patternProperties: {a: {type: string}}}"),
        "use `additionalProperties`",
    ),
    "definitions": (spec_of("{type: object, definitions: {a: {type: string}}}"), "write each schema out"),
    "an object that may be null": (crd("{type: object, nullable: true}"), "must not be nullable"),
    "labels of the metadata": (
        crd("{type: object, properties: {metadata: {type: object, properties: {labels: {type: object}}}}}"),
        "no more than name and generateName",
    ),
    "a default of the kind": (
        crd("{type: object, properties: {kind: {type: string, default: Widget}}}"),
        "must have no defaults",
    ),
    "a type two junctors below": (
        spec_of(
            "{type: object, properties: {a: {type: string}},"
            " allOf: [{anyOf: [{properties: {a: {type: string}}}]}]}"
        ),
        "not allowed below",
    ),
    "a rule below allOf": (
        spec_of("{type: object, allOf: [{x-kubernetes-validations: [{rule: 'true'}]}]}"),
        "not allowed below",
    ),
    "metadata below anyOf": (
        crd("{type: object, anyOf: [{properties: {metadata: {required: [name]}}}]}"),
        "metadata must not be judged here",
    ),
    "a field that only a branch has": (
        crd("{type: object, anyOf: [{properties: {spec: {minLength: 1}}}]}"),
        "the schema has no field spec",
    ),
    "a choice at the root beside a status": (
        _with_status("properties: {spec: {type: object}}, oneOf: [{required: [spec]}]"),
        "with the subresource `status`",
    ),
    "the former item of a plain list": (
        spec_of(f"{{type: array, maxItems: 5, items: {_rule(_OLD)}}}"),
        "`oldSelf` cannot be used below a list",
    ),
    "the former item of a set": (
        _list("set", _rule(_OLD), "maxItems: 5,"),
        "`oldSelf` cannot be used below a list",
    ),
    "a former value that is optional and not used": (
        spec_of(_rule("self != ''", ", optionalOldSelf: true")),
        "only for rules that use `oldSelf`",
    ),
    "a message of two lines": (spec_of(_rule("self != ''", ', message: "a\\nb"')), "must be one line"),
    "a rule of two lines without a message": (
        spec_of(_rule("\"self != ''\\n&& self != 'a'\"")),
        "a rule of several lines needs a `message`",
    ),
    "an unknown reason": (spec_of(_rule("self != ''", ", reason: Bad")), "expected one of FieldValueInvalid"),
    "a warning of a version that is not deprecated": (
        crd("{type: object}", "    deprecationWarning: use v2"),
        "needs `deprecated: true`",
    ),
    "a group without a dot": (_group("shop"), "it needs a dot"),
    "a protected group": (_group("shop.k8s.io"), f"the annotation {_APPROVAL} is required"),
    "an approval that is none": (_group("shop.k8s.io", f"{_APPROVAL}: granted"), "no address of an approval"),
    "lists of the same kind": (
        spec_of("{type: object}").replace("kind: Widget}", "kind: Widget, listKind: Widget}"),
        "must not be the same as `kind`",
    ),
    "unknown fields kept by the definition": (
        spec_of("{type: object}").replace("spec:\n", "spec:\n  preserveUnknownFields: true\n", 1),
        "it must not be true",
    ),
    "a conversion of unknown reviews": (
        _converted(f"{{{_CLIENT}, conversionReviewVersions: [v2]}}"),
        "at least one of v1, v1beta1",
    ),
    "a conversion by nobody": (_converted("{conversionReviewVersions: [v1]}"), "`clientConfig` is required"),
}

TAKEN: Mapping[str, str] = {
    "a pattern of Go": _text(r"\Qa(\E[[:alpha:]\w-]\p{Greek}\z(?i:b)(?P<n>c)a{,3}"),
    "any free fields beside fields": spec_of(
        "{type: object, properties: {a: {type: string}}, additionalProperties: true}"
    ),
    "a set of atomic mappings": _list("set", "{type: object, x-kubernetes-map-type: atomic}"),
    "a set of lists": _list("set", "{type: array, items: {type: string}}"),
    "the name of the metadata": crd(
        "{type: object, properties: {metadata: {type: object, properties: {name: {type: string}}}}}"
    ),
    "empty definitions": spec_of("{type: object, definitions: {}}"),
    "a field below a field's branch": spec_of("{type: object, oneOf: [{properties: {a: {minLength: 1}}}]}"),
    "the former item of a keyed list": _list(
        "map",
        f"{{type: object, required: [key], properties: {{key: {_rule(_OLD)}}}}}",
        "maxItems: 5, x-kubernetes-list-map-keys: [key],",
    ),
    "the former list": spec_of(
        "{type: array, maxItems: 5, items: {type: string, maxLength: 5},"
        f" x-kubernetes-validations: [{{rule: {_OLD}}}]}}"
    ),
    "required fields beside a status": _with_status("required: [spec], properties: {spec: {type: object}}"),
    "a protected group with an approval": _group("shop.k8s.io", f"{_APPROVAL}: 'https://example.com/1'"),
    "a protected group that is not approved": _group("shop.k8s.io", f"{_APPROVAL}: 'unapproved, a test'"),
    "a conversion": _converted(f"{{{_CLIENT}, conversionReviewVersions: [v1]}}"),
}
