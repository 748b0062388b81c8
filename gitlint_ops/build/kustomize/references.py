"""All paths that a kustomization names, to tell every missing one at once."""

from __future__ import annotations

from collections.abc import Iterator

from gitlint_ops.build.kustomize.decode import Fields
from gitlint_ops.build.kustomize.faults import BuildFault
from gitlint_ops.build.kustomize.kustomization import Entry, Kustomization
from gitlint_ops.build.kustomize.loader import Folder, NotFound
from gitlint_ops.discover.remote import is_git_repository, is_url
from gitlint_ops.model.findings import Note
from gitlint_ops.model.location import DocumentRef, Location


def with_all_missing(first: BuildFault, folder: Folder, kustomization: Kustomization) -> BuildFault:
    """The fault of one missing reference, together with those of all others."""
    faults = [first]
    told = {(one.on, one.path) for one in first.violations}
    for entry, may_be_folder in named_by(kustomization):
        if (entry.place.document, entry.place.path) in told:
            continue
        missing = _missing(folder, entry, may_be_folder=may_be_folder)
        if missing is not None:
            faults.append(missing.as_fault(entry))
    if len(faults) == 1:
        return first
    violations = tuple(one for each in faults for one in each.violations)
    return BuildFault("; ".join(each.reason for each in faults), violations)


_PLUGINS = ("generators", "transformers", "validators")


def way_to(error: BuildFault, folder: Folder, kustomization: Kustomization) -> tuple[Note, ...]:
    """The entry that led to the file at fault, where that is not the kustomization itself."""
    on = error.violations[0].on if error.violations else None
    file = on.file if isinstance(on, DocumentRef | Location) else None
    if file is None or file == kustomization.document.file:
        return ()
    entries = (*(entry for entry, _ in named_by(kustomization)), *kustomization.entries(*_PLUGINS))
    return tuple(
        entry.place.note(f"names {entry.text}") for entry in entries if folder.file(entry.text) == file
    )[:1]


def _missing(folder: Folder, entry: Entry, *, may_be_folder: bool) -> NotFound | None:
    if is_url(entry.text) or is_git_repository(entry.text):
        return None
    found = folder.file(entry.text)
    if not isinstance(found, NotFound):
        return None
    if may_be_folder and not isinstance(folder.folder(entry.text), NotFound):
        return None
    return found


def named_by(kustomization: Kustomization) -> Iterator[tuple[Entry, bool]]:
    """All paths that a kustomization names, and whether each may be a folder."""
    for entry in kustomization.entries("resources", "bases", "components"):
        yield entry, True
    for entry in kustomization.entries("configurations", "crds"):
        yield entry, False
    for entry in kustomization.entries("patchesStrategicMerge"):
        if "\n" not in entry.text and ":" not in entry.text:
            yield entry, False
    for patch in kustomization.structs("patches", "patchesJson6902", "replacements"):
        if patch.text("path"):
            yield Entry(patch.text("path"), patch.at("path")), False
    for generator in kustomization.structs("configMapGenerator", "secretGenerator"):
        yield from ((entry, False) for entry in _generator_files(generator))


def _generator_files(generator: Fields) -> Iterator[Entry]:
    for index, text in enumerate(generator.texts("files")):
        key, equals, path = text.partition("=")
        yield Entry(path if equals else key, generator.at("files", index))
    envs = generator.texts("envs")
    for index, text in enumerate(envs):
        # The old field `env` was added as the last of `envs`.
        is_env = generator.text("env") and index == len(envs) - 1
        yield Entry(text, generator.at("env") if is_env else generator.at("envs", index))
