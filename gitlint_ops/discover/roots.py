"""Which folders of a repository its own delivery objects deliver, and whether that is all of them.

Sources: fluxcd/kustomize-controller api/v1, argoproj/argo-cd docs/operator-manual/applicationset
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.discover.delivery import ARGO, FLUX_KUSTOMIZATION
from gitlint_ops.model.structure import value_at

FLUX_SOURCE = "source.toolkit.fluxcd.io"
FLUX_SYSTEM = "flux-system"

_PLACEHOLDER = re.compile(r"\{\{.*?\}\}|\$\{[^}]*\}", re.DOTALL)
_MAX_DEPTH = 16
_MAX_LENGTH = 2000


class Wild(Struct, frozen=True):
    """Literal pieces of a path, between which anything may stand."""

    pieces: tuple[str, ...]

    def matches(self, path: str) -> bool:
        """Found piece by piece, so that no pattern takes long."""
        first, *middle = self.pieces
        if not middle:
            return path == first
        last = middle.pop()
        if not path.startswith(first) or not path.endswith(last) or len(path) < len(first) + len(last):
            return False
        at, end = len(first), len(path) - len(last)
        for piece in middle:
            found = path.find(piece, at, end)
            if found < 0:
                return False
            at = found + len(piece)
        return True


class Roots(Struct, frozen=True):
    """What delivery objects deliver.

    `folders` are named as they are, `patterns` match the folders that generators and placeholders can
    come to; those of a repository that is known to be another are left out, and of one that may be any
    are not: a folder too many only makes the answer more careful. `own`: some object plainly delivers
    from this repository. `whole`: there is none that could deliver just any folder.
    """

    folders: frozenset[str] = frozenset()
    patterns: tuple[Wild, ...] = ()
    own: bool = False
    whole: bool = True

    def name(self, folder: str) -> bool:
        return folder in self.folders or any(one.matches(folder) for one in self.patterns)


class _Path(Struct, frozen=True):
    """A path that an object delivers, "" for the root, of this repository (`own`), another, or either."""

    text: str
    own: bool = False
    other: bool = False


def roots(
    bodies: Iterable[Any],
    is_own: Callable[[str], bool],
    is_folder: Callable[[str], bool],
    expanded: Iterable[Any] = (),
) -> Roots:
    """The roots of all delivery objects among `bodies`.

    `is_own` says whether an address is that of this repository. `expanded` are ApplicationSets of which
    `bodies` has all Applications: they only add the folders that their generators exclude.
    """
    held = [one for one in bodies if isinstance(one, Mapping)]
    excluded = [path for one in expanded for path in _excluded(value_at(one, ("spec", "generators")), is_own)]
    found = [*_flux_paths(held, is_own, is_folder), *_argo_paths(held, is_own), *excluded]
    folders: set[str] = set()
    patterns: list[Wild] = []
    whole = True
    # Where no object is of this repository, its address is not known, and any may be.
    own = any(one.own for one in found)
    for one in found if own else ():
        if one.other:
            continue
        pattern = _as_pattern(one.text)
        if pattern is None:
            whole = False
        elif _PLACEHOLDER.search(one.text) or "*" in one.text:
            patterns.append(pattern)
        else:
            folders.add(_normal(one.text))
    return Roots(frozenset(folders), tuple(patterns), own, whole)


def _normal(path: str) -> str:
    normal = posixpath.normpath(path.strip() or ".").lstrip("/")
    return "" if normal == "." else normal


def _as_pattern(path: str) -> Wild | None:
    """What a path with placeholders or globs can come to; None where that is anything."""
    if len(path) > _MAX_LENGTH:
        return None
    pieces = _PLACEHOLDER.split(path)
    if len(pieces) > 1 and not any(re.search(r"\w", piece) for piece in pieces):
        return None
    parts = [part for piece in pieces for part in (*re.split(r"\*+", piece), None)][:-1]
    texts = [part for part in parts if part is not None]
    texts[0] = re.sub(r"^(?:\./)?/*", "", texts[0])
    texts[-1] = texts[-1].rstrip("/")
    return Wild(tuple(texts))


def _group_and_kind(body: Mapping[str, Any]) -> tuple[str, str]:
    return str(body.get("apiVersion", "")).rpartition("/")[0], str(body.get("kind", ""))


# Flux


def _flux_paths(
    bodies: Iterable[Mapping[str, Any]], is_own: Callable[[str], bool], is_folder: Callable[[str], bool]
) -> Iterator[_Path]:
    held = list(bodies)
    addresses: dict[str, set[str]] = {}
    for body in held:
        if _group_and_kind(body) == (FLUX_SOURCE, "GitRepository"):
            name = str(value_at(body, ("metadata", "name"), ""))
            addresses.setdefault(name, set()).add(str(value_at(body, ("spec", "url"), "")))
    delivering = [one for one in held if _group_and_kind(one) == (FLUX_KUSTOMIZATION, "Kustomization")]
    own = {name for name, urls in addresses.items() if any(map(is_own, urls))}
    if any(_is_bootstrapped(one, is_folder) for one in delivering):
        own.add(FLUX_SYSTEM)
    for body in delivering:
        yield from _flux_paths_of(body, addresses, own)


def _is_bootstrapped(body: Mapping[str, Any], is_folder: Callable[[str], bool]) -> bool:
    """Whether `flux bootstrap` wrote an object: the repository that holds it delivers itself."""
    path = value_at(body, ("spec", "path"))
    return (
        _source_of(body) == FLUX_SYSTEM
        and value_at(body, ("metadata", "name")) == FLUX_SYSTEM
        and isinstance(path, str)
        and is_folder(_normal(path))
    )


def _source_of(body: Mapping[str, Any]) -> str:
    return str(value_at(body, ("spec", "sourceRef", "name"), ""))


def _flux_paths_of(
    body: Mapping[str, Any], addresses: Mapping[str, set[str]], own: set[str]
) -> Iterator[_Path]:
    path = value_at(body, ("spec", "path"), "") or ""
    if not isinstance(path, str):
        return
    source = _source_of(body)
    is_git = value_at(body, ("spec", "sourceRef", "kind")) == "GitRepository"
    other = is_git and source in addresses and source not in own
    yield _Path(path, own=source in own, other=other)
    components = value_at(body, ("spec", "components"))
    for one in components if isinstance(components, list) else ():
        if isinstance(one, str):
            yield _Path(posixpath.join(path or ".", one), other=other)


# Argo CD


def _argo_paths(bodies: Iterable[Mapping[str, Any]], is_own: Callable[[str], bool]) -> Iterator[_Path]:
    for body in bodies:
        group, kind = _group_and_kind(body)
        if group == ARGO and kind == "Application":
            yield from _application_paths(value_at(body, ("spec",)), is_own)
        elif group == ARGO and kind == "ApplicationSet":
            yield from _set_paths(value_at(body, ("spec",), {}), is_own)


def _application_paths(spec: Any, is_own: Callable[[str], bool]) -> Iterator[_Path]:
    sources = value_at(spec, ("sources",))
    dry = value_at(spec, ("sourceHydrator", "drySource"))
    # What the hydrator writes lies in the same repository, and Argo CD reads it from there.
    hydrated = {**_mapping(dry), **_mapping(value_at(spec, ("sourceHydrator", "syncSource")))}
    several = sources if isinstance(sources, list) else ()
    for source in (value_at(spec, ("source",)), dry, hydrated, *several):
        path = value_at(source, ("path",))
        if not isinstance(path, str) or value_at(source, ("chart",)):
            continue
        address = str(value_at(source, ("repoURL",), ""))
        own = is_own(address)
        other = not own and "://" in address and not _PLACEHOLDER.search(address)
        yield _Path(path, own=own, other=other)
        components = value_at(source, ("kustomize", "components"))
        for one in components if isinstance(components, list) else ():
            if isinstance(one, str):
                yield _Path(posixpath.join(path, one), other=other)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _set_paths(spec: Any, is_own: Callable[[str], bool]) -> Iterator[_Path]:
    """The paths of an ApplicationSet; its generators' folders for a path that is a placeholder."""
    directories = [path for path, _ in _directories(value_at(spec, ("generators",)), is_own, 0)]
    yield from directories
    for one in _application_paths(value_at(spec, ("template", "spec")), is_own):
        if _as_pattern(one.text) is not None or not directories:
            yield one
    if "path" in str(value_at(spec, ("templatePatch",), "")):
        yield _Path("{{ patched }}")


def _excluded(generators: Any, is_own: Callable[[str], bool]) -> Iterator[_Path]:
    return (path for path, excluded in _directories(generators, is_own, 0) if excluded)


def _directories(node: Any, is_own: Callable[[str], bool], depth: int) -> Iterator[tuple[_Path, bool]]:
    """The globs of all git directory generators, and whether they exclude; of matrices and merges too.

    Folders that a generator excludes are left out on purpose: they count as delivered.
    """
    if depth > _MAX_DEPTH:
        return
    if isinstance(node, Mapping):
        listed = value_at(node, ("git", "directories"))
        for one in listed if isinstance(listed, list) else ():
            path = value_at(one, ("path",))
            if isinstance(path, str):
                own = is_own(str(value_at(node, ("git", "repoURL"), "")))
                yield _Path(path, own=own), value_at(one, ("exclude",)) is True
    for member in node.values() if isinstance(node, Mapping) else node if isinstance(node, list) else ():
        yield from _directories(member, is_own, depth + 1)
