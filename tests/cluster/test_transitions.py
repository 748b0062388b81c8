"""Rules in CEL that compare with the former object: updates on a real API server, and here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest
import yaml

from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import DocumentRef, FileRef
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.validate.objects import Validator
from gitlint_ops.validate.transitions import Former

from .client import Client

GROUP = "transitions.example.com"


class Case(NamedTuple):
    """A schema of the field `x` (or rules at the root), and values that it had and gets; `-` is none.

    `is_unevaluated` says that some may be told as not evaluated.
    """

    schema: str
    pairs: tuple[tuple[str, str], ...]
    root: str = ""
    is_unevaluated: bool = False


def _ruled(schema: str, rule: str, more: str = "") -> str:
    return f"{{{schema}, x-kubernetes-validations: [{{rule: '{rule}'{more}}}]}}"


ITEM = (
    "items: {type: object, required: [k], properties: {k: {type: string, maxLength: 9}, v: {type: integer}}}"
)
BY_KEY = "x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k], maxItems: 9"
TEXT = "type: string, maxLength: 20"
SET = f"type: array, x-kubernetes-list-type: set, maxItems: 9, items: {{{TEXT}}}"
ATOMIC = SET.replace("set", "atomic")
GROWS = _ruled("type: integer", "self >= oldSelf", ", message: less than before")
SAME = "self == oldSelf"
FIXED = _ruled(TEXT, SAME, ", message: it must stay")

CASES: Mapping[str, Case] = {
    "immutable": Case(FIXED, (("a", "a"), ("a", "b"), ("-", "b"), ("a", "-"), ("''", "a"), ("a", "''"))),
    "growing": Case(GROWS, (("1", "2"), ("2", "1"), ("-", "0"), ("3", "-"), ("0", "0"))),
    "items by key": Case(
        f"{{type: array, {BY_KEY}, {ITEM.replace('v: {type: integer}', f'v: {GROWS}')}}}",
        (
            ("[{k: a, v: 1}]", "[{k: a, v: 0}]"),
            ("[{k: a, v: 1}, {k: b, v: 5}]", "[{k: b, v: 5}, {k: a, v: 1}]"),
            ("[{k: a, v: 1}, {k: b, v: 5}]", "[{k: b, v: 4}, {k: a, v: 1}]"),
            ("[{k: a, v: 1}]", "[{k: b, v: 0}]"),
            ("[{k: a, v: 1}]", "[{k: a}]"),
        ),
    ),
    "items by two keys": Case(
        "{type: array, maxItems: 9, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k, l], items: "
        f"{{type: object, required: [k], properties: {{k: {{{TEXT}}}, l: {{type: integer, default: 1}}, "
        f"v: {GROWS}}}}}}}",
        (
            ("[{k: a, v: 5}]", "[{k: a, l: 1, v: 4}]"),
            ("[{k: a, v: 5}]", "[{k: a, l: 2, v: 4}]"),
            ("[{k: a, l: 2, v: 5}, {k: a, v: 1}]", "[{k: a, v: 1}, {k: a, l: 2, v: 5}]"),
        ),
    ),
    "a list by key as a whole": Case(
        _ruled(f"type: array, {BY_KEY}, {ITEM}", SAME),
        (
            ("[{k: a}, {k: b}]", "[{k: b}, {k: a}]"),
            ("[{k: a}, {k: b}]", "[{k: b}, {k: a, v: 1}]"),
            ("[{k: a}, {k: b}]", "[{k: a}]"),
            ("[{k: a}]", "[{k: a}, {k: b}]"),
        ),
    ),
    "nothing is taken from a list by key": Case(
        _ruled(f"type: array, {BY_KEY}, {ITEM}", "oldSelf.all(o, self.exists(n, n.k == o.k))"),
        (
            ("[{k: a}]", "[{k: b}, {k: a}]"),
            ("[{k: a}, {k: b}]", "[{k: b}]"),
        ),
    ),
    "a set": Case(
        _ruled(SET, SAME),
        (
            ("[a, b]", "[b, a]"),
            ("[a, b]", "[b, c]"),
            ("[a, b]", "[a]"),
            ("[]", "[a]"),
            ("[c, a, b]", "[b, c, a]"),
        ),
    ),
    "a set that may only grow": Case(
        _ruled(SET, "oldSelf.all(o, o in self)"), (("[a, b]", "[c, b, a]"), ("[a, b]", "[c, b]"))
    ),
    "the first of a set": Case(
        _ruled(SET, "self[0] == oldSelf[0]"), (("[a, b]", "[a, c]"), ("[a, b]", "[b, a]"), ("[a]", "[b]"))
    ),
    "a set in words": Case(
        _ruled(SET, 'self.join("") == oldSelf.join("")'), (("[a, b]", "[b, a]"), ("[a, b]", "[a, b]"))
    ),
    "the names in a list by key": Case(
        _ruled(f"type: array, {BY_KEY}, {ITEM}", "self.map(i, i.k) == oldSelf.map(i, i.k)"),
        (("[{k: a}, {k: b}]", "[{k: b}, {k: a}]"), ("[{k: a}]", "[{k: a, v: 1}]")),
    ),
    "sets that are added": Case(
        _ruled(SET, "(self + oldSelf).size() == self.size()"),
        (("[a, b]", "[b, a]"), ("[a, b]", "[b]")),
        is_unevaluated=True,
    ),
    "an atomic list": Case(
        _ruled(ATOMIC, SAME), (("[a, b]", "[b, a]"), ("[a, b]", "[a, b]"), ("[a]", "[a, b]"))
    ),
    "an atomic map as a whole": Case(
        _ruled(f"type: object, x-kubernetes-map-type: atomic, properties: {{y: {{{TEXT}}}}}", SAME),
        (("{y: a}", "{y: a}"), ("{y: a}", "{y: b}"), ("{y: a}", "{}")),
    ),
    "a map": Case(
        f"{{type: object, maxProperties: 9, additionalProperties: {FIXED}}}",
        (("{y: a}", "{y: b}"), ("{y: a}", "{z: b}"), ("{y: a}", "{y: a, z: b}"), ("{}", "{y: b}")),
    ),
    "keys of a map": Case(
        _ruled(
            f"type: object, maxProperties: 9, additionalProperties: {{{TEXT}}}", "oldSelf.all(k, k in self)"
        ),
        (("{y: a}", "{y: b, z: c}"), ("{y: a, z: a}", "{z: a}")),
    ),
    "an optional former value": Case(
        _ruled(
            "type: integer",
            "oldSelf.hasValue() ? self >= oldSelf.value() : self == 1",
            ", optionalOldSelf: true",
        ),
        (("-", "1"), ("-", "2"), ("1", "2"), ("1", "0"), ("1", "-")),
    ),
    "an optional former item": Case(
        _ruled(
            f"type: array, {BY_KEY}, {ITEM}",
            "oldSelf.hasValue() || self.size() == 1",
            ", optionalOldSelf: true",
        ),
        (
            ("-", "[{k: a}]"),
            ("-", "[{k: a}, {k: b}]"),
            ("[{k: a}]", "[{k: a, v: 3}, {k: b}]"),
            ("[{k: a}]", "[]"),
        ),
    ),
    "what is said can name both": Case(
        _ruled(TEXT, SAME, ', message: plain, messageExpression: \'"from " + oldSelf + " to " + self\''),
        (("a", "b"), ("a", "a")),
    ),
    "a part": Case(
        f"{{type: object, properties: {{y: {{type: object, properties: {{z: {FIXED}}}}}}}}}",
        (
            ("{y: {z: a}}", "{y: {z: b}}"),
            ("{y: {}}", "{y: {z: b}}"),
            ("{}", "{y: {z: b}}"),
            ("{y: {z: a}}", "{y: {}}"),
        ),
    ),
    "presence": Case(
        f"{{{TEXT}}}",
        (("a", "-"), ("-", "a"), ("a", "b"), ("-", "-")),
        "[{rule: 'has(self.x) == has(oldSelf.x)', message: x comes or goes}]",
    ),
    "the root": Case(
        "{type: integer, default: 5}",
        (("-", "6"), ("-", "5"), ("6", "-"), ("5", "-")),
        "[{rule: 'self.x <= oldSelf.x && self.metadata.name == oldSelf.metadata.name'}]",
    ),
    "a number or a text": Case(
        _ruled("x-kubernetes-int-or-string: true", SAME), (("1", "1"), ("1", "'1'"), ("50%", "40%"))
    ),
    "a field below": Case(
        _ruled(
            f"type: object, properties: {{y: {{{TEXT}}}}}",
            "!has(oldSelf.y) || has(self.y)",
            ", message: y stays, fieldPath: .y, reason: FieldValueForbidden",
        ),
        (("{y: a}", "{}"), ("{}", "{y: a}"), ("{y: a}", "{y: b}")),
    ),
}


def _kind(number: int) -> str:
    return f"Rule{number}"


def _definition(number: int, case: Case) -> dict[str, Any]:
    plural = f"rule{number}s"
    root = f", x-kubernetes-validations: {case.root}" if case.root else ""
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": _kind(number),
                "plural": plural,
                "singular": plural[:-1],
                "listKind": f"{_kind(number)}List",
            },
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": yaml.safe_load(
                            f"{{type: object, properties: {{x: {case.schema}}}{root}}}"
                        )
                    },
                }
            ],
        },
    }


def _body(number: int, pair: int, x: str) -> dict[str, Any]:
    head = {"apiVersion": f"{GROUP}/v1", "kind": _kind(number)}
    named = {**head, "metadata": {"name": f"pair-{pair}", "namespace": "default"}}
    return named if x == "-" else {**named, "x": yaml.safe_load(x)}


def _rendered(body: dict[str, Any]) -> RenderedObject:
    origin = Origin(DocumentRef(FileRef("shop", "worktree", "object.yaml")), (), Via.RESOURCE)
    return RenderedObject(object_key(body), body["apiVersion"], body, origin, "shop//")


@pytest.fixture(scope="module")
def defining(client: Client) -> Client:
    """A client of a server that has a definition for each case."""
    verdicts = [client.create(_definition(number, case)) for number, case in enumerate(CASES.values())]
    refused = [verdict.message for verdict in verdicts if not verdict.accepted]
    assert refused == [], "\n\n".join(refused)
    assert client.wait_for((f"{GROUP}/v1", _kind(number)) for number in range(len(CASES))) == []
    return client


def _told(message: str) -> str:
    """A message as the server has it."""
    return message.replace("the rule does not hold:", "failed rule:").partition(" (at `")[0]


@pytest.mark.parametrize("number", range(len(CASES)), ids=list(CASES))
def test_updates_are_judged_as_on_a_server(defining: Client, number: int) -> None:
    case = list(CASES.values())[number]
    definition = _rendered(_definition(number, case))
    for pair, (old, new) in enumerate(case.pairs):
        was, becomes = _body(number, pair, old), _body(number, pair, new)
        former: Former | None = None
        theirs = defining.create(was)
        if theirs.accepted:
            theirs, former = defining.dry_update(becomes), lambda _, was=was: was
        else:  # the rule refuses what is created
            becomes = was
        validator = Validator("", [definition], former=former)
        ours = validator.validate(_rendered(becomes))
        if validator.unevaluated():
            assert case.is_unevaluated, (old, new, validator.unevaluated())
            continue
        assert theirs.accepted == (not ours), (old, new, theirs.message, ours)
        assert all(_told(one.message) in theirs.message for one in ours), theirs.message
