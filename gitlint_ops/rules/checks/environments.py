"""Sources that belong to another environment than what delivers them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.delivery import OwnerKind
from gitlint_ops.model.environments import (
    DEVELOPMENT,
    PRODUCTION,
    STAGING,
    canonical,
    environment_of,
    environment_of_branch,
    environment_of_name,
)
from gitlint_ops.model.findings import Confidence, Severity, Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import DocumentRole, RenderedObject, SourceDocument
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.object_set import ObjectSet
from gitlint_ops.rules.subjects import Facts, Params

_FLUX_PATHS: Mapping[str, FieldPath] = {"kustomize.toolkit.fluxcd.io": ("spec", "path")}
_FLUX_BRANCHES: Mapping[str, FieldPath] = {"source.toolkit.fluxcd.io": ("spec", "ref", "branch")}
_ARGO = "argoproj.io"
_KINDS = frozenset({"Application", "ApplicationSet", "Kustomization", "GitRepository"})
# Where a delivery object has its own name, and the namespace that it fills.
_NAMES: Mapping[tuple[str, str], tuple[FieldPath, FieldPath]] = {
    ("kustomize.toolkit.fluxcd.io", "Kustomization"): (("metadata", "name"), ("spec", "targetNamespace")),
    (_ARGO, "Application"): (("metadata", "name"), ("spec", "destination", "namespace")),
    (_ARGO, "ApplicationSet"): (
        ("spec", "template", "metadata", "name"),
        ("spec", "template", "spec", "destination", "namespace"),
    ),
}
_OWN_CLUSTER = ("in-cluster", "https://kubernetes.default.svc")
_KUSTOMIZE_LISTS = ("resources", "components", "bases")
_FILLED_IN = re.compile(r"\$\{|\$\(|\{\{")
_REMOTE_REF = re.compile(r"[?&](?:ref|version)=([^&#\s]+)")
_REMOTE = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*://|git@|git::|(?:www\.)?(?:github|gitlab|bitbucket)\.[a-z]+[/:]|[^/]*\?"
)
# Names of environments alone do not tell testing from staging or development: teams use one for
# the other. Declared environments are compared as they are.
_TOLD_APART = frozenset({PRODUCTION, STAGING, DEVELOPMENT})


_CERTAINTY = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)


class Place(Struct, frozen=True):
    """A document or rendered object, and the environment that it is delivered to.

    `named` is the object's name, where that alone tells the environment.
    """

    on: RenderedObject | DocumentRef
    body: Mapping[str, Any]
    environment: str
    confidence: Confidence
    is_kustomization: bool = False
    named: str = ""

    def __str__(self) -> str:
        return self.environment

    @property
    def why(self) -> str:
        """What tells the environment, where it is only a name: the beginning of a hint."""
        return f"its name '{self.named}' says {self.environment}; " if self.named else ""


def branch_mismatch(
    subject: SourceDocument | ObjectSet | Deliveries, _params: Params, facts: Facts
) -> Iterator[Violation]:
    """Sources of one environment that follow a branch of another."""
    held = _destined(subject) if isinstance(subject, Deliveries) else _places(subject, facts)
    for place in held:
        for path, branch in _branches(place):
            owners, confidence = environment_of_branch(branch, facts.environments) or ((), Confidence.LOW)
            if owners and all(_follow_apart(place, owner, confidence) for owner in owners):
                others = " and ".join(owners)
                message = f"{place} follows the branch '{branch}', which belongs to {others}"
                hint = (
                    f"follow the branch of {place.environment}, or a tag; if '{branch}' is its branch, "
                    "declare that under `environments:` in gitlint-ops.yaml"
                )
                yield _violation(place, path, message, hint, confidence)


def overlay_mismatch(
    subject: SourceDocument | ObjectSet, _params: Params, facts: Facts
) -> Iterator[Violation]:
    """Kustomizations and delivery objects of one environment that take in a folder of another."""
    for place in _places(subject, facts):
        for path, written, folder in _folders(place):
            found = environment_of(folder, facts.environments)
            if found is not None and _differ(place, *found):
                message = f"{place} takes in '{written}', which belongs to {found[0]}"
                hint = (
                    f"point at the folder of {place.environment}; if several environments share this one, "
                    "move it to a base that carries no environment's name"
                )
                yield _violation(place, path, message, hint, found[1])


def _violation(place: Place, path: FieldPath, message: str, hint: str, confidence: Confidence) -> Violation:
    """As certain as the weaker of the two names; those that are no more than an affix only warn."""
    weaker = min(place.confidence, confidence, key=_CERTAINTY.index)
    severity = Severity.WARNING if weaker is Confidence.LOW else None
    # A document and what is rendered from it may tell the same, one with more certainty than the other.
    source, at_path = place.on, path
    if isinstance(place.on, RenderedObject):
        found = origin(at(place.on.blame, path))
        source, at_path = found.source, found.source_path
    assert isinstance(source, DocumentRef)
    cause = f"{source.file.repo} {source.file.path} {source.index} {at_path}"
    return Violation(place.on, path, message, hint=hint, severity=severity, confidence=weaker, cause=cause)


def _follow_apart(place: Place, owner: str, confidence: Confidence) -> bool:
    """As `_differ`, but by names alone only production is told from others: that staging takes what is on
    `develop` is how many teams work."""
    if not _differ(place, owner, confidence):
        return False
    if Confidence.HIGH in (place.confidence, confidence):
        return True
    return PRODUCTION in {canonical(place.environment), canonical(owner)}


def _differ(place: Place, other: str, confidence: Confidence) -> bool:
    if canonical(place.environment) == canonical(other):
        return False
    if Confidence.HIGH in (place.confidence, confidence):
        return True
    names = {canonical(place.environment), canonical(other)}
    return PRODUCTION in names or names <= _TOLD_APART


def _places(subject: SourceDocument | ObjectSet, facts: Facts) -> Iterator[Place]:
    """What has an environment: a document by its file, rendered objects by their target.

    Where these tell none, a delivery object has the environment of its own name.
    """
    if isinstance(subject, SourceDocument):
        if subject.delivered and subject.role is not DocumentRole.CHART_VALUES:
            found = environment_of(subject.ref.file.path, facts.environments)
            if isinstance(subject.body, Mapping):
                kustomization = subject.role is DocumentRole.KUSTOMIZATION
                if _goes_elsewhere(subject.body):
                    found = _destined_to(subject.body, found, facts)
                yield from _place(subject.ref, subject.body, found, facts, kustomization)
        return
    target = subject.target
    if target is None:
        return
    found = environment_of(target.path, facts.environments)
    if target.environment and (found is None or found[0] != target.environment):
        # Of a delivery, the environment of its cluster, which may be known by its name only.
        found = target.environment, Confidence.MEDIUM if target.owner else Confidence.HIGH
    for one in subject:
        if one.kind in _KINDS:
            yield from _place(one, one.body, None if _goes_elsewhere(one.body) else found, facts)


def _destined_to(
    body: Mapping[str, Any], lying: tuple[str, Confidence] | None, facts: Facts
) -> tuple[str, Confidence] | None:
    """The environment that the destination tells, unless all else speaks for that of the folder."""
    destined = _by_destination(body, facts)
    if destined is None or lying is None or destined[0] == lying[0]:
        return lying or destined
    folders = [value for _, value in _delivery_fields(body, _FLUX_PATHS, "path")]
    taken = [environment_of(posixpath.normpath(one), facts.environments) for one in folders]
    # Then it is the destination that is odd: destination-mismatch.
    return lying if taken and all(one and one[0] == lying[0] for one in taken) else destined


def _by_destination(body: Mapping[str, Any], facts: Facts) -> tuple[str, Confidence] | None:
    """The environment that the name of the cluster tells: a hub's folders hold what goes to all of them."""
    spec: FieldPath = ("spec", "template", "spec") if body.get("kind") == "ApplicationSet" else ("spec",)
    name = value_at(body, (*spec, "destination", "name"))
    found = environment_of_name(name, facts.environments) if isinstance(name, str) else None
    return (found, Confidence.LOW) if found else None


def _goes_elsewhere(body: Mapping[str, Any]) -> bool:
    """Whether an object delivers to another cluster than the one that it lives in."""
    spec: FieldPath = ("spec", "template", "spec") if body.get("kind") == "ApplicationSet" else ("spec",)
    if value_at(body, ("spec", "kubeConfig")) is not None:
        return True
    destination = value_at(body, (*spec, "destination"))
    held = [value_at(destination, (field,)) for field in ("name", "server")]
    return any(isinstance(one, str) and one and one.rstrip("/") not in _OWN_CLUSTER for one in held)


def _destined(deliveries: Deliveries) -> Iterator[Place]:
    """Applications that go to a cluster of the inventory: these have its environment, wherever they stand."""
    for one in deliveries.of_kind(OwnerKind.APPLICATION):
        cluster = deliveries.clusters.get(one.destination)
        if cluster is not None and cluster.declared and cluster.environment and not one.owner.is_example:
            held = one.owner.object
            yield Place(held, held.body, cluster.environment, Confidence.HIGH)


def _place(
    on: RenderedObject | DocumentRef,
    body: Mapping[str, Any],
    found: tuple[str, Confidence] | None,
    facts: Facts,
    kustomization: bool = False,
) -> Iterator[Place]:
    if found is not None:
        yield Place(on, body, *found, is_kustomization=kustomization)
    elif named := _named_environment(body, facts):
        name, environment = named
        yield Place(on, body, environment, Confidence.LOW, named=name)


def _named_environment(body: Mapping[str, Any], facts: Facts) -> tuple[str, str] | None:
    """The name of a delivery object and its environment, unless the namespace it fills has another."""
    kind, group = body.get("kind"), str(body.get("apiVersion", "")).rpartition("/")[0]
    names = _NAMES.get((group, kind)) if isinstance(kind, str) else None
    name, namespace = (value_at(body, path) for path in names or ((), ()))
    if not names or not isinstance(name, str) or _FILLED_IN.search(name):
        return None
    environment = environment_of_name(name, facts.environments)
    other = environment_of_name(namespace, facts.environments) if isinstance(namespace, str) else None
    return (name, environment) if environment and other in (None, environment) else None


def _branches(place: Place) -> Iterator[tuple[FieldPath, str]]:
    for path, value in _delivery_fields(place.body, _FLUX_BRANCHES, "targetRevision"):
        yield path, value.removeprefix("refs/heads/")
    for path, value in _kustomize_entries(place):
        if ref := _REMOTE_REF.search(value):
            yield path, ref[1].removeprefix("refs/heads/")


def _folders(place: Place) -> Iterator[tuple[FieldPath, str, str]]:
    """Paths that a place takes in: as written, and from the repository's root."""
    for path, value in _delivery_fields(place.body, _FLUX_PATHS, "path"):
        yield path, value, posixpath.normpath(value)
    if not isinstance(place.on, DocumentRef):
        return
    own = posixpath.dirname(place.on.file.path)
    for path, value in _kustomize_entries(place):
        folder = posixpath.normpath(posixpath.join(own, value))
        if not _REMOTE.match(value) and not _is_inside(folder, own):
            yield path, value, posixpath.dirname(folder) if folder.endswith((".yaml", ".yml")) else folder


def _is_inside(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")


def _delivery_fields(
    body: Mapping[str, Any], flux: Mapping[str, FieldPath], argo: str
) -> Iterator[tuple[FieldPath, str]]:
    """A field of a Flux object, or of every source of an Application or its template.

    Values that are filled in later are left out.
    """
    kind, group = body.get("kind"), str(body.get("apiVersion", "")).rpartition("/")[0]
    if not isinstance(kind, str) or kind not in _KINDS:
        return
    found: list[tuple[FieldPath, Any]] = []
    if group in flux:
        found.append((flux[group], value_at(body, flux[group])))
    elif group == _ARGO:
        spec: FieldPath = ("spec", "template", "spec") if kind == "ApplicationSet" else ("spec",)
        found.extend(_argo_fields(value_at(body, spec), spec, argo))
    for path, value in found:
        if isinstance(value, str) and not _FILLED_IN.search(value):
            yield path, value


def _argo_fields(spec: Any, start: FieldPath, name: str) -> Iterator[tuple[FieldPath, Any]]:
    several = value_at(spec, ("sources",))
    sources: list[tuple[FieldPath, Any]] = [(("source",), value_at(spec, ("source",)))]
    sources += [
        (("sources", index), one) for index, one in enumerate(several if isinstance(several, list) else ())
    ]
    for path, source in sources:
        # A chart's targetRevision is a version of the chart, no branch.
        if isinstance(source, Mapping) and "chart" not in source:
            yield (*start, *path, name), source.get(name)


def _kustomize_entries(place: Place) -> Iterator[tuple[FieldPath, str]]:
    for name in _KUSTOMIZE_LISTS if place.is_kustomization else ():
        entries = place.body.get(name)
        for index, entry in enumerate(entries if isinstance(entries, list) else ()):
            if isinstance(entry, str) and not _FILLED_IN.search(entry):
                yield (name, index), entry
