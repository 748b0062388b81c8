"""What one environment's delivery objects deliver to the cluster or namespace of another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from gitlint_ops.model.blame import origin
from gitlint_ops.model.delivery import Cluster, Delivery, Owner, OwnerKind
from gitlint_ops.model.environments import (
    DeclaredEnvironment,
    are_told_apart,
    environment_of,
    environment_of_name,
)
from gitlint_ops.model.findings import Confidence, Severity, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params

_LABELS = ("environment", "env", "app.kubernetes.io/environment", "stage")
_IN_CLUSTER = ("in-cluster", "https://kubernetes.default.svc")
_Declared = Sequence[DeclaredEnvironment]


class _Meant(Struct, frozen=True):
    """The environment that a delivery object is meant for, and what says so."""

    environment: str
    by: str
    confidence: Confidence
    by_source: bool = False


def destination_mismatch(deliveries: Deliveries, _params: Params, facts: Facts) -> Iterator[Violation]:
    """Destinations that are not of the environment that the object is meant for."""
    declared = facts.environments
    for delivery in deliveries:
        if delivery.owner.is_example:
            continue
        cluster = deliveries.clusters.get(delivery.destination)
        if delivery.owner.kind is OwnerKind.APPLICATION:
            yield from _of_application(delivery.owner, cluster, declared)
        elif delivery.owner.kind in (OwnerKind.FLUX_KUSTOMIZATION, OwnerKind.HELM_RELEASE):
            yield from _of_flux(delivery, cluster, declared)


# Argo CD


def _of_application(owner: Owner, cluster: Cluster | None, declared: _Declared) -> Iterator[Violation]:
    destination: FieldPath = ("spec", "destination")
    field = "name" if owner.text(*map(str, destination), "name") else "server"
    namespace = owner.text("spec", "destination", "namespace")
    its = environment_of_name(namespace, declared)
    theirs = cluster.environment if cluster is not None and cluster.declared else ""
    meant = _meant(owner, declared)
    at_home = owner.text("spec", "destination", field).rstrip("/") in _IN_CLUSTER
    if meant is not None and theirs and are_told_apart(meant.environment, theirs, declared):
        # One cluster may hold several environments, each in its namespaces.
        if not (at_home and its and not are_told_apart(its, meant.environment, declared)):
            assert cluster is not None
            yield _to_cluster(owner, (*destination, field), meant, cluster.name, theirs)
        return
    known = meant or (
        _Meant(theirs, f"the cluster {cluster.name}", Confidence.HIGH) if theirs and cluster else None
    )
    if cluster is None or not cluster.declared:
        yield from _to_named_cluster(owner, meant, declared)
    # That an object takes in a folder of another environment is told of that path.
    if known is not None and known.by_source and its == _of_file(owner, declared):
        return
    if known is not None and its and are_told_apart(known.environment, its, declared):
        yield _to_namespace(owner, (*destination, "namespace"), known, namespace, its)


def _meant(owner: Owner, declared: _Declared) -> _Meant | None:
    """The environment of an Application: by its label, what it delivers, its name, or its file."""
    found = _labelled(owner, declared)
    if found is not None:
        return found[0]
    by_source = {(one.environment, one.confidence): one for one in _by_sources(owner, declared)}
    if by_source:
        return next(iter(by_source.values())) if len({env for env, _ in by_source}) == 1 else None
    name = owner.object.key.name
    named = environment_of_name(name, declared)
    if named:
        return _Meant(named, f"its name '{name}'", Confidence.LOW)
    file = origin(owner.object.blame).source.file.path
    lies = environment_of(file, declared) if not owner.parent else None
    return _Meant(lies[0], f"its file {file}", lies[1]) if lies else None


def _to_named_cluster(owner: Owner, meant: _Meant | None, declared: _Declared) -> Iterator[Violation]:
    """A cluster that only its name tells the environment of: what lies beside it and what it gets differ."""
    path: FieldPath = ("spec", "destination", "name")
    name = owner.text("spec", "destination", "name")
    theirs = environment_of_name(name, declared)
    if meant is None or not theirs or not meant.by_source or meant.environment != _of_file(owner, declared):
        return
    if are_told_apart(meant.environment, theirs, declared):
        yield _to_cluster(owner, path, _Meant(meant.environment, meant.by, Confidence.LOW), name, theirs)


def _of_file(owner: Owner, declared: _Declared) -> str:
    """The environment of the folder that a delivery object stands in, or of its name ("" for none)."""
    lies = environment_of(origin(owner.object.blame).source.file.path, declared)
    return lies[0] if lies else environment_of_name(owner.object.key.name, declared) or ""


def _labelled(owner: Owner, declared: _Declared) -> tuple[_Meant, FieldPath] | None:
    for label in _LABELS:
        path: FieldPath = ("metadata", "labels", label)
        value = value_at(owner.object.body, path)
        found = environment_of(value, declared) if isinstance(value, str) and "/" not in value else None
        if found is not None and found[1] is not Confidence.LOW:
            return _Meant(found[0], f"its label {label}: {value}", Confidence.HIGH), path
    return None


def _by_sources(owner: Owner, declared: _Declared) -> Iterator[_Meant]:
    several = owner.value("spec", "sources")
    for source in several if isinstance(several, list) and several else [owner.value("spec", "source")]:
        path = value_at(source, ("path",))
        files = value_at(source, ("helm", "valueFiles"))
        for text in (path, *(files if isinstance(files, list) else ())):
            found = environment_of(text, declared) if isinstance(text, str) and "{{" not in text else None
            if found is not None:
                yield _Meant(found[0], f"'{text}', which it delivers", found[1], by_source=True)


# Flux


def _of_flux(delivery: Delivery, cluster: Cluster | None, declared: _Declared) -> Iterator[Violation]:
    """Flux delivers to its own cluster, so that one says what is meant, but for what has a kubeconfig."""
    owner = delivery.owner
    if cluster is None:
        return
    labelled = _labelled(owner, declared)
    if delivery.destination != owner.cluster:
        path = environment_of(owner.text("spec", "path"), declared)
        meant = labelled[0] if labelled else _Meant(path[0], "its path", path[1]) if path else None
        if cluster.declared and meant and are_told_apart(meant.environment, cluster.environment, declared):
            remote = next(iter(owner.value("spec", "kubeConfig", default={})), "secretRef")
            path_of_secret: FieldPath = ("spec", "kubeConfig", remote, "name")
            yield _to_cluster(owner, path_of_secret, meant, cluster.name, cluster.environment)
        return
    if not cluster.environment:
        return
    known = _Meant(
        cluster.environment,
        f"the cluster {cluster.name}",
        Confidence.HIGH if cluster.declared else Confidence.MEDIUM,
    )
    namespace = owner.text("spec", "targetNamespace")
    its = environment_of_name(namespace, declared)
    path = environment_of(owner.text("spec", "path"), declared)
    # That a whole folder of another environment is delivered is told of its path.
    follows = path is not None and its is not None and not are_told_apart(its, path[0], declared)
    if its and not follows and are_told_apart(its, known.environment, declared):
        yield _to_namespace(owner, ("spec", "targetNamespace"), known, namespace, its)
    elif labelled and are_told_apart(labelled[0].environment, known.environment, declared):
        yield Violation(
            owner.object,
            labelled[1],
            f"this is meant for {labelled[0].environment}, and is delivered to {cluster.name}, which is of "
            f"{cluster.environment}",
            hint="correct the label, or deliver it from the folder of its own cluster",
            confidence=known.confidence,
        )


# What is told


def _to_cluster(owner: Owner, path: FieldPath, meant: _Meant, cluster: str, theirs: str) -> Violation:
    return Violation(
        owner.object,
        path,
        f"{meant.environment} (by {meant.by}) is delivered to the cluster {cluster}, which is of {theirs}",
        hint=f"name a cluster of {meant.environment}",
        severity=_severity(meant),
        confidence=meant.confidence,
    )


def _to_namespace(owner: Owner, path: FieldPath, known: _Meant, namespace: str, its: str) -> Violation:
    confidence = Confidence.LOW if known.confidence is Confidence.LOW else Confidence.MEDIUM
    return Violation(
        owner.object,
        path,
        f"{known.environment} (by {known.by}) is delivered into the namespace '{namespace}', which is {its} "
        "by its name",
        hint=f"name the namespace of {known.environment}",
        severity=_severity(known),
        confidence=confidence,
    )


def _severity(meant: _Meant) -> Severity | None:
    """A name that only carries an environment's warns."""
    return Severity.WARNING if meant.confidence is Confidence.LOW else None
