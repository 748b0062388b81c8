"""Custom resources whose definition stands in the workspace."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import pytest
import yaml

from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.validate.objects import Validator

Rendered: TypeAlias = Callable[[str], RenderedObject]
JudgeApp: TypeAlias = Callable[..., list[str]]

SCHEMA = """
type: object
required: [spec]
properties:
  spec:
    type: object
    required: [source, mode]
    properties:
      source: {type: string, minLength: 1}
      mode: {type: string, enum: [auto, manual], default: auto}
      port: {anyOf: [{type: integer}, {type: string}], x-kubernetes-int-or-string: true}
      size: {type: integer, minimum: 0, exclusiveMinimum: true}
      name: {type: string, pattern: '^[a-z]+$'}
      free: {type: object, x-kubernetes-preserve-unknown-fields: true}
      empty: {type: object}
      labels: {type: object, additionalProperties: {type: string}}
      object: {type: object, x-kubernetes-embedded-resource: true}
      items: {type: array, items: {type: string}}
      maybe: {type: string, nullable: true}
      choice:
        type: object
        properties: {a: {type: string}, b: {type: string}}
        oneOf: [{required: [a]}, {required: [b]}]
      destination: {type: object, properties: {server: {type: string}}}
      syncPolicy: {type: object, properties: {prune: {type: boolean}}}
"""


Define: TypeAlias = Callable[..., RenderedObject]


@pytest.fixture
def definition(rendered: Rendered) -> Define:
    """A definition of the kind App with a schema."""

    def defined(schema: str = SCHEMA, *, served: bool = True) -> RenderedObject:
        version = {"name": "v1", "served": served, "storage": True}
        version["schema"] = {"openAPIV3Schema": yaml.safe_load(schema)}
        names = {"kind": "App", "plural": "apps"}
        spec = {"group": "example.com", "scope": "Namespaced", "names": names, "versions": [version]}
        crd = {"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "spec": spec}
        return rendered(yaml.safe_dump(crd))

    return defined


@pytest.fixture
def judged(judge: JudgeApp, definition: Define) -> JudgeApp:
    """The violations of an App with this spec by these definitions."""

    def by(spec: str, *definitions: RenderedObject) -> list[str]:
        app = f"{{apiVersion: example.com/v1, kind: App, metadata: {{name: a}}, spec: {spec}}}"
        return judge(app, Validator(definitions=definitions or (definition(),)))

    return by


@pytest.mark.parametrize(
    "fields",
    [
        "mode: null",
        "port: 80",
        "port: http",
        "free: {anything: [1]}",
        "labels: {a: b}",
        "object: {apiVersion: v1, kind: Pod, metadata: {}}",
        "maybe: null",
        "name: null",
        "choice: null",
        "choice: {a: x}",
        "items: []",
    ],
)
def test_legal_fields(judged: JudgeApp, fields: str) -> None:
    assert judged(f"{{source: a, {fields}}}") == []


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("{mode: auto}", "spec: required field `source` is missing in spec of App (example.com/v1)"),
        ("{source: ''}", 'spec.source: spec.source: expected 1 or more characters, got the string ""'),
        (
            "{source: a, mode: automatic}",
            'spec.mode: spec.mode: expected one of auto, manual; got the string "automatic"',
        ),
        ("{source: a, size: 0}", "spec.size: spec.size: expected more than 0, got the number 0"),
        (
            "{source: a, name: A}",
            'spec.name: spec.name: the string "A" does not match the pattern ^[a-z]+$',
        ),
        (
            "{source: a, port: []}",
            "spec.port: spec.port: expected an integer or a string, got an empty list",
        ),
        (
            "{source: a, items: [null]}",
            "spec.items[0]: spec.items[0]: it is empty (null), but a string is required",
        ),
        (
            "{source: a, empty: {a: 1}}",
            "spec.empty.a: unknown field `a` in spec.empty of App (example.com/v1)",
        ),
        (
            "{source: a, choice: {}}",
            "spec.choice: spec.choice: one of `a` or `b` is required",
        ),
        (
            "{source: a, destination: {server: b, syncPolicy: {prune: true}}}",
            "spec.destination.syncPolicy: unknown field `syncPolicy` in spec.destination of"
            " App (example.com/v1) (it belongs under spec)",
        ),
    ],
)
def test_illegal_fields(judged: JudgeApp, spec: str, said: str) -> None:
    assert judged(spec) == [said]


def test_metadata_is_held_to_object_meta(definition: Define, rendered: Rendered) -> None:
    validator = Validator(definitions=(definition(),))
    obj = rendered("{apiVersion: example.com/v1, kind: App, metadata: {nam: a}, spec: {source: a}}")
    assert [violation.path for violation in validator.validate(obj)] == [("metadata", "nam")]


def test_a_version_that_is_not_served_gives_no_schema(definition: Define, rendered: Rendered) -> None:
    validator = Validator(definitions=(definition(served=False),))
    validator.validate(rendered("{apiVersion: example.com/v1, kind: App}"))
    assert [kind.name for kind in validator.unvalidated()] == ["example.com/v1 App"]


def test_of_two_versions_of_an_operator_either_may_take_it(definition: Define, judged: JudgeApp) -> None:
    newer = definition(
        "{type: object, properties: {spec: {type: object, properties: {added: {type: string}}}}}"
    )
    assert judged("{added: a}", definition(), newer) == []
    assert judged("{source: a}", newer, definition()) == []
    assert judged("{neither: a}", newer, definition()) != []


@pytest.mark.parametrize(
    "schema",
    [
        "{type: nonsense}",
        "{type: object, properties: {spec: {type: string, pattern: '('}}}",
        "{type: object, properties: {spec: {type: integer, minimum: high}}}",
        "{type: object, properties: [1, 2]}",
        "{type: object, $ref: 'https://example.com/x', required: {a: b}, properties: {spec: 1}}",
        "{type: object, allOf: [1], oneOf: {}, enum: 3, items: [], properties: {metadata: null, spec: null}}",
    ],
)
def test_a_broken_definition_breaks_nothing(definition: Define, judged: JudgeApp, schema: str) -> None:
    judged("{a: 1}", definition(schema))
