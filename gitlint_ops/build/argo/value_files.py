"""Which files the value files of a Helm source mean: in its own repository, or in that of a `ref`.

Source: argo-cd reposerver/repository/repository.go (getResolvedValueFiles, getResolvedRefValueFile)
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from gitlint_ops.build.argo.application import VALUES_REF_BROKEN, Rendering
from gitlint_ops.build.argo.source import ArgoSource, BuildEnvironment
from gitlint_ops.build.helm.store import ChartByName, ChartInTree
from gitlint_ops.discover.applicationset.globbing import BadPattern, doublestar_matcher
from gitlint_ops.discover.source_trees import Lacking
from gitlint_ops.model.location import FieldPath, FileRef
from gitlint_ops.model.near_names import most_alike, near_name
from gitlint_ops.workspace.tree import Tree, Unreadable

_GLOB = re.compile(r"[*?\[]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_FETCHED = frozenset(
    {"http", "https", "secrets", "secrets+gpg-import", "secrets+age-import", "secrets+literal"}
)


class ValueFile(Struct, frozen=True):
    """One entry: the file, or why there is none (`lack`). `is_fault`: Argo CD renders nothing then."""

    text: str
    path: FieldPath
    file: FileRef | None = None
    lack: str = ""
    is_fault: bool = False


class _Base(Struct, frozen=True):
    """Where an entry is looked for: paths are relative to `folder`, those from "/" to the root."""

    tree: Tree
    folder: str
    shown: str


def value_files(
    source: ArgoSource,
    where: ChartInTree | ChartByName,
    environment: BuildEnvironment,
    run: Rendering,
    at: FieldPath = (),
) -> Iterator[ValueFile]:
    """The files of `valueFiles`, or of the one field at `at`; faults are told in passing."""
    entries = [(at, source.value(*at))] if at else _entries(source)
    explicit = {text for _, text in entries if isinstance(text, str) and not _GLOB.search(text)}
    seen: set[FileRef] = set()
    for path, text in entries:
        if not isinstance(text, str):
            continue
        for one in _found(source, where, environment, run, path, text):
            repeated = one.file is not None and (
                one.file in seen or (_GLOB.search(text) and one.text in explicit)
            )
            if one.file is not None:
                seen.add(one.file)
            if not repeated:
                yield one


def _entries(source: ArgoSource) -> list[tuple[FieldPath, Any]]:
    return [(("helm", "valueFiles", index), one) for index, one in source.items("helm", "valueFiles")]


def _found(
    source: ArgoSource,
    where: ChartInTree | ChartByName,
    environment: BuildEnvironment,
    run: Rendering,
    path: FieldPath,
    text: str,
) -> Iterator[ValueFile]:
    base = _base(source, where, run, path, text)
    if isinstance(base, ValueFile):
        yield base
        return
    rest = text if not text.startswith("$") or base.shown == "" else "/" + text.partition("/")[2]
    filled = environment.fill(rest)
    scheme = _SCHEME.match(filled)
    if scheme is not None:
        yield _fetched(source, run, path, text, scheme[1].lower())
        return
    inner = filled.lstrip("/") if filled.startswith("/") else posixpath.join(base.folder, filled)
    wanted = posixpath.normpath(inner)
    if _GLOB.search(wanted):
        yield from _globbed(source, run, path, text, wanted, base)
    else:
        yield _one(source, run, path, text, wanted, base)


def _base(
    source: ArgoSource, where: ChartInTree | ChartByName, run: Rendering, path: FieldPath, text: str
) -> _Base | ValueFile:
    if text.startswith("$"):
        name = text.partition("/")[0][1:]
        referred = [one for one in run.sources if one.text("ref") == name]
        if referred:
            return _referred(source, run, path, text, referred)
        if not name.startswith("ARGOCD_") and not name.startswith("{"):
            return _undefined(source, run, path, text, name)
    if isinstance(where, ChartInTree):
        return _Base(where.tree, where.path, "")
    lack = f"{text} lies in the chart {where.name}, which is not in the workspace"
    return ValueFile(text, path, lack=lack)


def _referred(
    source: ArgoSource, run: Rendering, path: FieldPath, text: str, referred: list[ArgoSource]
) -> _Base | ValueFile:
    if len(referred) > 1:
        return ValueFile(text, path, lack="which source is meant is told at their refs", is_fault=True)
    if referred[0].text("chart"):
        message = (
            f"the source with the ref '{referred[0].text('ref')}' is a chart, which has no files to give"
        )
        return _fault(source, run, path, text, message, "put the ref on a source of a git repository")
    tree = run.trees[referred[0].path]
    if isinstance(tree, Lacking):
        run.found.leave_out(source, path, f"values of {text}: {tree.reason}")
        return ValueFile(text, path, lack=tree.reason)
    return _Base(tree.tree, "", text.partition("/")[0])


def _undefined(source: ArgoSource, run: Rendering, path: FieldPath, text: str, name: str) -> ValueFile:
    known = [one.text("ref") for one in run.sources if one.text("ref")]
    near = most_alike(name, known)
    hint = f"did you mean '${near}'?" if near else f"add `ref: {name}` to the source that holds the file"
    return _fault(source, run, path, text, f"no source of this Application has the ref '{name}'", hint)


def _fetched(source: ArgoSource, run: Rendering, path: FieldPath, text: str, scheme: str) -> ValueFile:
    if scheme not in _FETCHED:
        message = f"the values file '{text}' has a scheme that Argo CD does not allow: {scheme}"
        return _fault(source, run, path, text, message, "")
    run.found.leave_out(source, path, f"values are fetched from {scheme}, which is not done here")
    return ValueFile(text, path, lack="values are fetched")


def _globbed(
    source: ArgoSource, run: Rendering, path: FieldPath, text: str, wanted: str, base: _Base
) -> Iterator[ValueFile]:
    try:
        matches = doublestar_matcher(wanted)
    except BadPattern as error:
        yield _fault(source, run, path, text, f"the pattern '{text}' {error}", "")
        return
    found = [one for one in base.tree.entries() if matches(one)]
    if not found and source.value("helm", "ignoreMissingValueFiles") is not True:
        yield _fault(source, run, path, text, f"the pattern '{text}' matches no file", "")
    yield from (ValueFile(one, path, base.tree.ref(one)) for one in found)


def _one(
    source: ArgoSource, run: Rendering, path: FieldPath, text: str, wanted: str, base: _Base
) -> ValueFile:
    try:
        held = base.tree.resolve(wanted)
    except Unreadable as error:
        return _fault(source, run, path, text, f"the values file '{text}' {error.reason}", "")
    if held in base.tree.entries():
        return ValueFile(text, path, base.tree.ref(held))
    if source.value("helm", "ignoreMissingValueFiles") is True:
        return ValueFile(text, path)
    near = near_name(wanted, base.tree.entries()) or most_alike(wanted, _beside(wanted, base.tree))
    hint = f"did you mean '{near}'?" if near else "write the file, or set ignoreMissingValueFiles: true"
    where = f" (as {wanted} of {base.tree.name})" if base.shown else f" (looked for as {wanted})"
    return _fault(source, run, path, text, f"there is no values file '{text}'{where}", hint)


def _beside(wanted: str, tree: Tree) -> Iterator[str]:
    folder = posixpath.dirname(wanted)
    return (one for one in tree.entries() if posixpath.dirname(one) == folder)


def _fault(
    source: ArgoSource, run: Rendering, path: FieldPath, text: str, message: str, hint: str
) -> ValueFile:
    run.found.refuse(source, path, VALUES_REF_BROKEN, message, hint)
    return ValueFile(text, path, lack=message, is_fault=True)
