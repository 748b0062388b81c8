"""Flux's HelmReleases, rendered as helm-controller does: the chart of their source with their values.

Sources: fluxcd/helm-controller docs/spec/v2/helmreleases.md, api/v2; fluxcd/source-controller
docs/spec/v1/helmcharts.md; helm-controller internal/release/name.go
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.flux.artifacts import OCI, Artifact, artifact_of
from gitlint_ops.build.helm.flux_values import FluxValues, flux_values
from gitlint_ops.build.helm.post_renderers import post_rendered
from gitlint_ops.build.helm.refusals import RENDER_FAILED
from gitlint_ops.build.helm.request import ChartLocation, ChartRequest, RenderedChart
from gitlint_ops.build.helm.result import result_of
from gitlint_ops.build.helm.source import render_chart_source
from gitlint_ops.build.helm.store import ChartByName, ChartInTree
from gitlint_ops.build.site import Site
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.model.blame import MapBlame, at
from gitlint_ops.model.delivery import FLUX_SOURCE, Owner
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status
from gitlint_ops.model.version_ranges import Version, satisfies

HELM_REPOSITORY, HELM_CHART = "HelmRepository", "HelmChart"
_DEFINITIONS = ("apiextensions.k8s.io", "CustomResourceDefinition")
_LONGEST_NAME, _HASH = 53, 12
_TEMPLATE: FieldPath = ("spec", "chart", "spec")
_PLACEHOLDERS = ("${", "{{")


class _ChartSpec(Struct, frozen=True):
    """What says which chart: the spec at a path of the release, or of a HelmChart."""

    owner: Owner
    path: FieldPath

    def text(self, *path: str) -> str:
        return self.owner.text(*self.path, *path)

    @property
    def files(self) -> tuple[str, ...]:
        held = self.owner.value(*self.path, "valuesFiles")
        return tuple(one for one in held if isinstance(one, str)) if isinstance(held, list) else ()


class _Found(Struct, frozen=True):
    """Where the chart is, or why that is not known; `at` is the field of the release that leads there."""

    at: FieldPath
    chart: ChartLocation | None = None
    reason: str = ""
    own_values: tuple[str, ...] = ()
    wrong: tuple[Violation, ...] = ()


def build_helm_release(
    owner: Owner, target: BuildTarget, known: KnownObjects, site: Site, api_versions: tuple[str, ...] = ()
) -> BuildResult:
    """What a HelmRelease renders to. Never raises: what is wrong is told in the result.

    `api_versions` are what its cluster is said to serve, beside what `known` defines.
    """
    values = flux_values(owner, known, site.sources)
    found = _chart(owner, known, site)
    chart = found.chart or ChartByName("", "")
    request = _request(owner, target, known, replace(found, chart=chart), values)
    request = replace(request, api_versions=tuple(dict.fromkeys((*api_versions, *request.api_versions))))
    if found.wrong:
        made = RenderedChart(
            Status.FAILED, violations=found.wrong, complete=False, reason=found.wrong[0].message
        )
    elif found.chart is None:
        told = request.unchecked(found.reason)
        made = RenderedChart(Status.UNCHECKED, unchecked=(told,), complete=False, reason=found.reason)
    else:
        made = post_rendered(owner, render_chart_source(request, site), site)
    made = replace(made, violations=(*values.violations, *made.violations))
    return result_of(target, request, made, site.sources, values.files)


def _request(
    owner: Owner, target: BuildTarget, known: KnownObjects, found: _Found, values: FluxValues
) -> ChartRequest:
    assert found.chart is not None
    install = owner.value("spec", "install", default={})
    policy = value_at(install, ("crds",)) or ("Skip" if value_at(install, ("skipCRDs",)) is True else "")
    namespace = owner.text("spec", "targetNamespace") or owner.object.key.namespace
    return ChartRequest(
        target=target.id,
        on=owner.object,
        at=found.at,
        chart=found.chart,
        release=release_name(owner),
        namespace=namespace,
        values=(values.layer,),
        settings=values.settings,
        own_values=found.own_values,
        kubernetes=target.kubernetes,
        api_versions=tuple(dict.fromkeys(_served(known))),
        include_crds=policy != "Skip",
        skip_tests=owner.value("spec", "test", "enable") is not True,
        skip_hooks=value_at(install, ("disableHooks",)) is True,
        skip_schemas=value_at(install, ("disableSchemaValidation",)) is True,
        partial="; ".join(values.unknown),
    )


def release_name(owner: Owner) -> str:
    """What the release is called in the cluster; Helm allows no more than 53 characters."""
    own, target = owner.object.key.name, owner.text("spec", "targetNamespace")
    name = owner.text("spec", "releaseName") or (f"{target}-{own}" if target else own)
    if len(name) <= _LONGEST_NAME:
        return name
    digest = hashlib.sha256(name.encode()).hexdigest()[:_HASH]
    return f"{name[: _LONGEST_NAME - _HASH - 1]}-{digest}"


def _served(known: KnownObjects) -> Iterator[str]:
    """The versions of the custom resources that the cluster is known to define."""
    for one in known.of_kind(*_DEFINITIONS):
        group, kind = (value_at(one.body, ("spec", *path)) for path in (("group",), ("names", "kind")))
        versions = value_at(one.body, ("spec", "versions"))
        for version in versions if isinstance(versions, list) else ():
            name = value_at(version, ("name",))
            if isinstance(name, str) and value_at(version, ("served",)) is not False:
                yield f"{group}/{name}"
                yield f"{group}/{name}/{kind}"


def _chart(owner: Owner, known: KnownObjects, site: Site) -> _Found:
    kind = owner.text("spec", "chartRef", "kind")
    if kind:
        return _of_reference(owner, kind, known, site)
    spec = _ChartSpec(owner, _TEMPLATE)
    return _of_spec(spec, (*_TEMPLATE, "chart"), known, site)


def _of_reference(owner: Owner, kind: str, known: KnownObjects, site: Site) -> _Found:
    where: FieldPath = ("spec", "chartRef", "name")
    name = owner.text("spec", "chartRef", "name")
    namespace = owner.text("spec", "chartRef", "namespace") or owner.object.key.namespace
    found = known.get(FLUX_SOURCE, kind, namespace, name)
    if found is None:
        return _Found(where, reason=f"no {kind} {namespace}/{name} is known here, so the chart is not")
    if kind == HELM_CHART:
        held = replace(owner, object=found)
        return replace(_of_spec(_ChartSpec(held, ("spec",)), where, known, site), at=where)
    if kind == OCI:
        return _of_oci(owner, found, where, known, site)
    return _Found(
        where, reason=f"what {kind} {namespace}/{name} holds is made in the cluster, by another controller"
    )


def _of_oci(owner: Owner, found: RenderedObject, where: FieldPath, known: KnownObjects, site: Site) -> _Found:
    """A chart that an OCIRepository names: one of the folder of charts, or a folder that is mapped."""
    url = value_at(found.body, ("spec", "url"), "")
    url = url if isinstance(url, str) else ""
    if url in site.settings.artifacts:
        artifact, path = artifact_of(_as_kustomization(owner, ("spec", "chartRef"), ""), known, site)
        if isinstance(artifact, Artifact):
            return _Found(where, ChartInTree(artifact.tree, artifact.folder(path)))
        return _Found(where, reason=artifact.reason)
    repository, _, name = url.rpartition("/")
    ref = value_at(found.body, ("spec", "ref"), {})
    texts = (value_at(ref, (one,)) for one in ("semver", "tag"))
    version = next((one for one in texts if isinstance(one, str)), "")
    if not name or any(one in url for one in _PLACEHOLDERS):
        return _Found(
            where, reason=f"the address '{url}' of the chart is filled in by something unknown here"
        )
    return _Found(where, ChartByName(name, repository, version))


def _of_spec(spec: _ChartSpec, where: FieldPath, known: KnownObjects, site: Site) -> _Found:
    chart, version = spec.text("chart"), spec.text("version")
    kind, name = spec.text("sourceRef", "kind"), spec.text("sourceRef", "name")
    namespace = spec.text("sourceRef", "namespace") or spec.owner.object.key.namespace
    if _is_filled_in(chart, name, namespace, version):
        return _Found(where, reason="the chart is filled in by something that is not known here")
    if kind != HELM_REPOSITORY:
        return _of_artifact(spec, chart, where, known, site)
    source = known.get(FLUX_SOURCE, HELM_REPOSITORY, namespace, name)
    url = value_at(source.body, ("spec", "url")) if source is not None else None
    if not isinstance(url, str) or _is_filled_in(url):
        return _Found(where, reason=f"no address of HelmRepository {namespace}/{name} is known here")
    version = spec.text("version")
    if (
        version
        and not any(one in version for one in _PLACEHOLDERS)
        and satisfies(Version(0), version) is None
    ):
        told = f"'{version}' is neither a version nor a range of versions"
        at_version = (*spec.path, "version")
        wrong = Violation(spec.owner.object, at_version, told, rule=RENDER_FAILED)
        return _Found(where, wrong=(wrong,))
    by_name = ChartByName(chart, url, "" if version == "*" else version)
    held = site.store.find(by_name)
    files = tuple(f"{held.path}/{one}" for one in spec.files) if held and spec.files else ()
    return _Found(where, by_name, own_values=files)


def _is_filled_in(*texts: str) -> bool:
    """Whether a text has an expression in it that nothing here replaced."""
    return any(one in text for text in texts for one in _PLACEHOLDERS)


def _of_artifact(spec: _ChartSpec, chart: str, where: FieldPath, known: KnownObjects, site: Site) -> _Found:
    """A chart in a git repository or bucket: a path of it."""
    artifact, path = artifact_of(_as_kustomization(spec.owner, (*spec.path, "sourceRef"), chart), known, site)
    if not isinstance(artifact, Artifact):
        return _Found(where, reason=artifact.reason)
    found = ChartInTree(artifact.tree, artifact.folder(path))
    ignores = spec.owner.value(*spec.path, "ignoreMissingValuesFiles") is True
    files = tuple(artifact.folder(one) for one in spec.files)
    return _Found(
        where, found, own_values=tuple(one for one in files if not ignores or artifact.tree.is_file(one))
    )


def _as_kustomization(owner: Owner, reference: FieldPath, path: str) -> Owner:
    """An owner that takes a path of a source, as Kustomizations do."""
    held = owner.object
    spec: dict[str, Any] = {"sourceRef": owner.value(*reference, default={}), "path": path}
    blame = MapBlame(held.blame, {"spec": MapBlame(held.blame, {"sourceRef": at(held.blame, reference)})})
    return replace(owner, object=replace(held, body={**held.body, "spec": spec}, blame=blame))
