"""Charts whose dependencies and lock file do not agree, so that others get other charts, or none.

Source: helm.sh/helm internal/resolver/resolver.go (HashReq), pkg/downloader/manager.go (Build)
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from msgspec import Struct

from gitlint_ops.build.helm.metadata import (
    CHART_FILE,
    CHART_LOCK,
    FILE_SCHEME,
    OLD_LOCK,
    OLD_REQUIREMENTS,
    Dependency,
    Metadata,
    dependencies,
    metadata,
)
from gitlint_ops.build.kustomize.decode import scalar_text
from gitlint_ops.discover.roles import is_delivered
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.findings import Severity, Violation
from gitlint_ops.model.globs import Globs
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.version_ranges import satisfies, version
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import EntryKind, Tree, Unreadable, parents

OUT_OF_SYNC = "lock-out-of-sync"

# What of a dependency helm hashes, in this order; all but the repository only where it says something.
_HASHED = ("name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias")
_ESCAPED = {ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}


class _Locked(Struct, frozen=True):
    """A chart and its lock file."""

    folder: str
    chart: Metadata
    listed: DocumentRef
    lock: DocumentRef
    body: Mapping[str, Any]


def lock_violations(
    found: Survey,
    tree: Tree,
    sources: Sources,
    excluded: Globs = Globs(()),  # noqa: B008 - frozen
) -> Iterator[Violation]:
    """Missing locks, and those that do not fit; of a change, of the charts that it touches."""
    for folder in chart_folders(tree):
        files = {name: f"{folder}/{name}" if folder else name for name in _FILES}
        chart = files[CHART_FILE]
        wanted = tree.repository.holds(chart) and not excluded.match(chart) and is_delivered(chart, "")
        if wanted and (found.changed is None or found.changed.intersection(files.values())):
            yield from _of_chart(folder, files, tree, sources)


_FILES = (CHART_FILE, OLD_REQUIREMENTS, CHART_LOCK, OLD_LOCK)


def chart_folders(tree: Tree) -> Iterator[str]:
    """The folders of charts, without those that are parts of others."""
    held = {
        path.rpartition("/")[0]
        for path, entry in tree.entries().items()
        if entry.kind is EntryKind.FILE and path.rpartition("/")[2] == CHART_FILE
    }
    for folder in sorted(held):
        inside = (one.removesuffix("/charts") for one in parents(folder) if one.endswith("/charts"))
        if not any(one in held for one in inside):
            yield folder


def _of_chart(folder: str, files: Mapping[str, str], tree: Tree, sources: Sources) -> Iterator[Violation]:
    held = (name for name in (CHART_FILE, OLD_REQUIREMENTS) if tree.is_file(files[name]))
    chart = metadata({name: _data(tree, files[name]) for name in held})
    fetched = [one for one in chart.dependencies if one.repository]
    listed = DocumentRef(tree.ref(files[chart.listed_in]))
    name = CHART_LOCK if chart.listed_in == CHART_FILE else OLD_LOCK
    if not tree.is_file(files[name]):
        yield from _missing(fetched, folder, listed, name, tree)
        return
    try:
        documents = sources.text(tree.ref(files[name]), Typing.KUBECTL).documents
    except Unreadable:
        return
    body = documents[0].body if documents else None
    if isinstance(body, dict):
        lock = DocumentRef(tree.ref(files[name]))
        yield from _compared(_Locked(folder, chart, listed, lock, body), name)


def _data(tree: Tree, path: str) -> bytes:
    try:
        return tree.read(path)
    except Unreadable:
        return b""


def _missing(
    fetched: Sequence[Dependency], folder: str, listed: DocumentRef, name: str, tree: Tree
) -> Iterator[Violation]:
    """No lock: nothing says which charts the last one who looked at it had."""
    remote = [one for one in fetched if not one.repository.startswith(FILE_SCHEME)]
    if not remote or _is_ignored(folder, name, tree) or _are_packed(remote, folder, tree):
        return
    floating = [one for one in remote if version(one.version) is None]
    first = (floating or remote)[0]
    names = ", ".join(one.name for one in (floating or remote)[:5])
    what = "so that their versions are decided anew at every build"
    if not floating:
        what = "which records the charts that it was tried with"
    yield Violation(
        listed,
        (*first.path, "name"),
        f"the chart depends on {names} and has no {name}, {what}",
        hint=f"run `helm dependency update {folder or '.'}` and commit {name}",
        rule=OUT_OF_SYNC,
        # An exact version comes to the same charts, as long as their servers keep them.
        severity=None if floating else Severity.WARNING,
    )


def _is_ignored(folder: str, name: str, tree: Tree) -> bool:
    """Whether a `.gitignore` here or above keeps lock files out, as some do on purpose."""
    for above in (folder, *parents(folder), ""):
        for line in _data(tree, f"{above}/.gitignore" if above else ".gitignore").splitlines():
            pattern = line.decode("utf-8", "replace").strip()
            if pattern and not pattern.startswith(("#", "!")):
                last = pattern.rstrip("/").rpartition("/")[2]
                if last not in ("*", "**") and fnmatchcase(name, last):
                    return True
    return False


def _are_packed(wanted: Sequence[Dependency], folder: str, tree: Tree) -> bool:
    """Whether all of these charts are committed too, so that there is nothing left to decide."""
    prefix = f"{folder}/charts/" if folder else "charts/"
    held = [path.removeprefix(prefix) for path in tree.entries() if path.startswith(prefix)]
    return all(
        any(path == f"{one.name}/{CHART_FILE}" or _is_archive(path, one.name) for path in held)
        for one in wanted
    )


def _is_archive(path: str, name: str) -> bool:
    return path.startswith(f"{name}-") and path.endswith(".tgz") and "/" not in path


def _compared(one: _Locked, name: str) -> Iterator[Violation]:
    hint = f"run `helm dependency update {one.folder or '.'}` and commit {name}"
    held = tuple(dependencies(one.body.get("dependencies")))
    if [each.name for each in held] != [each.name for each in one.chart.dependencies]:
        yield from _other_names(one, held, name, hint)
        return
    for wanted, locked in zip(one.chart.dependencies, held, strict=True):
        parsed = version(scalar_text(locked.entry.get("version")))
        asked = scalar_text(wanted.entry.get("version"))
        if parsed is not None and satisfies(parsed, asked or "*") is False:
            told = f"{name} locks {wanted.name} {locked.version}, which is outside of '{asked}'"
            yield _told(one.listed, (*wanted.path, "version"), told, hint)
            return
        if locked.repository != wanted.repository:
            told = (
                f"{name} was written for another repository of {wanted.name}, {locked.repository or 'none'}"
            )
            yield _told(one.listed, (*wanted.path, "repository"), told, hint)
            return
    if isinstance(one.body.get("digest"), str) and not _fits(one, held):
        told = f"{one.chart.listed_in} was changed since {name} was written (its digest is another)"
        yield _told(one.lock, ("digest",), told, hint)


def _other_names(one: _Locked, held: Sequence[Dependency], name: str, hint: str) -> Iterator[Violation]:
    locked = {each.name for each in held}
    new = next((each for each in one.chart.dependencies if each.name not in locked), None)
    if new is not None:
        told = f"{name} knows nothing of the dependency {new.name}"
        yield _told(one.listed, (*new.path, "name"), told, hint)
    elif one.chart.dependencies:
        told = f"{name} locks other dependencies than {one.chart.listed_in} lists"
        yield _told(one.lock, ("dependencies",), told, hint)


def _told(on: DocumentRef, path: FieldPath, message: str, hint: str) -> Violation:
    refused = "; `helm dependency build`, and with it Argo CD, refuses the chart"
    return Violation(on, path, f"{message}{refused}", hint=hint, rule=OUT_OF_SYNC)


def _fits(one: _Locked, held: Sequence[Dependency]) -> bool:
    """Whether the digest is that of the dependencies, by the way of Helm 3 or of Helm 2."""
    wanted = [_hashed(each.entry) for each in one.chart.dependencies]
    digest = one.body["digest"]
    if digest == _digest([wanted, [_hashed(each.entry) for each in held]]):
        return True
    return one.chart.listed_in == OLD_REQUIREMENTS and digest == _digest({"dependencies": wanted})


def _hashed(entry: Mapping[str, Any]) -> dict[str, Any]:
    texts = {"name", "version", "repository", "condition", "alias"}
    made: dict[str, Any] = {}
    for name in _HASHED:
        value = entry.get(name)
        if name in texts:
            value = scalar_text(value) if value is not None else ""
        if name == "tags" and isinstance(value, list):
            value = [scalar_text(one) for one in value]
        if value or name in ("name", "repository"):
            made[name] = value
    return made


def _digest(held: Any) -> str:
    """As Go prints JSON: without blanks, keys of free mappings sorted, some characters escaped."""
    text = json.dumps(_sorted(held), ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED)
    return "sha256:" + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _sorted(held: Any, depth: int = 0) -> Any:
    if isinstance(held, list):
        return [_sorted(one, depth + 1) for one in held]
    if isinstance(held, dict):
        # The dependencies themselves are no free mappings: their fields stand in helm's order.
        items = held.items() if "repository" in held else sorted(held.items())
        return {key: _sorted(one, depth + 1) for key, one in items}
    return held
