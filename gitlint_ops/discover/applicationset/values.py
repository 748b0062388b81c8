"""The `values` of a generator: texts that are filled in with the parameters beside them.

Source: appendTemplatedValues in applicationset/generators/value_interpolation.go
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from gitlint_ops.discover.applicationset.parameters import Names, ParamSet, strings
from gitlint_ops.discover.applicationset.rendering import render
from gitlint_ops.discover.applicationset.scope import Scope
from gitlint_ops.model.blame import Blame
from gitlint_ops.model.location import FieldPath


def with_values(held: ParamSet, written: Any, scope: Scope, path: FieldPath) -> ParamSet:
    """The set with the generator's own values; none may name another.

    Raises:
        GeneratorFault: a value cannot be filled in.
        Unresolvable: it cannot be known here.
    """
    if not isinstance(written, Mapping) or not written:
        return held
    made: dict[str, str] = {}
    places: dict[Names, Blame] = {}
    for key, value in written.items():
        made[key] = render(str(value), held, scope, (*path, key))
        names: Names = ("values", key) if scope.engine.nested else (f"values.{key}",)
        places[names] = scope.place((*path, key))
    added: dict[str, Any] = (
        {"values": strings(made)}
        if scope.engine.nested
        else {f"values.{key}": value for key, value in made.items()}
    )
    return replace(held, values={**held.values, **added}, places={**held.places, **places})


def passed_on(written: Any, scope: Scope, path: FieldPath) -> tuple[dict[str, Any], dict[Names, Blame]]:
    """Values that are taken as they stand, as the cluster decision resource generator does."""
    held = {str(key): str(value) for key, value in written.items()} if isinstance(written, Mapping) else {}
    nested = scope.engine.nested
    places: dict[Names, Blame] = {
        ("values", key) if nested else (f"values.{key}",): scope.place((*path, key)) for key in held
    }
    if not held:
        return {}, {}
    return ({"values": strings(held)} if nested else {f"values.{k}": v for k, v in held.items()}), places
