"""The second generator of a matrix, filled in with the parameters of the first.

Source: RenderGeneratorParams in applicationset/utils/utils.go
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitlint_ops.discover.applicationset.engines import GoEngine
from gitlint_ops.discover.applicationset.faults import Unresolvable
from gitlint_ops.discover.applicationset.parameters import ParamSet
from gitlint_ops.discover.applicationset.rendering import render
from gitlint_ops.discover.applicationset.scope import Scope
from gitlint_ops.gotemplate.faults import TemplateFault, Unverifiable
from gitlint_ops.model.location import FieldPath

_WITH_VALUES = frozenset(
    {"clusters", "git", "scmProvider", "clusterDecisionResource", "pullRequest", "plugin", "oci"}
)


def interpolated(written: Any, held: ParamSet, scope: Scope, path: FieldPath) -> Any:
    """The generator with all its texts filled in; `values` that name what is not given stay for later.

    Raises:
        GeneratorFault: a text cannot be filled in.
        Unresolvable: one cannot be known here.
    """
    if not held.values:
        return written
    return _filled(written, held, scope, path)


def _filled(written: Any, held: ParamSet, scope: Scope, path: FieldPath) -> Any:
    if isinstance(written, str):
        return _text(written, held, scope, path)
    if isinstance(written, list):
        return [_filled(one, held, scope, (*path, index)) for index, one in enumerate(written)]
    if not isinstance(written, Mapping):
        return written
    made: dict[str, Any] = {}
    for key, one in written.items():
        if one is None:
            continue
        inner = (*path, key)
        if key == "values" and path[-1:] and path[-1] in _WITH_VALUES and isinstance(one, Mapping):
            made[key] = {name: _value(value, held, scope, (*inner, name)) for name, value in one.items()}
        else:
            made[_text(key, held, scope, inner)] = _filled(one, held, scope, inner)
    return made


def _text(text: str, held: ParamSet, scope: Scope, path: FieldPath) -> str:
    if "{{" not in text:
        return text
    if scope.engine.nested:
        return render(text, held, scope, path)
    # What a classic template does not know stays, and may be a parameter of the generator itself.
    try:
        return scope.engine.render(text, held.values).text
    except TemplateFault:
        return render(text, held, scope, path)


def _value(value: Any, held: ParamSet, scope: Scope, path: FieldPath) -> Any:
    if not isinstance(value, str) or not isinstance(scope.engine, GoEngine):
        return _filled(value, held, scope, path)
    try:
        return scope.engine.strict().render(value, held.values).text
    except Unverifiable as reason:
        raise Unresolvable(f"a value is not evaluated here: {reason}", path) from reason
    except TemplateFault as fault:
        if "map has no entry for key" in fault.message or "can't evaluate field" in fault.message:
            return value
        return render(value, held, scope, path)
