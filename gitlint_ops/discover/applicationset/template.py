"""The template of an Application: which text stands where, and what it becomes with a set of parameters.

Sources: mergeGeneratorTemplate in applicationset/generators/generator_spec_processor.go;
RenderTemplateParams in applicationset/utils/utils.go; GenerateApplications in template.go of controllers
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.discover.applicationset.merging import filled, is_filled_in
from gitlint_ops.discover.applicationset.parameters import ParamSet
from gitlint_ops.discover.applicationset.rendering import render
from gitlint_ops.discover.applicationset.scope import Scope
from gitlint_ops.model.blame import Blame, MapBlame, Origin, Stacked, Via, child, over, with_blame
from gitlint_ops.model.location import FieldPath

FINALIZER = "resources-finalizer.argocd.argoproj.io"
TEMPLATE: FieldPath = ("spec", "template")
_META = ("name", "namespace", "labels", "annotations", "finalizers")
_ALONE = re.compile(r"\{\{-?\s*[\w.@/-]+\s*-?\}\}")
_LONGEST = 5
"""Parameters of one text that are told as places behind it."""


class Text(Struct, frozen=True):
    """A text of the template that has placeholders; `at` is its field of the ApplicationSet.

    It may be the key of a mapping: then its path ends with it.
    """

    path: FieldPath
    at: FieldPath
    text: str


class Template(Struct, frozen=True):
    """What a generator's Applications are made from: its own template, filled up with that of the set."""

    body: Mapping[str, Any]
    own: Mapping[str, Any]
    own_path: FieldPath

    def at(self, path: FieldPath) -> FieldPath:
        """Where a field of it stands in the ApplicationSet."""
        if not self.own or is_filled_in(self.own, path):
            return (*TEMPLATE, *path)
        return (*self.own_path, *path)

    def texts(self) -> Iterator[Text]:
        """All texts with placeholders."""
        for path, text in _texts(self.body, ()):
            yield Text(path, self.at(path), text)


def template_of(generator: Mapping[str, Any], path: FieldPath, scope: Scope) -> Template:
    """The template for the Applications of a top-level generator."""
    base = scope.owner.value(*TEMPLATE)
    own = generator.get("template")
    defaults = base if isinstance(base, Mapping) else {}
    held = own if isinstance(own, dict) else {}
    return Template(filled(held, dict(defaults)) if held else defaults, held, (*path, "template"))


def _texts(held: Any, path: FieldPath) -> Iterator[tuple[FieldPath, str]]:
    if isinstance(held, str):
        if "{{" in held:
            yield path, held
    elif isinstance(held, Mapping):
        for key, one in held.items():
            if "{{" in key:
                yield (*path, key), key
            yield from _texts(one, (*path, key))
    elif isinstance(held, list):
        for index, one in enumerate(held):
            yield from _texts(one, (*path, index))


class Filled(Struct, frozen=True):
    """A template with the parameters of one set in it."""

    body: Mapping[str, Any]
    blame: Blame


def fill(template: Template, held: ParamSet, scope: Scope) -> Filled:
    """The Application of a set of parameters, before its `templatePatch`.

    Raises:
        GeneratorFault: the controller stops at a text.
        Unresolvable: one cannot be known here.
    """
    body: Any = template.body
    blame = _template_blame(template, scope)
    if held.values:
        body = _rendered(template.body, held, template, scope, ())
        blame = _with_parameters(blame, template, held, scope)
    return _application(body, blame, scope, filled_in=bool(held.values))


def _rendered(held: Any, params: ParamSet, template: Template, scope: Scope, path: FieldPath) -> Any:
    if isinstance(held, str):
        return render(held, params, scope, template.at(path)) if "{{" in held else held
    if isinstance(held, list):
        return [_rendered(one, params, template, scope, (*path, index)) for index, one in enumerate(held)]
    if not isinstance(held, Mapping):
        return held
    made: dict[str, Any] = {}
    for key, one in held.items():
        inner = (*path, key)
        value = _rendered(one, params, template, scope, inner)
        made[render(key, params, scope, template.at(inner)) if "{{" in key else key] = value
    return made


def _template_blame(template: Template, scope: Scope) -> Blame:
    """What set the template's fields, without its placeholders."""
    base = scope.place(TEMPLATE)
    if not template.own:
        return base
    return _own_over(template.own, scope.place(template.own_path), base)


def _own_over(own: Any, blame: Blame, base: Blame) -> Blame:
    if not isinstance(own, Mapping):
        return blame
    changed = {key: _own_over(one, child(blame, key), child(base, key)) for key, one in own.items() if one}
    return MapBlame(base, changed)


def _with_parameters(blame: Blame, template: Template, held: ParamSet, scope: Scope) -> Blame:
    """What set the template's texts: where all of one is what a file gives, that file, over the template."""
    for one in template.texts():
        entry = scope.entry(one.at)
        places = [place for names in scope.engine.references(one.text) if (place := held.place(names))]
        made: Origin = entry
        if len(places) == 1 and _ALONE.fullmatch(one.text) and scope.has_read(places[0]):
            made = over(places[0], replace(entry, via=Via.GENERATOR))
        elif places:
            made = over(entry, _chained(places[:_LONGEST]))
        blame = with_blame(blame, _filled_path(one.path, held, scope), made)
    return blame


def _filled_path(path: FieldPath, held: ParamSet, scope: Scope) -> FieldPath:
    """Where a field of the template stands in the Application: keys may have placeholders too."""
    if not any(isinstance(part, str) and "{{" in part for part in path):
        return path
    return tuple(
        scope.engine.render(part, held.values).text if isinstance(part, str) else part for part in path
    )


def _chained(places: list[Origin]) -> Origin:
    """Several places as one chain."""
    first, *rest = places
    for one in rest:
        below = first.over
        first = Origin(
            first.source,
            first.source_path,
            first.via,
            first.verbatim,
            one if below is None else Stacked(below, one),
        )
    return first


def _application(body: Any, blame: Blame, scope: Scope, *, filled_in: bool) -> Filled:
    held = body if isinstance(body, Mapping) else {}
    written = held.get("metadata")
    metadata = {key: written[key] for key in _META if key in written} if isinstance(written, Mapping) else {}
    changed: dict[str, Blame] = {}
    namespace = scope.owner.object.key.namespace
    metadata.pop("namespace", None)
    if namespace:
        metadata["namespace"] = namespace
        changed["namespace"] = scope.place(("metadata", "namespace"))
    if filled_in and not metadata.get("finalizers") and not is_preserving(scope):
        metadata["finalizers"] = [FINALIZER]
        changed["finalizers"] = scope.entry(TEMPLATE)
    whole = MapBlame(
        scope.entry(TEMPLATE),
        {"metadata": _members(blame, "metadata", changed), "spec": _members(blame, "spec", {})},
    )
    made = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": metadata,
        "spec": spec if isinstance(spec := held.get("spec"), Mapping) else {},
    }
    return Filled(made, whole)


def _members(blame: Blame, key: str, changed: Mapping[str, Blame]) -> Blame:
    held = child(blame, key)
    return MapBlame(held, changed) if changed else held


def is_preserving(scope: Scope) -> bool:
    """Whether the set leaves what its Applications deployed when it removes them."""
    return scope.owner.value("spec", "syncPolicy", "preserveResourcesOnDeletion") is True
