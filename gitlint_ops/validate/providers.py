"""Custom resources whose definition nothing in the workspace delivers.

Most repositories leave definitions to operators that others install, so silence is the rule: something is
told only where the user says what others define (`schemas.external`), or where the workspace delivers
definitions itself and nothing in it could bring more than is seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gitlint_ops.model.findings import Violation
from gitlint_ops.model.objects import RenderedObject, api_group
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import BuildResult, Status

WITHOUT_PROVIDER = "cr-without-crd-provider"

# What installs definitions that are not in the objects themselves.
_INSTALLERS = frozenset(
    {
        ("apiextensions.crossplane.io", "CompositeResourceDefinition"),
        ("argoproj.io", "Application"),
        ("argoproj.io", "ApplicationSet"),
        ("addons.cluster.x-k8s.io", "HelmChartProxy"),
        ("fluxcd.controlplane.io", "FluxInstance"),
        ("fluxcd.controlplane.io", "ResourceSet"),
        ("helm.cattle.io", "HelmChart"),
        ("helm.crossplane.io", "Release"),
        ("helm.toolkit.fluxcd.io", "HelmRelease"),
        ("kro.run", "ResourceGraphDefinition"),
        ("kustomize.toolkit.fluxcd.io", "Kustomization"),
        ("olm.operatorframework.io", "ClusterExtension"),
        ("operators.coreos.com", "Subscription"),
        ("operator.cluster.x-k8s.io", "InfrastructureProvider"),
        ("packaging.carvel.dev", "PackageInstall"),
        ("pkg.crossplane.io", "Configuration"),
        ("pkg.crossplane.io", "Provider"),
        ("templates.gatekeeper.sh", "ConstraintTemplate"),
    }
)
# Files of tools that install from elsewhere, by the ends of their names.
_TOOLS = (
    ".tf",
    ".tf.json",
    "helmfile.yaml",
    "helmfile.yml",
    "Chart.yaml",
    "Makefile",
    "Taskfile.yaml",
    ".sh",
)
# Groups of API servers that no definition of a custom resource makes.
_PLATFORMS = ("k8s.io", "openshift.io")


def without_provider(
    builds: Sequence[BuildResult],
    definitions: Iterable[Any],
    paths: Iterable[str],
    external: tuple[str, ...] | None,
    known: frozenset[tuple[str, str]],
) -> Iterator[Violation]:
    """One violation for each kind of custom resource that nothing here defines.

    `builds` are all that is delivered, `definitions` the bodies of all documents, delivered or not, `paths`
    all files. `external` is what the user says that others define, None for nothing said; `known` are
    group and kind of what is surely defined (Kubernetes' own kinds, the user's pins).
    """
    defined = _defined(definitions) | {key for build in builds for key in _defined_by(build.objects)}
    if external is None and not (defined and _is_seen_whole(builds, paths)):
        return
    told: set[tuple[str, str]] = set()
    for build in builds:
        for one in build.objects:
            key = (api_group(one.api_version), one.kind)
            if key in told or key in defined or key in known or not _is_custom(key):
                continue
            if external is not None and _is_named(key, external):
                continue
            told.add(key)
            yield _violation(one, key)


def _violation(one: RenderedObject, key: tuple[str, str]) -> Violation:
    group, kind = key
    return Violation(
        one,
        ("kind",),
        f"nothing in the workspace defines {kind} in {group}",
        hint="deliver its CustomResourceDefinition or the operator that brings it, or say that others do: "
        f"`schemas: {{external: [{group}]}}` in gitlint-ops.yaml",
        rule=WITHOUT_PROVIDER,
    )


def _is_custom(key: tuple[str, str]) -> bool:
    group = key[0]
    return "." in group and not any(group == one or group.endswith(f".{one}") for one in _PLATFORMS)


def _is_named(key: tuple[str, str], external: Iterable[str]) -> bool:
    group, kind = key
    return any(one in (group, f"{kind}.{group}") for one in external)


def _is_seen_whole(builds: Iterable[BuildResult], paths: Iterable[str]) -> bool:
    """Whether nothing in the workspace could install what is not seen here."""
    if any(path.endswith(_TOOLS) for path in paths):
        return False
    return all(
        build.complete
        and build.status is Status.BUILT
        and not build.unchecked
        and not any((api_group(one.api_version), one.kind) in _INSTALLERS for one in build.objects)
        for build in builds
    )


def _defined(bodies: Iterable[Any]) -> set[tuple[str, str]]:
    found = set()
    for body in bodies:
        if isinstance(body, dict) and body.get("kind") == "CustomResourceDefinition":
            found.add(_names(body))
    return found


def _defined_by(objects: Iterable[RenderedObject]) -> Iterator[tuple[str, str]]:
    return (_names(one.body) for one in objects if one.kind == "CustomResourceDefinition")


def _names(body: Any) -> tuple[str, str]:
    group = value_at(body, ("spec", "group"), "")
    return str(group), str(value_at(body, ("spec", "names", "kind"), ""))
