"""The second generator of a matrix, filled in with the parameters of the first.

Source: RenderGeneratorParams in applicationset/utils/utils.go
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.discover.applicationset.engines import NO_VALUE, GoEngine
from gitlint_ops.discover.applicationset.faults import Unresolvable
from gitlint_ops.discover.applicationset.parameters import Names, ParamSet
from gitlint_ops.discover.applicationset.rendering import MissingParameter, render
from gitlint_ops.discover.applicationset.scope import Scope
from gitlint_ops.gotemplate.faults import TemplateFault, Unverifiable
from gitlint_ops.model.location import FieldPath

_WITH_VALUES = frozenset(
    {"clusters", "git", "scmProvider", "clusterDecisionResource", "pullRequest", "plugin", "oci"}
)
# Without which the controller asks for a repository or a label that cannot be, and stops.
_NEEDED = frozenset({("git", "repoURL"), ("git", "revision"), ("clusters", "selector")})
_PATTERNS = frozenset({("git", "directories"), ("git", "files")})


def interpolated(written: Any, held: ParamSet, scope: Scope, path: FieldPath) -> Any:
    """The generator with all its texts filled in; `values` that name what is not given stay for later.

    Raises:
        GeneratorFault: a text cannot be filled in.
        Unresolvable: one cannot be known here.
    """
    if not held.values:
        return written
    return _Filling(held, scope, path).filled(written, ())


class _Filling(Struct, frozen=True):
    """A generator that stands at `path`, and the parameters that it is given; paths lead on from there."""

    held: ParamSet
    scope: Scope
    path: FieldPath

    def filled(self, written: Any, path: FieldPath) -> Any:
        if isinstance(written, str):
            return self._text(written, path)
        if isinstance(written, list):
            return [self.filled(one, (*path, index)) for index, one in enumerate(written)]
        if not isinstance(written, Mapping):
            return written
        made: dict[str, Any] = {}
        for key, one in written.items():
            inner = (*path, key)
            if one is None:
                continue
            if key == "values" and path[-1:] and path[-1] in _WITH_VALUES and isinstance(one, Mapping):
                made[key] = {name: self._value(value, (*inner, name)) for name, value in one.items()}
            else:
                made[self._text(key, inner)] = self.filled(one, inner)
        return made

    def _text(self, text: str, path: FieldPath) -> str:
        if "{{" not in text:
            return text
        if self.scope.engine.nested:
            written = render(text, self.held, self.scope, (*self.path, *path))
            if NO_VALUE in written and NO_VALUE not in text and path[:2] in _NEEDED:
                raise self._missing(self.scope.engine.references(text), path)
            return written
        try:
            rendered = self.scope.engine.render(text, self.held.values)
        except TemplateFault:
            return render(text, self.held, self.scope, (*self.path, *path))
        # What a classic template does not know stays: it may be a parameter of the generator itself.
        if rendered.missing and path[:2] in _NEEDED:
            raise self._missing(rendered.missing, path)
        for names in rendered.missing if path[:2] in _PATTERNS else ():
            self.scope.is_missing((*self.path, *path), names, self.held)
        return rendered.text

    def _missing(self, named: tuple[Names, ...], path: FieldPath) -> MissingParameter:
        absent = [one for one in named if not _is_given(one, self.held.values)]
        return MissingParameter((absent or named)[0], (*self.path, *path), self.held)

    def _value(self, value: Any, path: FieldPath) -> Any:
        """A text of `values`, which may name what the generator itself gives."""
        if not isinstance(value, str) or not isinstance(self.scope.engine, GoEngine):
            return self.filled(value, path)
        try:
            return self.scope.engine.strict().render(value, self.held.values).text
        except Unverifiable as reason:
            raise Unresolvable(f"a value is not evaluated here: {reason}", (*self.path, *path)) from reason
        except TemplateFault as fault:
            if "map has no entry for key" in fault.message or "can't evaluate field" in fault.message:
                return value
            return render(value, self.held, self.scope, (*self.path, *path))


def _is_given(names: Names, values: Any) -> bool:
    for name in names:
        if not isinstance(values, Mapping) or name not in values:
            return False
        values = values[name]
    return True
