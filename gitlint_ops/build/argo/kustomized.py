"""A kustomize source: the folder's kustomization with what the Application sets in it.

Argo CD runs `kustomize edit` in a copy of the folder before it builds, in the order that this follows.

Sources: argo-cd util/kustomize/kustomize.go (Build); kustomize edit set/add (kustomize/commands/edit)
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec.structs import replace

from gitlint_ops.build.argo.source import ArgoSource, BuildEnvironment
from gitlint_ops.build.kustomize.decode import Fields
from gitlint_ops.build.kustomize.edited import decoded, with_entries, with_field
from gitlint_ops.build.kustomize.faults import Place, fault
from gitlint_ops.build.kustomize.kustomization import Kustomization
from gitlint_ops.discover.kustomize import FILE_NAMES
from gitlint_ops.model.version_ranges import version
from gitlint_ops.workspace.tree import Tree

_TEXTS = (("namePrefix", "namePrefix"), ("nameSuffix", "nameSuffix"), ("namespace", "namespace"))


def edit_of(
    source: ArgoSource, environment: BuildEnvironment, tree: Tree, argocd: str = ""
) -> Callable[[Kustomization | None], Kustomization]:
    """What the source makes of a folder's kustomization; raises a BuildFault where kustomize would refuse.

    `argocd` is the version of Argo CD, "" where it is not known.
    """

    def edit(own: Kustomization | None) -> Kustomization:
        if own is None:
            raise fault("this folder has no kustomization file", source.place("kustomize"))
        made = own
        for name, field in _TEXTS:
            if source.text("kustomize", name):
                made = with_field(
                    made, field, source.text("kustomize", name), source.place("kustomize", name)
                )
        made = _with_images(made, list(_images(source, environment)))
        made = _with_replicas(made, list(_replicas(source)))
        made = _with_labels(made, source, environment)
        made = _with_annotations(made, source, environment)
        made = with_entries(made, "patches", list(_patches(source)))
        return with_entries(made, "components", list(_components(source, made, tree, argocd)))

    return edit


def _with_images(kustomization: Kustomization, added: Sequence[tuple[Fields, Place]]) -> Kustomization:
    """With entries in place of those of the same name, and all in the order of their names."""
    if not added:
        return kustomization
    own = _own(kustomization, "images")
    held = dict(own)
    for one, place in added:
        before = own.get(one.text("name"))
        held[one.text("name")] = _kept_where_starred(one, before[0] if before else None), place
    ordered = [held[name] for name in sorted(held)]
    return with_entries(_without_entries(kustomization, "images"), "images", ordered)


def _kept_where_starred(image: Fields, before: Fields | None) -> Fields:
    """An image that takes over what the kustomization says of it where it says "*" itself."""
    values = dict(image.values)
    for name in ("newName", "newTag", "digest"):
        if values.get(name) == "*":
            values[name] = before.text(name) if before else ""
    return replace(image, values={name: value for name, value in values.items() if value != ""})


def _with_replicas(kustomization: Kustomization, added: Sequence[tuple[Fields, Place]]) -> Kustomization:
    """With entries in place of those of the same name, and all in the order of their names."""
    if not added:
        return kustomization
    held = _own(kustomization, "replicas") | {one.text("name"): (one, place) for one, place in added}
    return with_entries(
        _without_entries(kustomization, "replicas"), "replicas", [held[name] for name in sorted(held)]
    )


def _own(kustomization: Kustomization, field: str) -> dict[str, tuple[Fields, Place]]:
    """The entries of a kustomization by their names, each with its place."""
    return {
        one.text("name"): (one, kustomization.fields.at(field, index))
        for index, one in enumerate(kustomization.structs(field))
    }


def _without_entries(kustomization: Kustomization, field: str) -> Kustomization:
    return with_field(kustomization, field, (), kustomization.fields.at(field))


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
    included = source.value("kustomize", "labelIncludeTemplates") is True
    if source.value("kustomize", "labelWithoutSelector") is True:
        return _with_metadata_labels(kustomization, pairs, place, force=force, included=included)
    if included:
        raise fault(
            "labelIncludeTemplates counts only together with labelWithoutSelector (kustomize: "
            "--without-selector flag must be specified for --include-templates to work)",
            source.place("kustomize", "labelIncludeTemplates"),
            hint="remove it: without labelWithoutSelector, templates are labelled anyway",
        )
    _refuse_known(kustomization, "commonLabels", pairs, place, force=force)
    common = dict(kustomization.fields.text_map("commonLabels"))
    if any(one in common for one in pairs):
        kept = {key: value for key, value in common.items() if key not in pairs}
        at = kustomization.fields.at("commonLabels")
        kustomization = with_field(kustomization, "commonLabels", kept, at)
    entry = {"pairs": pairs, "includeSelectors": True}
    return with_entries(kustomization, "labels", [(decoded("labels", entry, place), place)])


def _with_metadata_labels(
    kustomization: Kustomization, pairs: Mapping[str, str], place: Place, *, force: bool, included: bool
) -> Kustomization:
    """Labels that no selector gets; kustomize adds them to the first entry of the same settings."""
    held = kustomization.structs("labels")
    entries = [(one, kustomization.fields.at("labels", index)) for index, one in enumerate(held)]
    same = next((index for index, one in enumerate(held) if _is_like(one, included=included)), None)
    if same is not None and not force:
        _refuse_twice(held[same], "pairs", pairs, place, "labels", "forceCommonLabels")
    entry = {"pairs": pairs, **({"includeTemplates": True} if included else {})}
    entries.insert(len(held) if same is None else same + 1, (decoded("labels", entry, place), place))
    return with_entries(_without_entries(kustomization, "labels"), "labels", entries)


def _is_like(entry: Fields, *, included: bool) -> bool:
    return not entry.flag("includeSelectors") and entry.flag("includeTemplates") == included


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
    if not force:
        option = f"force{name[0].upper()}{name[1:]}"
        _refuse_twice(kustomization.fields, name, pairs, place, name, option)


def _refuse_twice(
    held: Fields, name: str, pairs: Mapping[str, str], place: Place, said: str, option: str
) -> None:
    known = held.text_map(name)
    twice = next((key for key in pairs if key in known), None)
    if twice is not None:
        what = "annotation" if said == "commonAnnotations" else "label"
        raise fault(
            f"{twice} is in {said} of the kustomization file already, and Argo CD does not set it again "
            f"(kustomize: {what} {twice} already in kustomization file)",
            place,
            hint=f"remove it in one of the two places, or set {option}: true",
            related=(held.at(name, twice).note("here"),),
        )


def _patches(source: ArgoSource) -> Iterator[tuple[Fields, Place]]:
    for index, one in source.items("kustomize", "patches"):
        place = source.place("kustomize", "patches", index)
        if isinstance(one, Mapping):
            yield decoded("patches", one, place), place


def _components(
    source: ArgoSource, own: Kustomization, tree: Tree, argocd: str
) -> Iterator[tuple[str, Place]]:
    """The components; of those that may be missing only what is there.

    Argo CD 3.6 takes no more than the first of these.
    """
    found: Sequence[tuple[str, Place]] = [
        (one, source.place("kustomize", "components", index))
        for index, one in source.items("kustomize", "components")
        if isinstance(one, str)
    ]
    known = own.fields.texts("components")
    if source.value("kustomize", "ignoreMissingComponents") is True:
        folder = posixpath.dirname(own.document.file.path)
        found = [one for one in found if _is_there(posixpath.join(folder, one[0]), tree)]
        found = found[:1] if _is_version(argocd, 3, 6) else found
    yield from (one for one in dict.fromkeys(found) if one[0] not in known)


def _is_version(text: str, major: int, minor: int) -> bool:
    found = version(text) if text else None
    return found is not None and (found.major, found.minor) == (major, minor)


def _is_there(folder: str, tree: Tree) -> bool:
    path = posixpath.normpath(folder)
    return any(f"{path}/{name}" in tree.entries() for name in FILE_NAMES)
