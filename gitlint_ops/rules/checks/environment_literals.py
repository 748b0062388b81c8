"""Values of one environment inside what another one renders."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from gitlint_ops.model.blame import Origin, at, origin
from gitlint_ops.model.environments import (
    PRODUCTION,
    are_told_apart,
    canonical,
    environment_of,
    environment_of_name,
    environments_in,
    may_tell,
)
from gitlint_ops.model.findings import Confidence, Note, Severity, Violation
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.checks.environment_texts import Text, texts_of
from gitlint_ops.rules.environments import Environments, ObjectForm, Variant
from gitlint_ops.rules.subjects import Facts, Params

_NAMESPACE = ("metadata", "namespace")
# What looks at all environments on purpose, and what only has their names.
_WATCHING = frozenset(
    {
        *(
            "prometheus",
            "grafana",
            "alertmanager",
            "thanos",
            "loki",
            "mimir",
            "tempo",
            "dashboard",
            "dashboards",
        ),
        *("monitoring", "blackbox", "uptime", "otel", "opentelemetry", "observability", "gatus", "dashboard"),
    }
)
_WATCHING_GROUPS = ("monitoring.coreos.com", "grafana.integreatly.org", "operator.victoriametrics.com")
_ISSUERS = "cert-manager.io"
# Ends of public names as well as of names in a cluster.
_PUBLIC_ENDS = frozenset({"dev", "test", "prod"})
_MOST_IN_COMMON = 3


class _Told(Struct, frozen=True):
    """A word of another environment, and what proves that it is that one's."""

    on: RenderedObject
    text: Text
    word: str
    other: str
    proof: str
    twin: tuple[RenderedObject, Text] | None = None


def literal_leak(environments: Environments, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Hosts, addresses, databases, buckets and namespaces of another environment."""
    names = may_tell(environments.declared)
    for family in environments.families.values():
        texts = {name: _texts(one, names) for name, one in family.items()}
        for name, variant in family.items():
            yield from _namespaces(name, variant, family, environments)
            seen: set[tuple[Origin, int]] = set()
            for told in _leaks(name, family, texts, environments):
                source = origin(at(told.on.blame, told.text.path))
                if (source, told.text.line) not in seen:
                    seen.add((source, told.text.line))
                    yield _violation(told, name, variant, family)


_Line: TypeAlias = tuple[tuple[str, ...], str]
_Texts: TypeAlias = Mapping[ObjectForm, Mapping[_Line, Sequence[tuple[RenderedObject, Text]]]]


def _texts(variant: Variant, names: re.Pattern[str]) -> _Texts:
    """What leads somewhere in an environment, by field and line; without what watches others."""
    found: dict[ObjectForm, dict[_Line, list[tuple[RenderedObject, Text]]]] = {}
    for form, held in variant.objects.items():
        if not _is_beside_the_point(held[0]):
            lines = found[form] = {}
            for one in held:
                for text in texts_of(one, names):
                    lines.setdefault((text.place, text.text), []).append((one, text))
    return found


def _is_beside_the_point(one: RenderedObject) -> bool:
    key = one.key
    if key.group.endswith(_WATCHING_GROUPS) or key.group == _ISSUERS:
        return True
    labels = value_at(one.body, ("metadata", "labels"))
    held = " ".join(map(str, labels)) if isinstance(labels, Mapping) else ""
    parts = f"{key.name} {key.namespace} {held}".lower().replace("_", "-").replace(" ", "-").split("-")
    return not _WATCHING.isdisjoint(parts)


def _leaks(
    name: str, family: Mapping[str, Variant], texts: Mapping[str, _Texts], environments: Environments
) -> Iterator[_Told]:
    for form, lines in texts[name].items():
        for on, text in (one for held in lines.values() for one in held):
            named = {word: _named(word, environments) for word in text.words}
            all_named = frozenset[str]().union(*named.values())
            # A list of the addresses of several environments is meant so.
            other = next(iter(all_named)) if len(all_named) == 1 else name
            if other not in family or not are_told_apart(name, other, environments.declared):
                continue
            word = next(one for one in named if named[one])
            theirs = family[other].environment
            twin = _twin(text, form, texts[other])
            if twin is not None and not _is_shared(on, text, form, other, texts):
                yield _Told(on, text, word, other, f"{theirs} has the very same value", twin)
            elif namespace := _namespace_of(word, family[name], family[other]):
                yield _Told(on, text, word, other, f"{theirs} alone uses the namespace '{namespace}'")


def _named(word: str, environments: Environments) -> frozenset[str]:
    """The environments that a word tells; the end of a public name is none, but that of a Service's is."""
    if "letsencrypt" in word.lower():
        return frozenset()
    rest, _, last = word.rpartition(".")
    is_public = rest and last.lower() in _PUBLIC_ENDS and (last, rest) not in environments.services
    return environments_in(rest if is_public else word, environments.declared)


def _twin(text: Text, form: ObjectForm, held: _Texts) -> tuple[RenderedObject, Text] | None:
    """The same line of the same field in another environment."""
    same = held.get(form, {}).get((text.place, text.text))
    return same[0] if same else None


def _is_shared(
    on: RenderedObject, text: Text, form: ObjectForm, other: str, texts: Mapping[str, _Texts]
) -> bool:
    """Whether a value may well be meant for all: one of production that a common base writes.

    A database or bucket of production that others get from a base is no such thing, unless it is that of
    very many.
    """
    twin = _twin(text, form, texts[other])
    if other != PRODUCTION or twin is None:
        return False
    ours, theirs = origin(at(on.blame, text.path)), origin(at(twin[0].blame, twin[1].path))
    if (ours.source, ours.source_path) != (theirs.source, theirs.source_path):
        return False
    having = sum(_twin(text, form, one) is not None for one in texts.values())
    return not text.is_data or having > _MOST_IN_COMMON


def _namespace_of(word: str, ours: Variant, theirs: Variant) -> str:
    """The namespace of the service that a word names, if the other environment alone uses it."""
    labels = word.split(".")
    inside = len(labels) == 2 or labels[2:3] == ["svc"]
    namespace = labels[1] if inside else ""
    return namespace if namespace in theirs.namespaces and namespace not in ours.namespaces else ""


def _violation(told: _Told, name: str, variant: Variant, family: Mapping[str, Variant]) -> Violation:
    ours, theirs = variant.environment, family[told.other].environment
    said = "a value" if told.text.is_secret else f"'{told.word}'"
    twin = told.twin
    weak = PRODUCTION not in (name, told.other)
    return Violation(
        told.on,
        told.text.path,
        f"{ours} takes {said} of {theirs}: {told.proof}",
        related=(Note(twin[0], twin[1].path, f"{theirs} has it from here"),) if twin else (),
        hint=f"give {ours} its own; if both shall use that of {theirs}, allow it here with that reason",
        line=told.text.line,
        severity=Severity.WARNING if weak else None,
        confidence=Confidence.LOW if weak else None,
    )


def _namespaces(
    name: str, variant: Variant, family: Mapping[str, Variant], environments: Environments
) -> Iterator[Violation]:
    """Namespaces that carry the name of another environment, which puts its objects there, too."""
    told: set[str] = set()
    for one in (one for held in variant.objects.values() for one in held):
        namespace = value_at(one.body, _NAMESPACE)
        if not isinstance(namespace, str) or namespace in told:
            continue
        other = canonical(environment_of_name(namespace, environments.declared) or name)
        if other == name or other not in family or namespace not in family[other].namespaces:
            continue
        if origin(at(one.blame, _NAMESPACE)).source_path[-1:] == ("targetNamespace",):
            continue  # a destination of the delivery object: destination-mismatch
        lies = environment_of(origin(at(one.blame, _NAMESPACE)).source.file.path, environments.declared)
        if lies is not None and not are_told_apart(lies[0], other, environments.declared):
            continue  # a whole folder of the other environment is taken in: overlay-env-mismatch
        if are_told_apart(name, other, environments.declared):
            told.add(namespace)
            theirs = family[other].environment
            yield Violation(
                one,
                _NAMESPACE,
                f"{variant.environment} delivers into the namespace '{namespace}', which is that of {theirs}",
                hint=f"name the namespace of {variant.environment}",
            )
