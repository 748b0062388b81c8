"""Sources that delivery objects of Flux name, and the versions that they follow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gitlint_ops.model.delivery import OwnerKind
from gitlint_ops.model.findings import Confidence, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.checks.flux.lookups import (
    FLUX_SYSTEM,
    Wanted,
    hint_for,
    is_surely_missing,
    is_there,
    likely_for,
    sources_wanted,
)
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params

_EXACT = re.compile(r"v?\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\Z")
_PLACEHOLDER = ("${", "{{")


def source_missing(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """References to sources that the cluster does not get."""
    for one in deliveries.of_kind(OwnerKind.FLUX_KUSTOMIZATION, OwnerKind.HELM_RELEASE):
        for wanted in sources_wanted(one.owner):
            # What bootstrap makes need not stand in a repository.
            if wanted.name == FLUX_SYSTEM or not wanted.is_known or is_there(wanted, deliveries):
                continue
            hint = hint_for(wanted, deliveries)
            is_sure = bool(hint) or is_surely_missing(wanted, deliveries)
            if is_sure or _has_many_siblings(wanted, deliveries):
                yield Violation(
                    one.owner.object,
                    wanted.path,
                    f"nothing here makes the {wanted.said} that {one.owner.said} is delivered from",
                    hint=hint or likely_for(wanted, deliveries) or "correct the name, or add the source",
                    confidence=None if is_sure else Confidence.MEDIUM,
                )


_MANY = 3


def _has_many_siblings(wanted: Wanted, deliveries: Deliveries) -> bool:
    """Whether chart repositories of a namespace plainly stand here, and so hardly one of them elsewhere."""
    if wanted.kind != "HelmRepository":
        return False
    known = deliveries.known(wanted.owner.cluster).of_kind(wanted.group, wanted.kind)
    return sum(one.key.namespace == wanted.namespace for one in known) >= _MANY


def floating(one: RenderedObject, params: Params) -> Iterator[Violation]:
    """Sources that follow a range of versions, or whatever is newest."""
    for path, text, said in _versions(one):
        if any(mark in text for mark in _PLACEHOLDER):
            continue
        moving = text in params["tags"] if path[-1] == "tag" else not _EXACT.match(text)
        if moving:
            what = f"'{text}'" if text else "no version"
            at = path if value_at(one.body, path) is not None else path[:-1]
            yield Violation(
                one,
                at,
                f"{said} follows {what}: what is installed can change without a commit here",
                hint="name one version, as 6.5.1; an updater can then propose the next one in a commit",
                at_key=at is not path,
            )


def _versions(one: RenderedObject) -> Iterator[tuple[FieldPath, str, str]]:
    """The versions that an object follows, each with its field and what it is of."""
    spec = one.body.get("spec")
    if one.kind == "HelmRelease" and value_at(spec, ("chart", "spec")) is not None:
        if value_at(spec, ("chart", "spec", "sourceRef", "kind")) == "HelmRepository":
            chart = value_at(spec, ("chart", "spec", "chart"), "")
            yield (
                ("spec", "chart", "spec", "version"),
                _text(spec, "chart", "spec", "version"),
                f"chart {chart}",
            )
    elif one.kind == "HelmChart" and value_at(spec, ("sourceRef", "kind")) == "HelmRepository":
        chart = value_at(spec, ("chart",), "")
        yield ("spec", "version"), _text(spec, "version"), f"chart {chart}"
    elif one.kind in ("OCIRepository", "GitRepository"):
        yield from _of_repository(one, value_at(spec, ("ref",)))


def _of_repository(one: RenderedObject, ref: Any) -> Iterator[tuple[FieldPath, str, str]]:
    said = f"{one.kind} {one.key.name}"
    fixed = ("digest",) if one.kind == "OCIRepository" else ("commit", "name")
    if any(value_at(ref, (name,)) for name in fixed):
        return
    if value_at(ref, ("semver",)):
        yield ("spec", "ref", "semver"), _text(ref, "semver"), said
    elif one.kind == "OCIRepository":
        yield ("spec", "ref", "tag"), _text(ref, "tag"), said


def _text(body: Any, *path: str) -> str:
    value = value_at(body, path)
    return "" if value is None else str(value)
