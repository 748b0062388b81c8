"""From the entries of `generators` to sets of parameters.

Source: Transform in applicationset/generators/generator_spec_processor.go; GetGenerators beside it
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.discover.applicationset.clusters import from_clusters
from gitlint_ops.discover.applicationset.combining import from_matrix, from_merge
from gitlint_ops.discover.applicationset.faults import COMBINATION, GeneratorFault
from gitlint_ops.discover.applicationset.fixtures import STUBS, from_fixture
from gitlint_ops.discover.applicationset.git_files import from_git
from gitlint_ops.discover.applicationset.interpolation import interpolated
from gitlint_ops.discover.applicationset.lists import from_list
from gitlint_ops.discover.applicationset.parameters import ParamSet, flattened
from gitlint_ops.discover.applicationset.scope import EmptyResult, Generator, Scope, bounded
from gitlint_ops.discover.applicationset.selectors import Selector, selector
from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.location import FieldPath

# In the order of the fields of Argo CD's type, in which it goes through them.
KINDS = (
    "list",
    "clusters",
    "git",
    "scmProvider",
    "clusterDecisionResource",
    "pullRequest",
    "matrix",
    "merge",
    "plugin",
    "oci",
)
_COMBINING = ("matrix", "merge")
_MAX_DEPTH = 2
"""Matrices and merges that may stand within each other: a third could hold no other."""


def kinds_of(entry: Mapping[str, Any]) -> list[str]:
    """The generators that an entry asks for; one is usual."""
    return [kind for kind in KINDS if isinstance(entry.get(kind), Mapping)]


def top_level(
    entry: Mapping[str, Any], scope: Scope, path: FieldPath
) -> Iterator[tuple[str, list[ParamSet]]]:
    """The sets of each generator of an entry.

    Raises:
        GeneratorFault: the controller stops at it.
        Unresolvable: what it yields is not known here.
        TooMany: it yields more than is followed.
    """
    post = selector(entry.get("selector"), (*path, "selector"))
    kinds = kinds_of(entry)
    if not kinds:
        _tell_unknown(entry, scope, path)
    for kind in kinds:
        yield kind, _selected(_generated(kind, entry[kind], scope, (*path, kind), 1), post, scope)


def _tell_unknown(entry: Mapping[str, Any], scope: Scope, path: FieldPath) -> None:
    named = [str(key) for key in entry if key != "selector"]
    near = next((found for name in named if (found := did_you_mean(name, KINDS))), "")
    if named and entry.get(named[0]) is None and named[0] in KINDS:
        message = f"`{named[0]}` is empty, which is no generator"
        scope.empty.append(EmptyResult((*path, named[0]), message, f"write `{named[0]}: {{}}`"))
    elif named:
        message = f"'{named[0]}' is no generator that Argo CD knows"
        scope.empty.append(EmptyResult((*path, named[0]), message, f"did you mean '{near}'?" if near else ""))


def _child(
    entry: Mapping[str, Any], scope: Scope, path: FieldPath, given: ParamSet | None, depth: int
) -> list[ParamSet]:
    post = selector(entry.get("selector"), (*path, "selector"))
    kinds = kinds_of(entry)
    if len(kinds) != 1:
        said = "names several generators" if kinds else "names no generator that Argo CD knows"
        raise GeneratorFault(
            f"an entry of a matrix or merge {said}, so the set generates nothing", path, COMBINATION
        )
    kind = kinds[0]
    if kind in _COMBINING and depth > _MAX_DEPTH:
        raise GeneratorFault(
            f"a {kind} within a matrix or merge within another is not read, so the set generates nothing",
            (*path, kind),
            COMBINATION,
        )
    held = entry if given is None else interpolated(entry, given, scope, path)
    return _selected(_generated(kind, held[kind], scope, (*path, kind), depth), post, scope)


def _generated(kind: str, generator: Generator, scope: Scope, path: FieldPath, depth: int) -> list[ParamSet]:
    def children(entry: Mapping[str, Any], inner: FieldPath, given: ParamSet | None) -> list[ParamSet]:
        return _child(entry, scope, inner, given, depth + 1)

    if kind == "matrix":
        return from_matrix(generator, children, scope, path)
    if kind == "merge":
        return from_merge(generator, children, scope, path)
    if kind in STUBS:
        return bounded(from_fixture(kind, generator, scope, path), path)
    make = {"list": from_list, "clusters": from_clusters, "git": from_git}[kind]
    return bounded(make(generator, scope, path), path)


def _selected(sets: list[ParamSet], post: Selector, scope: Scope) -> list[ParamSet]:
    if not post.requirements:
        return sets
    kept = [one for one in sets if post.matches(flattened(one.values))]
    if sets and not kept:
        scope.empty.append(_nothing_selected(sets, post))
    return kept


def _nothing_selected(sets: list[ParamSet], post: Selector) -> EmptyResult:
    first = post.requirements[0]
    known = {name for one in sets[:50] for name in flattened(one.values)}
    hint = ""
    if first.key not in known and (near := did_you_mean(first.key, known)):
        hint = f"did you mean '{near}'?"
    message = f"the selector takes none of the {len(sets)} parameter sets"
    return EmptyResult(first.path, message, hint)
