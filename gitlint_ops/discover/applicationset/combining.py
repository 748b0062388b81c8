"""The matrix and merge generators.

Sources: applicationset/generators/matrix.go and merge.go; CombineStringMaps in applicationset/utils/map.go
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from gitlint_ops.discover.applicationset.faults import COMBINATION, GeneratorFault
from gitlint_ops.discover.applicationset.idle_overrides import note_idle
from gitlint_ops.discover.applicationset.merging import Unmergeable, overridden
from gitlint_ops.discover.applicationset.missing import is_untold
from gitlint_ops.discover.applicationset.parameters import ParamSet, combined, known_names, text_of
from gitlint_ops.discover.applicationset.rendering import MissingParameter
from gitlint_ops.discover.applicationset.scope import Generator, Scope, bounded
from gitlint_ops.gotemplate.faults import Budget
from gitlint_ops.gotemplate.values import from_data
from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.location import FieldPath

Children: TypeAlias = Callable[[Mapping[str, Any], FieldPath, ParamSet | None], list[ParamSet]]
"""Yields the sets of a child generator, filled in with a set if one is given."""


def from_matrix(generator: Generator, children: Children, scope: Scope, path: FieldPath) -> list[ParamSet]:
    """Every set of the first generator with every set of the second.

    Raises:
        GeneratorFault: there are not two, or they contradict each other.
        TooMany: the product is too large.
    """
    listed = _listed(generator)
    if len(listed) != 2:
        raise GeneratorFault(
            f"a matrix combines two generators, this one has {len(listed)}, so the set generates nothing",
            (*path, "generators"),
            COMBINATION,
            hint="put a matrix of the rest in place of the second" if len(listed) > 2 else "",
        )
    second = (*path, "generators", 1)
    found: list[ParamSet] = []
    reused: list[ParamSet] | None = None
    for one in children(listed[0], (*path, "generators", 0), None):
        scope.work(1, path)
        try:
            others = reused if reused is not None else children(listed[1], second, one)
        except MissingParameter as fault:
            if not is_untold(fault.names, one, scope):
                raise
            scope.is_missing(fault.path, fault.names, one)
            continue
        if "{{" not in str(listed[1]):
            reused = others
        for other in others:
            found.append(_product(one, other, scope, path))
            bounded(found, path)
    return found


def _product(first: ParamSet, second: ParamSet, scope: Scope, path: FieldPath) -> ParamSet:
    if scope.engine.nested:
        return combined(first, second, _overridden(second, first, path))
    left = {key: text_of(value) for key, value in first.values.items()}
    right = {key: text_of(value) for key, value in second.values.items()}
    for key, value in right.items():
        if left.get(key, value) != value:
            raise GeneratorFault(
                f"both generators of a matrix give the parameter '{key}', one '{left[key]}' and the other "
                f"'{value}', so the set generates nothing",
                (*path, "generators"),
                COMBINATION,
                hint="give one of them a `pathParamPrefix`"
                if key.startswith("path")
                else "rename it in one of them",
            )
    return combined(first, second, {**left, **right})


def from_merge(generator: Generator, children: Children, scope: Scope, path: FieldPath) -> list[ParamSet]:
    """The sets of the first generator, with those of the others over them where their keys are equal.

    Raises:
        GeneratorFault: generators or keys are missing, or a key is not unique.
    """
    listed = _listed(generator)
    if len(listed) < 2:
        raise GeneratorFault(
            f"a merge needs two generators or more, not {len(listed)}, so the set generates nothing",
            (*path, "generators"),
            COMBINATION,
        )
    written = generator.get("mergeKeys")
    keys = [str(one) for one in written] if isinstance(written, list) else []
    if not keys:
        message = "a merge needs `mergeKeys`, so the set generates nothing"
        raise GeneratorFault(message, (*path, "mergeKeys") if "mergeKeys" in generator else path, COMBINATION)
    unresolved = len(scope.unresolved)
    base = children(listed[0], (*path, "generators", 0), None)
    is_known = len(scope.unresolved) == unresolved
    all_sets = [base, *_additions(listed, children, scope, path)]
    for index, sets in enumerate(all_sets):
        _check_keys(keys, sets, scope, path, index)
    merged = _by_key(keys, base, scope, path, 0)
    for index, sets in enumerate(all_sets[1:], 1):
        idle: list[ParamSet] = []
        for key, override in _by_key(keys, sets, scope, path, index).items():
            if key in merged:
                scope.used.add(override.at)
                merged[key] = _merged(merged[key], override, scope, path)
            else:
                idle.append(override)
        if is_known:
            note_idle(keys, idle, base, scope, path)
    return list(merged.values())


def _additions(
    listed: Sequence[Mapping[str, Any]], children: Children, scope: Scope, path: FieldPath
) -> list[list[ParamSet]]:
    """The sets of the generators after the first: they only add to it, and may well have nothing to add."""
    empty, unresolved = len(scope.empty), len(scope.unresolved)
    found = [children(one, (*path, "generators", index), None) for index, one in enumerate(listed[1:], 1)]
    scope.empty[empty:] = [one for one in scope.empty[empty:] if one.is_slip]
    del scope.unresolved[unresolved:]
    return found


def _merged(base: ParamSet, override: ParamSet, scope: Scope, path: FieldPath) -> ParamSet:
    if scope.engine.nested:
        return combined(override, base, _overridden(base, override, path))
    return combined(override, base, {**base.values, **override.values})


def _overridden(base: ParamSet, by: ParamSet, path: FieldPath) -> Mapping[str, Any]:
    merged: dict[str, Any] = dict(base.values)
    for key, value in by.values.items():
        try:
            merged[key] = overridden(merged[key], value) if key in merged else value
        except Unmergeable as unmergeable:
            raise GeneratorFault(
                f"both {base.said} and {by.said} give '{key}', and one holds only texts: Argo CD cannot "
                "merge them, so the set generates nothing",
                (*path, "generators"),
                COMBINATION,
                hint=f"rename `{key}` in the list element, or give its parameters at the top",
            ) from unmergeable
    return merged


def _check_keys(
    keys: Sequence[str], sets: Sequence[ParamSet], scope: Scope, path: FieldPath, index: int
) -> None:
    """That each key is a parameter of the child.

    Raises:
        GeneratorFault: several of its sets then have one key, at which the controller stops.
    """
    for position, key in enumerate(keys):
        if not sets or any(key in one.values for one in sets):
            continue
        names = known_names(sets, nested=False)
        hint = ""
        if scope.engine.nested and "." in key:
            hint = (
                "with Go templates only parameters at the top can be merge keys, such as `name` or `server`"
            )
        elif near := did_you_mean(key, names):
            hint = f"did you mean '{near}'?"
        stops = len({_key_of(one, keys) for one in sets}) < len(sets)
        if stops:
            outcome = "so several of its sets have the same key, and the set generates nothing"
        else:
            outcome = "so it is not told apart by that"
        fault = GeneratorFault(
            f"generator {index + 1} of this merge gives no parameter '{key}', {outcome}",
            (*path, "mergeKeys", position),
            COMBINATION,
            hint=hint,
            related=(scope.note((*path, "generators", index), "the generator that does not give it"),),
        )
        if stops:
            raise fault
        scope.faults.append(fault)


def _key_of(one: ParamSet, keys: Sequence[str]) -> str:
    held = from_data({key: one.values.get(key) for key in sorted(set(keys))}, Budget())
    return json.dumps(held, default=str, sort_keys=True)


def _by_key(
    keys: Sequence[str], sets: Sequence[ParamSet], scope: Scope, path: FieldPath, index: int
) -> dict[str, ParamSet]:
    found: dict[str, ParamSet] = {}
    for one in sets:
        key = _key_of(one, keys)
        if key in found:
            said = ", ".join(f"{name} '{text_of(one.values.get(name))}'" for name in keys)
            raise GeneratorFault(
                f"generator {index + 1} of this merge gives two sets with the same key ({said}), so the set "
                "generates nothing",
                (*path, "mergeKeys"),
                COMBINATION,
                related=(scope.note((*path, "generators", index), "the generator that gives both"),),
            )
        found[key] = one
    return found


def _listed(generator: Generator) -> list[Mapping[str, Any]]:
    written = generator.get("generators")
    return [one for one in written if isinstance(one, Mapping)] if isinstance(written, list) else []
