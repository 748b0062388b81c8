"""What AppProjects allow their Applications.

Source: argo-cd pkg/apis/application/v1alpha1/types.go (AppProject)
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.delivery import ARGO, Delivery, Owner, OwnerKind
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.near_names import near_name
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.checks.argocd.globs import denies, permits
from gitlint_ops.rules.checks.argocd.sources import argo_sources
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params

DEFAULT = "default"
IN_CLUSTER = "https://kubernetes.default.svc"

# Built-in kinds that live in no namespace: of others it is not known here.
_CLUSTER_KINDS = frozenset(
    {
        ("", "Namespace"),
        ("", "PersistentVolume"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
        ("storage.k8s.io", "StorageClass"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("networking.k8s.io", "IngressClass"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        ("apiregistration.k8s.io", "APIService"),
    }
)
_NAMESPACED_GROUPS = frozenset({"", "apps", "batch", "autoscaling", "policy"})


def project_default(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Applications in the project that allows everything, beside others that have their own."""
    own = {one.name for one in _projects(deliveries) if one.name != DEFAULT}
    owners = [one.owner for one in deliveries.of_kind(OwnerKind.APPLICATION)]
    # What installs Argo CD and the projects themselves cannot be in one of them.
    fallen = [one for one in owners if _is_in_default(one) and not _bootstraps(one, deliveries)]
    if not own or len(fallen) > sum(one.text("spec", "project") in own for one in owners):
        return
    for owner in fallen:
        name = owner.text("spec", "project")
        yield Violation(
            owner.object,
            ("spec", "project") if name else ("spec",),
            "this Application is in the project 'default', which lets it deliver anything to anywhere",
            hint=f"use one of {', '.join(sorted(own)[:5])}, or write an AppProject for it",
            at_key=not name,
        )


def _is_in_default(owner: Owner) -> bool:
    return owner.text("spec", "project") in ("", DEFAULT)


def _bootstraps(owner: Owner, deliveries: Deliveries) -> bool:
    """Whether an Application delivers other Applications, or into the namespace of Argo CD."""
    namespace = owner.object.key.namespace
    if namespace and owner.text("spec", "destination", "namespace") == namespace:
        return True
    return any(True for _ in deliveries.children(owner))


def project_scope_violation(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Applications that their AppProject, as it stands here, will not let Argo CD sync."""
    projects = {one.name: one for one in _projects(deliveries)}
    for delivery in deliveries.of_kind(OwnerKind.APPLICATION):
        name = delivery.owner.text("spec", "project")
        project = projects.get(name)
        if project is not None:
            yield from _outside(delivery, project, deliveries)
        elif name not in ("", DEFAULT) and (near := near_name(name, projects)):
            yield Violation(
                delivery.owner.object,
                ("spec", "project"),
                f"no AppProject here is called '{name}'",
                hint=f"did you mean '{near}'?",
            )


class _Project:
    """An AppProject, and its lists."""

    def __init__(self, on: RenderedObject) -> None:
        self.on = on
        self.name = on.key.name

    def items(self, name: str) -> list[Any]:
        """The entries of a list of the project."""
        held = value_at(self.on.body, ("spec", name))
        return held if isinstance(held, list) else []

    def says(self, name: str) -> bool:
        """Whether a list is there at all, if only empty."""
        return value_at(self.on.body, ("spec", name)) is not None

    def note(self, name: str) -> Note:
        """Where the list stands, or the project where it has none."""
        return Note(self.on, ("spec", name) if self.says(name) else ("spec",), f"what '{self.name}' allows")


def _projects(deliveries: Deliveries) -> Iterator[_Project]:
    seen: set[str] = set()
    for one in deliveries.known_objects(ARGO, "AppProject"):
        if one.key.name not in seen:
            seen.add(one.key.name)
            yield _Project(one)


def _outside(delivery: Delivery, project: _Project, deliveries: Deliveries) -> Iterator[Violation]:
    owner = delivery.owner
    for path, source in argo_sources(owner.object.body):
        url = source.get("repoURL")
        if isinstance(url, str) and url and not _source_permitted(url, project.items("sourceRepos")):
            yield Violation(
                owner.object,
                (*path, "repoURL"),
                f"the project '{project.name}' does not allow sources from here",
                related=(project.note("sourceRepos"),),
                hint="add the repository to `sourceRepos` of the project, or choose another project",
            )
    allowed = _destination_permitted(delivery, project, deliveries)
    if allowed is False:
        namespace = owner.text("spec", "destination", "namespace")
        yield Violation(
            owner.object,
            ("spec", "destination", "namespace") if namespace else ("spec", "destination"),
            f"the project '{project.name}' does not allow this destination"
            + (f" (namespace '{namespace}')" if namespace else ""),
            related=(project.note("destinations"),),
            hint="add the destination to the project, or choose another project",
            at_key=not namespace,
        )
    yield from _kinds_outside(delivery, project)


def _normal(url: str) -> str:
    """An address as Argo CD compares it.

    Source: argo-cd util/git/git.go (NormalizeGitURL)
    """
    text = url.strip().lower().removesuffix("/").removesuffix(".git")
    scp = re.match(r"(?:ssh://)?(?:[^@/]+@)([^:/]+):(?!\d+/)(.+)\Z", text)
    if scp:
        return f"{scp[1]}/{scp[2]}"
    return re.sub(r"^(?:ssh://(?:[^@/]+@)?)", "", text)


def _source_permitted(url: str, patterns: list[Any]) -> bool:
    wanted, matched = _normal(url), False
    for one in patterns:
        if not isinstance(one, str):
            continue
        if denies(one):
            if permits(_normal(one[1:]), wanted, parts=True):
                return False
            matched = True
        else:
            matched = matched or permits(_normal(one), wanted, parts=True)
    return matched


def _destination_permitted(delivery: Delivery, project: _Project, deliveries: Deliveries) -> bool | None:
    """None where the cluster's name or address would have to be known."""
    owner = delivery.owner
    held = deliveries.clusters.get(delivery.destination)
    name = owner.text("spec", "destination", "name") or (held.name if held and held.declared else "")
    server = owner.text("spec", "destination", "server") or (held.server if held else "")
    namespace = owner.text("spec", "destination", "namespace")
    if name == "in-cluster":
        server = server or IN_CLUSTER
    elif server == IN_CLUSTER:
        name = name or "in-cluster"
    matched, unknown = False, False
    for item in project.items("destinations"):
        if not isinstance(item, Mapping):
            continue
        by_name, by_server, by_space = (str(item.get(one) or "") for one in ("name", "server", "namespace"))
        in_space = _accepts(by_space, namespace)
        at_name, at_server = (
            bool(name) and _accepts(by_name, name),
            bool(server) and _accepts(by_server, server),
        )
        if (at_name or at_server) and in_space:
            matched = True
        elif in_space and ((denies(by_name) and not at_name) or (denies(by_server) and not at_server)):
            return False
        elif denies(by_space) and not in_space and at_server:
            return False
        elif in_space and ((by_name and not name) or (by_server and not server)):
            unknown = True
    return True if matched else None if unknown else False


def _accepts(pattern: str, text: str) -> bool:
    return not permits(pattern[1:], text) if denies(pattern) else permits(pattern, text)


def _kinds_outside(delivery: Delivery, project: _Project) -> Iterator[Violation]:
    told: set[tuple[str, str]] = set()
    for one in delivery.result.objects if delivery.result else ():
        kind = (one.key.group, one.key.kind)
        field = _refusing(kind, one, project)
        if field and kind not in told:
            told.add(kind)
            yield Violation(
                one,
                ("kind",),
                f"the project '{project.name}' of {_said(delivery.owner)} does not allow a {one.kind}",
                related=(project.note(field),),
                hint=f"allow the kind in `{field}` of the project, or move the object to another Application",
            )


def _said(owner: Owner) -> str:
    return f"Application {owner.object.key.name}"


def _refusing(kind: tuple[str, str], on: RenderedObject, project: _Project) -> str:
    """The list of the project that keeps an object out, "" where none surely does."""
    if kind in _CLUSTER_KINDS:
        if not _listed(kind, on, project.items("clusterResourceWhitelist")):
            return "clusterResourceWhitelist"
        return (
            "clusterResourceBlacklist" if _listed(kind, on, project.items("clusterResourceBlacklist")) else ""
        )
    if kind[0] not in _NAMESPACED_GROUPS:
        return ""
    if project.says("namespaceResourceWhitelist") and not _listed(
        kind, on, project.items("namespaceResourceWhitelist")
    ):
        return "namespaceResourceWhitelist"
    return (
        "namespaceResourceBlacklist" if _listed(kind, on, project.items("namespaceResourceBlacklist")) else ""
    )


def _listed(kind: tuple[str, str], on: RenderedObject, entries: list[Any]) -> bool:
    for one in entries:
        if not isinstance(one, Mapping):
            continue
        named = one.get("name")
        if (
            permits(str(one.get("group") or ""), kind[0], parts=True)
            and permits(str(one.get("kind") or ""), kind[1], parts=True)
            and (not isinstance(named, str) or not named or permits(named, on.key.name, parts=True))
        ):
            return True
    return False
