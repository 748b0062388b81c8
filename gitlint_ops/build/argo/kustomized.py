"""A kustomize source: the folder's kustomization with what the Application sets in it.

Argo CD runs `kustomize edit` in a copy of the folder before it builds, in the order that this follows.

Sources: argo-cd util/kustomize/kustomize.go (Build); kustomize edit set/add (kustomize/commands/edit)
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from gitlint_ops.build.argo.source import ArgoSource, BuildEnvironment
from gitlint_ops.build.kustomize.decode import Fields
from gitlint_ops.build.kustomize.edited import decoded, with_entries, with_field
from gitlint_ops.build.kustomize.faults import Place, fault
from gitlint_ops.build.kustomize.kustomization import Kustomization
from gitlint_ops.discover.kustomize import FILE_NAMES
from gitlint_ops.workspace.tree import Tree

_TEXTS = (("namePrefix", "namePrefix"), ("nameSuffix", "nameSuffix"), ("namespace", "namespace"))


def edit_of(
    source: ArgoSource, environment: BuildEnvironment, tree: Tree
) -> Callable[[Kustomization | None], Kustomization]:
    """What the source makes of a folder's kustomization; raises a BuildFault where kustomize would refuse."""

    def edit(own: Kustomization | None) -> Kustomization:
        if own is None:
            raise fault("this folder has no kustomization file", source.place("kustomize"))
        made = own
        for name, field in _TEXTS:
            if source.text("kustomize", name):
                made = with_field(
                    made, field, source.text("kustomize", name), source.place("kustomize", name)
                )
        made = _with_named(made, "images", "name", _images(source, environment))
        made = _with_named(made, "replicas", "name", _replicas(source))
        made = _with_labels(made, source, environment)
        made = _with_annotations(made, source, environment)
        made = with_entries(made, "patches", list(_patches(source)))
        return with_entries(made, "components", list(_components(source, made, tree)))

    return edit


def _with_named(
    kustomization: Kustomization, field: str, key: str, entries: Iterator[tuple[Fields, Place]]
) -> Kustomization:
    """With entries that take the place of those of the same name."""
    added = list(entries)
    if not added:
        return kustomization
    names = {one.text(key) for one, _ in added}
    kept = tuple(one for one in kustomization.structs(field) if one.text(key) not in names)
    place = kustomization.fields.at(field)
    return with_entries(with_field(kustomization, field, kept, place), field, added)


def _images(source: ArgoSource, environment: BuildEnvironment) -> Iterator[tuple[Fields, Place]]:
    for index, one in source.items("kustomize", "images"):
        place = source.place("kustomize", "images", index)
        if not isinstance(one, str):
            raise fault("an image is a text: NAME[=NEW_NAME][:TAG][@DIGEST]", place)
        yield decoded("images", _image(environment.fill(one), place), place), place


def _image(text: str, place: Place) -> Mapping[str, str]:
    """`name=new:tag@digest` in its parts, as `kustomize edit set image` reads it."""
    name, is_renamed, new = text.partition("=")
    whole, at_digest, digest = (new if is_renamed else name).partition("@")
    head, _, last = whole.rpartition("/")
    last, has_tag, tag = last.partition(":")
    found = f"{head}/{last}" if head else last
    if not (is_renamed or at_digest or has_tag):
        raise fault(
            f"'{text}' sets nothing: an image is NAME[=NEW_NAME][:TAG][@DIGEST] (kustomize: invalid "
            "format of image)",
            place,
        )
    parts = {"name": name if is_renamed else found}
    if is_renamed and found != name:
        parts["newName"] = found
    if has_tag:
        parts["newTag"] = tag
    if at_digest:
        parts["digest"] = digest
    return parts


def _replicas(source: ArgoSource) -> Iterator[tuple[Fields, Place]]:
    for index, one in source.items("kustomize", "replicas"):
        place = source.place("kustomize", "replicas", index)
        count = one.get("count") if isinstance(one, Mapping) else None
        if isinstance(count, str) and count.isascii() and count.isdigit():
            count = int(count)
        if not isinstance(one, Mapping) or not isinstance(count, int) or isinstance(count, bool):
            raise fault("a replica entry is a name and a count, which is a whole number", place)
        yield decoded("replicas", {"name": one.get("name", ""), "count": count}, place), place


def _with_labels(
    kustomization: Kustomization, source: ArgoSource, environment: BuildEnvironment
) -> Kustomization:
    """Common labels, told as entries of `labels`, which do the same and have their own places."""
    pairs = _texts(source, "commonLabels", environment, fill=True)
    if not pairs:
        return kustomization
    place = source.place("kustomize", "commonLabels")
    force = source.value("kustomize", "forceCommonLabels") is True
    _refuse_known(kustomization, "commonLabels", pairs, place, force=force)
    entry: dict[str, Any] = {"pairs": pairs, "includeSelectors": True}
    if source.value("kustomize", "labelWithoutSelector") is True:
        included = source.value("kustomize", "labelIncludeTemplates") is True
        entry = {"pairs": pairs, **({"includeTemplates": True} if included else {})}
    common = dict(kustomization.fields.text_map("commonLabels"))
    if any(one in common for one in pairs):
        kept = {key: value for key, value in common.items() if key not in pairs}
        at = kustomization.fields.at("commonLabels")
        kustomization = with_field(kustomization, "commonLabels", kept, at)
    return with_entries(kustomization, "labels", [(decoded("labels", entry, place), place)])


def _with_annotations(
    kustomization: Kustomization, source: ArgoSource, environment: BuildEnvironment
) -> Kustomization:
    fill = source.value("kustomize", "commonAnnotationsEnvsubst") is True
    pairs = _texts(source, "commonAnnotations", environment, fill=fill)
    if not pairs:
        return kustomization
    place = source.place("kustomize", "commonAnnotations")
    force = source.value("kustomize", "forceCommonAnnotations") is True
    _refuse_known(kustomization, "commonAnnotations", pairs, place, force=force)
    held = {**kustomization.fields.text_map("commonAnnotations"), **pairs}
    return with_field(kustomization, "commonAnnotations", held, place)


def _texts(source: ArgoSource, name: str, environment: BuildEnvironment, *, fill: bool) -> Mapping[str, str]:
    held = source.value("kustomize", name)
    if not isinstance(held, Mapping):
        return {}
    return {
        key: environment.fill(value) if fill else value
        for key, value in held.items()
        if isinstance(value, str)
    }


def _refuse_known(
    kustomization: Kustomization, name: str, pairs: Mapping[str, str], place: Place, *, force: bool
) -> None:
    known = kustomization.fields.text_map(name)
    twice = next((key for key in pairs if key in known), None)
    if twice is not None and not force:
        option = f"force{name[0].upper()}{name[1:]}"
        raise fault(
            f"{twice} is in {name} of the kustomization file already, and Argo CD does not set it again "
            f"(kustomize: {name[6:-1].lower()} {twice} already in kustomization file)",
            place,
            hint=f"remove it in one of the two places, or set {option}: true",
            related=(kustomization.fields.at(name, twice).note("here"),),
        )


def _patches(source: ArgoSource) -> Iterator[tuple[Fields, Place]]:
    for index, one in source.items("kustomize", "patches"):
        place = source.place("kustomize", "patches", index)
        if isinstance(one, Mapping):
            yield decoded("patches", one, place), place


def _components(source: ArgoSource, own: Kustomization, tree: Tree) -> Iterator[tuple[str, Place]]:
    """The components; of those that may be missing only the first that is there, as Argo CD does it."""
    found: Sequence[tuple[str, Place]] = [
        (one, source.place("kustomize", "components", index))
        for index, one in source.items("kustomize", "components")
        if isinstance(one, str)
    ]
    known = own.fields.texts("components")
    if source.value("kustomize", "ignoreMissingComponents") is True:
        folder = posixpath.dirname(own.document.file.path)
        found = [one for one in found if _is_there(posixpath.join(folder, one[0]), tree)][:1]
    yield from (one for one in found if one[0] not in known)


def _is_there(folder: str, tree: Tree) -> bool:
    path = posixpath.normpath(folder)
    return any(f"{path}/{name}" in tree.entries() for name in FILE_NAMES)
