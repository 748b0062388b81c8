"""What a HelmRelease changes of the objects that its chart renders to.

Source: fluxcd/helm-controller internal/postrender (build.go, kustomize.go, common_metadata.go)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from gitlint_ops.build.helm.request import RenderedChart
from gitlint_ops.build.kustomize.edited import decoded, made_kustomization, with_entries
from gitlint_ops.build.kustomize.faults import Place
from gitlint_ops.build.kustomize.kustomization import Kustomization
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.site import Site
from gitlint_ops.model.blame import Via, origin, with_field
from gitlint_ops.model.delivery import Owner
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at, with_value
from gitlint_ops.model.targets import BuildTarget, Status, TargetKind
from gitlint_ops.syntax.emit import emit

_DEFINITIONS = "/crds/"
_OLD_MERGES, _OLD_OPERATIONS = "patchesStrategicMerge", "patchesJson6902"
_METADATA = ("labels", "annotations")


def post_rendered(owner: Owner, made: RenderedChart, site: Site) -> RenderedChart:
    """The objects as the release's post-renderers leave them, and what is wrong with those."""
    if not made.objects:
        return made
    renderers = owner.value("spec", "postRenderers")
    for index in range(len(renderers) if isinstance(renderers, list) else 0):
        path: FieldPath = ("spec", "postRenderers", index, "kustomize")
        if made.status is not Status.FAILED and isinstance(owner.value(*path), Mapping):
            made = _kustomized(owner, path, made, site)
    for name in _METADATA:
        held = owner.value("spec", "commonMetadata", name)
        if isinstance(held, Mapping):
            made = _with_metadata(owner, name, held, made)
    return made


def _kustomized(owner: Owner, path: FieldPath, made: RenderedChart, site: Site) -> RenderedChart:
    """The objects as kustomize makes them; definitions of crds/ are no part of a release."""
    apart = tuple(one for one in made.objects if _is_definition(one))
    given = tuple(Resource(one.body, one.blame) for one in made.objects if not _is_definition(one))
    repo = next(iter(site.sources.trees)).name
    target = BuildTarget(repo, "", TargetKind.KUSTOMIZE, owner=owner.id)

    def edit(_: Kustomization | None) -> Kustomization:
        place = _place(owner, path)
        kustomization = with_entries(
            made_kustomization(place.document), "patches", list(_patches(owner, path))
        )
        return with_entries(kustomization, "images", list(_images(owner, path)))

    result = site.builder(repo).build(target, edit, given)
    violations = (*made.violations, *result.violations)
    if result.status is Status.FAILED:
        return replace(
            made,
            status=Status.FAILED,
            objects=(),
            violations=violations,
            complete=False,
            reason=result.reason,
        )
    # What a chart renders to hangs on values: where they are not known, nothing is proved to be idle.
    told = violations if made.complete else made.violations
    return replace(made, objects=(*apart, *result.objects), violations=told)


def _is_definition(one: RenderedObject) -> bool:
    _, found, inner = f"/{origin(one.blame).source.file.path}".rpartition(_DEFINITIONS)
    # A chart may be called so too.
    return one.kind == "CustomResourceDefinition" and bool(found) and not inner.startswith("templates/")


def _place(owner: Owner, path: FieldPath) -> Place:
    found = owner.origin(path)
    return Place(found.source, found.source_path)


def _entries(owner: Owner, path: FieldPath, name: str) -> Iterator[tuple[Any, Place]]:
    held = owner.value(*path, name)
    for index, one in enumerate(held if isinstance(held, list) else ()):
        if isinstance(one, Mapping):
            yield one, _place(owner, (*path, name, index))


def _patches(owner: Owner, path: FieldPath) -> Iterator[tuple[Any, Place]]:
    """The patches, those of the fields of older versions first."""
    for one, place in _entries(owner, path, _OLD_MERGES):
        yield decoded("patches", {"patch": emit(dict(one))}, place), place
    for one, place in _entries(owner, path, _OLD_OPERATIONS):
        entry = {"patch": emit(one.get("patch") or []), "target": one.get("target") or {}}
        yield decoded("patches", entry, place), place
    for one, place in _entries(owner, path, "patches"):
        entry = {name: one[name] for name in ("patch", "target") if one.get(name)}
        yield decoded("patches", entry, place), place


def _images(owner: Owner, path: FieldPath) -> Iterator[tuple[Any, Place]]:
    for one, place in _entries(owner, path, "images"):
        entry = {name: one[name] for name in ("name", "newName", "newTag", "digest") if name in one}
        yield decoded("images", entry, place), place


def _with_metadata(owner: Owner, name: str, held: Mapping[str, Any], made: RenderedChart) -> RenderedChart:
    objects = made.objects
    for key, value in held.items():
        source = replace(owner.origin(("spec", "commonMetadata", name, key)), via=Via.TRANSFORMER)
        path: FieldPath = ("metadata", name, str(key))
        objects = tuple(
            replace(
                one,
                body=with_value(one.body, path, value),
                blame=with_field(one.blame, path, source, replaced=value_at(one.body, path) is not None),
            )
            for one in objects
        )
    return replace(made, objects=objects)
