"""The variables that a Kustomization substitutes, and the places that gave their values.

Source: github.com/fluxcd/pkg/kustomize (kustomize_varsub.go LoadVariables)
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.build.flux.envsubst import UNKNOWN, Lookup, Unknown, Value
from gitlint_ops.build.kustomize.decode import scalar_text
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.model.blame import Blame, at
from gitlint_ops.model.delivery import Owner
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.made_secrets import ANY_OTHER, made_keys
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at

NAME = re.compile(r"[_A-Za-z][_A-Za-z0-9]*\Z")

FROM: FieldPath = ("spec", "postBuild", "substituteFrom")
INLINE: FieldPath = ("spec", "postBuild", "substitute")


class Variable(Struct, frozen=True):
    """A variable and what set it; `said` names the object that holds it."""

    value: Value
    blame: Blame
    said: str


class Variables(Struct, frozen=True):
    """All variables of a Kustomization, by name.

    `open_ended`: some object that gives variables is not known here, so that there may be others.
    `always`: Flux substitutes even where there is none.
    """

    held: Mapping[str, Variable]
    open_ended: bool = False
    always: bool = False

    @property
    def are_used(self) -> bool:
        """Whether anything is substituted at all."""
        return self.always or self.open_ended or bool(self.held)

    def lookup(self, name: str) -> Value | None:
        """The value of a variable, None where it has none."""
        found = self.held.get(name)
        if found is not None:
            return found.value
        return UNKNOWN if self.open_ended else None

    @property
    def look(self) -> Lookup:
        return self.lookup


class Reference(Struct, frozen=True):
    """An entry of `substituteFrom`: the object that it names, and where the entry stands."""

    kind: str
    namespace: str
    name: str
    optional: bool
    path: FieldPath

    @property
    def said(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"


def references(owner: Owner) -> Iterator[Reference]:
    """The objects that a Kustomization takes variables from, in order."""
    entries = owner.value(*FROM)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        kind, name = value_at(entry, ("kind",), ""), value_at(entry, ("name",), "")
        if isinstance(name, str) and kind in ("ConfigMap", "Secret"):
            optional = value_at(entry, ("optional",)) is True
            yield Reference(kind, owner.object.key.namespace, name, optional, (*FROM, index, "name"))


def variables_of(owner: Owner, known: KnownObjects) -> Variables | None:
    """The variables of a Kustomization; None where it substitutes nothing."""
    if not isinstance(owner.value("spec", "postBuild"), Mapping):
        return None
    held: dict[str, Variable] = {}
    open_ended = False
    for one in references(owner):
        found = known.get("", one.kind, one.namespace, one.name)
        if found is not None:
            held.update(_variables_in(found, one.said))
            continue
        keys = made_keys(one.namespace, one.name, known.of_kind) if one.kind == "Secret" else None
        if keys is None:
            open_ended = open_ended or not (one.optional and known.complete)
        else:
            held.update(_unknown(keys, owner, one))
            open_ended = open_ended or ANY_OTHER in keys
    held.update(_inline(owner))
    always = owner.text("spec", "postBuild", "substituteStrategy") == "Always"
    found_variables = Variables(held, open_ended, always)
    return found_variables if found_variables.are_used else None


def _inline(owner: Owner) -> Iterator[tuple[str, Variable]]:
    values = owner.value(*INLINE)
    for name, value in values.items() if isinstance(values, Mapping) else ():
        blame = at(owner.object.blame, (*INLINE, name))
        yield name, Variable(_known(scalar_text(value)), blame, owner.said)


def _variables_in(found: RenderedObject, said: str) -> Iterator[tuple[str, Variable]]:
    """The data of a ConfigMap or Secret; of a key that stands in both, `stringData` counts."""
    fields = ("data",) if found.kind == "ConfigMap" else ("data", "stringData")
    for field in fields:
        values = value_at(found.body, (field,))
        for name, value in values.items() if isinstance(values, Mapping) else ():
            encoded = field == "data" and found.kind == "Secret"
            text = _decoded(value) if encoded else _known(scalar_text(value))
            yield name, Variable(text, at(found.blame, (field, name)), said)


def _known(text: str) -> Value:
    """A value; what SOPS encrypts, and what is not substituted itself yet, is not known."""
    if text.startswith("ENC[") or "${" in text:
        return UNKNOWN
    return text.replace("\n", "")


def _decoded(value: Any) -> Value:
    if not isinstance(value, str):
        return UNKNOWN
    try:
        text = base64.b64decode(value.replace("\n", ""), validate=True).decode()
    except (binascii.Error, ValueError):
        return UNKNOWN
    return _known(text)


def _unknown(keys: frozenset[str | None], owner: Owner, one: Reference) -> Iterator[tuple[str, Variable]]:
    blame = at(owner.object.blame, one.path)
    return ((key, Variable(UNKNOWN, blame, one.said)) for key in keys if key is not None)


def is_unknown(value: Value | None) -> bool:
    """Whether a value is one that only the cluster knows."""
    return isinstance(value, Unknown)
