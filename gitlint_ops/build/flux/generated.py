"""The kustomization that Flux builds: the folder's own, or one made of its files, with what the object adds.

Source: github.com/fluxcd/pkg/kustomize (kustomize_generator.go)
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from gitlint_ops.build.flux.artifacts import Artifact
from gitlint_ops.build.kustomize.decode import Fields
from gitlint_ops.build.kustomize.edited import decoded, made_kustomization, with_entries, with_field
from gitlint_ops.build.kustomize.faults import REFERENCE_MISSING, BuildFault, Place, fault
from gitlint_ops.build.kustomize.kustomization import Kustomization
from gitlint_ops.discover.kustomize import FILE_NAMES
from gitlint_ops.model.delivery import Owner
from gitlint_ops.model.location import DocumentRef, FieldPath

_TEXTS = (("targetNamespace", "namespace"), ("namePrefix", "namePrefix"), ("nameSuffix", "nameSuffix"))
_TARGET_FIELDS = ("group", "version", "kind", "name", "namespace", "labelSelector", "annotationSelector")
_IMAGE_FIELDS = ("name", "newName", "newTag", "digest")
_ELSEWHERE = ("git::", "gh:", "ssh://", "https://", "http://", "git@", "github.com:", "github.com/")

EDITING = (
    *(name for name, _ in _TEXTS),
    *("patches", "components", "images", "buildMetadata"),
)
"""The fields of a Kustomization's spec that change the kustomization of its folder."""


def is_edited(owner: Owner) -> bool:
    """Whether a folder's own kustomization is built otherwise than it is written."""
    return any(owner.value("spec", name) for name in EDITING)


def edit_of(owner: Owner, artifact: Artifact, folder: str) -> Callable[[Kustomization | None], Kustomization]:
    """What Flux makes of a folder's kustomization; it raises a BuildFault where Flux would stop."""

    def edit(own: Kustomization | None) -> Kustomization:
        made = _made(owner, artifact, folder) if own is None else _marked(own, owner)
        for name, field in _TEXTS:
            if owner.text("spec", name):
                made = with_field(made, field, owner.text("spec", name), _place(owner, ("spec", name)))
        made = with_entries(made, "patches", list(_patches(owner)))
        made = with_entries(made, "components", list(_components(owner, artifact, folder)))
        made = _with_images(made, owner)
        options = owner.value("spec", "buildMetadata")
        if isinstance(options, list) and options:
            place = _place(owner, ("spec", "buildMetadata"))
            made = with_field(made, "buildMetadata", tuple(map(str, options)), place)
        return made

    return edit


def _place(owner: Owner, path: FieldPath) -> Place:
    found = owner.origin(path)
    return Place(found.source, found.source_path)


def _made(owner: Owner, artifact: Artifact, folder: str) -> Kustomization:
    """A kustomization of all manifests in and below a folder that has none."""
    document = DocumentRef(artifact.tree.ref(posixpath.join(folder, FILE_NAMES[0])))
    place = _place(owner, ("spec", "path"))
    listed = [(f"./{path}", place) for path in manifests(artifact, folder)]
    return with_entries(made_kustomization(document), "resources", listed)


def manifests(artifact: Artifact, folder: str) -> Iterator[str]:
    """The entries of a generated kustomization: files, and folders below that have a kustomization."""
    above = f"{folder}/" if folder else ""
    inside = [path[len(above) :] for path in artifact.below(folder) if artifact.holds(path)]
    built = {posixpath.dirname(one) for one in inside if posixpath.basename(one) in FILE_NAMES} - {""}
    found: dict[str, None] = {}
    for path in inside:
        whole = next((one for one in _folders_above(path) if one in built), None)
        if whole is not None:
            found[whole] = None
        elif path.endswith((".yaml", ".yml")):
            found[path] = None
    return iter(sorted(found, key=lambda one: one.split("/")))


def _folders_above(path: str) -> Iterator[str]:
    """The folders on the way to a file, the outer first."""
    parts = path.split("/")[:-1]
    return ("/".join(parts[: end + 1]) for end in range(len(parts)))


def _marked(own: Kustomization, owner: Owner) -> Kustomization:
    """A kustomization without resources, which Flux has note where objects come from."""
    if own.fields.texts("resources"):
        return own
    return with_field(own, "buildMetadata", ("originAnnotations",), _place(owner, ("spec", "path")))


def _entries(owner: Owner, name: str) -> Iterator[tuple[Any, Place]]:
    held = owner.value("spec", name)
    for index, one in enumerate(held if isinstance(held, list) else ()):
        yield one, _place(owner, ("spec", name, index))


def _patches(owner: Owner) -> Iterator[tuple[Any, Place]]:
    for one, place in _entries(owner, "patches"):
        if isinstance(one, Mapping):
            entry = {"patch": one.get("patch", "")}
            if isinstance(one.get("target"), Mapping):
                entry["target"] = {key: one["target"][key] for key in _TARGET_FIELDS if key in one["target"]}
            yield decoded("patches", entry, place), place


def _components(owner: Owner, artifact: Artifact, folder: str) -> Iterator[tuple[Any, Place]]:
    may_miss = owner.value("spec", "ignoreMissingComponents") is True
    for one, place in _entries(owner, "components"):
        if not isinstance(one, str):
            continue
        if one.startswith("/") or one.lower().startswith(_ELSEWHERE):
            raise _not_here(one, place)
        path = posixpath.normpath(posixpath.join(folder, one))
        if not (may_miss and not artifact.tree.is_folder("" if path == "." else path)):
            yield one, place


def _not_here(component: str, place: Place) -> BuildFault:
    return fault(
        f"component {component} must be a path in the same source, relative to spec.path (Flux: component "
        f"path '{component}' must be local and relative)",
        place,
        rule=REFERENCE_MISSING,
    )


def _with_images(made: Kustomization, owner: Owner) -> Kustomization:
    """With the images of the object: what it says of one that the file names goes into that entry."""
    added: list[tuple[Any, Place]] = []
    for one, place in _entries(owner, "images"):
        if not isinstance(one, Mapping):
            continue
        entry = decoded("images", {key: one[key] for key in _IMAGE_FIELDS if key in one}, place)
        number = next(
            (at for at, held in enumerate(made.structs("images")) if held.text("name") == entry.text("name")),
            None,
        )
        if number is None:
            added.append((entry, place))
        else:
            made = _with_image(made, number, entry)
    return with_entries(made, "images", added)


def _with_image(made: Kustomization, number: int, entry: Fields) -> Kustomization:
    held = made.structs("images")
    old = held[number]
    values = dict(old.values)
    if entry.text("newName"):
        values["newName"] = entry.text("newName")
    if entry.text("newTag") or entry.text("digest"):
        # They select the version together, so that one takes the other away.
        values.update(newTag=entry.text("newTag"), digest=entry.text("digest"))
    moved = {(name,): entry.at(name) for name in ("newName", "newTag", "digest") if entry.text(name)}
    merged = replace(old, values=values, moved={**old.moved, **moved})
    fields = made.fields
    images = (*held[:number], merged, *held[number + 1 :])
    return replace(made, fields=replace(fields, values={**fields.values, "images": images}))
