"""Whether edits leave alone what all targets render to: they are built before and after, and compared."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from gitlint_ops.build.kustomize.builder import KustomizeBuilder
from gitlint_ops.discover.affected import affected_dirs
from gitlint_ops.discover.kustomize import KustomizeDir, Reference, kustomize_dirs
from gitlint_ops.model.location import FileRef
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, TargetKind
from gitlint_ops.syntax.emit import emit
from gitlint_ops.workspace.sources import Sources

_Folder: TypeAlias = tuple[str, str]
"""A kustomization's folder: repository and path."""

UNUSED = "no kustomization here builds with it, so nothing shows that it stays the same"


class _Rendered(Struct, frozen=True):
    """What a folder renders to: each object's name and the digest of its text. Or why that is unknown.

    `partly`: the objects are known that do not come from what was left out.
    """

    objects: tuple[tuple[str, bytes], ...] = ()
    unknown: str = ""
    partly: bool = False


class Proof:
    """Tells of edited files whether some target would render differently.

    All kustomizations of a file's repository count that read it, directly or through others, also
    those that the user did not ask for. One that does not build proves nothing, nor one that is not
    built wholly, unless the file is behind a base that is: what such a base gives stays the same, so
    that nothing else can change with it.
    """

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._dirs: dict[str, dict[str, KustomizeDir]] = {}
        self._readers: dict[FileRef, frozenset[_Folder]] = {}
        self._before: dict[_Folder, _Rendered] = {}
        self._builders: dict[str, KustomizeBuilder] = {}

    def refused(self, edited: Mapping[FileRef, bytes]) -> dict[FileRef, str]:
        """The files that must stay as they are, each with the reason; the others are safe together.

        They are tried all at once; only where that changes something, those that can have done it
        are tried one after the other.
        """
        refused = {file: why for file in edited if (why := self._why_unprovable(file))}
        wanted = [file for file in edited if file not in refused]
        broken = self._broken(edited, wanted)
        suspects = [file for file in wanted if self._readers_of(file) & broken.keys()]
        safe = [file for file in wanted if file not in suspects]
        if suspects and self._broken(edited, safe):
            suspects, safe = wanted, []
        for file in suspects:
            broken = self._broken(edited, [*safe, file], self._readers_of(file))
            if broken:
                refused[file] = min(broken.values())
            else:
                safe.append(file)
        return refused

    def _why_unprovable(self, file: FileRef) -> str:
        readers = self._readers_of(file)
        if not readers:
            return UNUSED
        unknown = (folder for folder in sorted(readers) if not self._is_provable(folder, file))
        return next((f"{_shown(folder)} {self._rendered(folder).unknown}" for folder in unknown), "")

    def _is_provable(self, folder: _Folder, file: FileRef) -> bool:
        rendered = self._rendered(folder)
        if not rendered.unknown or not rendered.partly:
            return not rendered.unknown
        dirs = self._dirs_of(file.repo)
        names = self._names_of(file, dirs)
        affected = affected_dirs(dirs, names)
        taken = [
            one
            for one in dirs[folder[1]].references
            if one.path and (one.path in affected or any(_is_in(name, one.path) for name in names))
        ]
        return bool(taken) and all(
            one.use is Reference.RESOURCE
            and one.path in dirs
            and self._is_provable((file.repo, one.path), file)
            for one in taken
        )

    def _readers_of(self, file: FileRef) -> frozenset[_Folder]:
        """The folders that read a file and can be built: a component is built by those that use it."""
        held = self._readers.get(file)
        if held is None:
            dirs = self._dirs_of(file.repo)
            found = affected_dirs(dirs, self._names_of(file, dirs))
            built = (one for one in found if not dirs[one].component)
            held = self._readers[file] = frozenset((file.repo, one) for one in built)
        return held

    def _dirs_of(self, repo: str) -> dict[str, KustomizeDir]:
        if repo not in self._dirs:
            self._dirs[repo] = kustomize_dirs(self._sources, self._sources.tree(repo))
        return self._dirs[repo]

    def _names_of(self, file: FileRef, dirs: Mapping[str, KustomizeDir]) -> Iterable[str]:
        """The file's path, and those of kustomizations that are links to it."""
        paths = (one.document.file.path for one in dirs.values())
        tree = self._sources.tree(file.repo)
        return {
            file.path,
            *(path for path in paths if tree.is_file(path) and tree.resolve(path) == file.path),
        }

    def _broken(
        self,
        edited: Mapping[FileRef, bytes],
        files: Sequence[FileRef],
        folders: frozenset[_Folder] | None = None,
    ) -> dict[_Folder, str]:
        """Of the readers of `files` (or of `folders`) those that edits change, each with what changes."""
        if not files:
            return {}
        sources = self._sources.edited({file: edited[file] for file in files})
        builders: dict[str, KustomizeBuilder] = {}
        read_by = frozenset().union(*map(self._readers_of, files)) if folders is None else folders
        found: dict[_Folder, str] = {}
        for folder in sorted(read_by):
            after = _rendered(_build(folder, sources, builders))
            difference = _difference(self._rendered(folder), after)
            if difference:
                found[folder] = f"{_shown(folder)} {difference}"
        return found

    def _rendered(self, folder: _Folder) -> _Rendered:
        held = self._before.get(folder)
        if held is None:
            held = self._before[folder] = _rendered(_build(folder, self._sources, self._builders))
        return held


def _build(folder: _Folder, sources: Sources, builders: dict[str, KustomizeBuilder]) -> BuildResult:
    repo, path = folder
    builder = builders.get(repo)
    if builder is None:
        builder = builders[repo] = KustomizeBuilder(sources, repo)
    return builder.build(BuildTarget(repo, path, TargetKind.KUSTOMIZE))


def _rendered(built: BuildResult) -> _Rendered:
    if built.status is Status.FAILED:
        return _Rendered(unknown="does not build")
    if built.status is not Status.BUILT or not built.complete:
        why = f" ({built.reason})" if built.reason else ""
        return _Rendered(_digests(built), f"is not built wholly{why}", partly=True)
    return _Rendered(_digests(built))


def _digests(built: BuildResult) -> tuple[tuple[str, bytes], ...]:
    return tuple((f"{one.kind} {one.key.name}", _digest(emit(one.body))) for one in built.objects)


def _is_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder}/")


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _difference(before: _Rendered, after: _Rendered) -> str:
    """What differs, as the end of a sentence about the folder; "" where nothing does."""
    if after.unknown and not (before.partly and after.partly and before.unknown == after.unknown):
        return "would no longer build" if not before.unknown else before.unknown
    if before == after:
        return ""
    pairs = zip(before.objects, after.objects, strict=False)
    changed = next((old[0] for old, new in pairs if old != new), "")
    return f"would render differently ({changed or 'its number of objects'})"


def _shown(folder: _Folder) -> str:
    return folder[1] or "the root"
