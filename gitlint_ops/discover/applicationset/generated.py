"""What the ApplicationSet controller makes of an ApplicationSet, and what is wrong with it.

Source: Reconcile and validateGeneratedApplications in applicationset/controllers/applicationset_controller.go
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.discover.applicationset.application_names import NamedSet, longest_name, name_faults
from gitlint_ops.discover.applicationset.engines import NO_VALUE, ClassicEngine, Engine, GoEngine
from gitlint_ops.discover.applicationset.faults import (
    COMBINATION,
    ENGINE_MISMATCH,
    UNRESOLVABLE,
    GeneratorFault,
    Unresolvable,
)
from gitlint_ops.discover.applicationset.fixtures import STUBS
from gitlint_ops.discover.applicationset.generators import kinds_of, top_level
from gitlint_ops.discover.applicationset.mismatches import mismatches
from gitlint_ops.discover.applicationset.missing import missing_parameters
from gitlint_ops.discover.applicationset.parameters import ParamSet
from gitlint_ops.discover.applicationset.patching import PATCH, patched
from gitlint_ops.discover.applicationset.rendering import EXPONENT, PRINTED_MAP, MissingParameter
from gitlint_ops.discover.applicationset.scope import Scope, TooMany
from gitlint_ops.discover.applicationset.template import Filled, Template, Text, fill, template_of
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.discover.source_trees import SourceTrees
from gitlint_ops.gotemplate.classic import tags
from gitlint_ops.gotemplate.faults import TemplateFault
from gitlint_ops.gotemplate.fields import MissingKey
from gitlint_ops.model.blame import origin
from gitlint_ops.model.delivery import Cluster, Owner
from gitlint_ops.model.findings import Confidence, Severity, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.targets import Unchecked

GENERATORS: FieldPath = ("spec", "generators")
_MISSING_KEYS: Mapping[str, MissingKey] = {
    "missingkey=default": "default",
    "missingkey=invalid": "default",
    "missingkey=zero": "zero",
    "missingkey=error": "error",
}


class Generated(Struct, frozen=True):
    """The Applications of an ApplicationSet; `read` are the files, by repository, that parameters come from.

    Not `complete`: some are not known here, or are wrong and so left out.
    """

    objects: tuple[RenderedObject, ...] = ()
    violations: tuple[Violation, ...] = ()
    unchecked: tuple[Unchecked, ...] = ()
    read: frozenset[tuple[str, str]] = frozenset()
    complete: bool = True


class Made(Struct, frozen=True):
    """An Application, what it was made of, and the template that it was made from."""

    application: Filled
    of: ParamSet
    template: Template


def applications_of(
    owner: Owner,
    clusters: Sequence[Cluster],
    known: KnownObjects,
    trees: SourceTrees,
    fixtures: Mapping[str, Any],
) -> Generated:
    """The Applications that the controller would make, with the faults that keep it from it.

    `clusters` is the inventory, `known` what the cluster of the ApplicationSet holds, `fixtures` the setting
    of that name.
    """
    try:
        engine = engine_of(owner)
    except GeneratorFault as fault:
        return Generated(violations=(_violation(owner, fault),), complete=False)
    return Run(Scope(owner, engine, clusters, known, trees, fixtures)).result()


def engine_of(owner: Owner) -> Engine:
    """The template language of a set.

    Raises:
        GeneratorFault: it has an option that Go does not know, at which the controller panics.
    """
    if owner.value("spec", "goTemplate") is not True:
        return ClassicEngine()
    missing_key: MissingKey = "default"
    options = owner.value("spec", "goTemplateOptions")
    for index, option in enumerate(map(str, options) if isinstance(options, list) else ()):
        if option not in _MISSING_KEYS:
            raise GeneratorFault(
                f"'{option}' is no option of Go templates, so the set generates nothing",
                ("spec", "goTemplateOptions", index),
                hint="write `missingkey=error`",
            )
        missing_key = _MISSING_KEYS[option]
    return GoEngine(missing_key)


class Run:
    """One ApplicationSet on its way to Applications."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.faults: list[GeneratorFault] = []
        self.stops = False

    def result(self) -> Generated:
        """All that is to be told of the set."""
        scope = self.scope
        self.faults.extend(self._mismatches())
        made = [] if self.faults else self.made()
        scope.faults += [fault for at, fault in scope.idle.items() if at not in scope.used]
        told = self._told()
        missing = any(isinstance(one, GeneratorFault) for one in told)
        empty = not made and not self.faults and not scope.unresolved and not missing
        violations = [_violation(scope.owner, one) for one in (*self.faults, *scope.faults)]
        violations += [_violation(scope.owner, one) for one in told if isinstance(one, GeneratorFault)]
        violations += self._nothing() if empty else self._slips()
        if self.faults or (self.stops and missing):
            made = []
        whole = [one for one in made if not self._is_incomplete(one)]
        named, of_names = name_faults([_named(one) for one in whole], longest_name(scope.known))
        violations += [_violation(scope.owner, one) for one in of_names]
        unresolved = [*scope.unresolved, *(one for one in told if isinstance(one, Unresolvable))]
        violations += [_unresolvable(scope.owner, one) for one in unresolved if one.told]
        return Generated(
            tuple(self._rendered(whole[index].application) for index in named),
            tuple(violations),
            tuple(self._unchecked(unresolved, some=bool(named))),
            frozenset(scope.files),
            complete=not unresolved and not violations,
        )

    def made(self) -> list[Made]:
        """What the controller generates, whatever becomes of it then; faults are noted."""
        written = self.scope.owner.value(*GENERATORS)
        found: list[Made] = []
        for index, entry in enumerate(written if isinstance(written, list) else ()):
            if isinstance(entry, Mapping):
                found.extend(self._of_entry(entry, (*GENERATORS, index)))
        return found

    def _of_entry(self, entry: Mapping[str, Any], path: FieldPath) -> Iterator[Made]:
        try:
            for kind, sets in top_level(entry, self.scope, path):
                template = template_of(entry[kind], (*path, kind), self.scope)
                yield from self._of_sets(sets, template)
        except MissingParameter as fault:
            self._stop_at(fault)
        except GeneratorFault as fault:
            self.faults.append(fault)
        except Unresolvable as reason:
            self.scope.unresolved.append(reason)
        except TooMany as many:
            message = f"the product of these generators has {many}, which are not followed"
            self.scope.faults.append(GeneratorFault(message, many.path, COMBINATION))
            self.scope.unresolved.append(Unresolvable(message, many.path))

    def _of_sets(self, sets: Sequence[ParamSet], template: Template) -> Iterator[Made]:
        for held in sets:
            try:
                application = patched(fill(template, held, self.scope), held, self.scope)
            except MissingParameter as fault:
                self._stop_at(fault)
                continue
            except GeneratorFault as fault:
                # The same text fails alike for most sets: once is enough.
                if fault.path not in {one.path for one in self.faults}:
                    self.faults.append(fault)
                continue
            yield Made(application, held, template)

    def _stop_at(self, fault: MissingParameter) -> None:
        self.scope.is_missing(fault.path, fault.names, fault.of)
        self.stops = True

    def _mismatches(self) -> list[GeneratorFault]:
        return list(mismatches(self._texts(), self.scope.engine))

    def _texts(self) -> Iterator[Text]:
        owner = self.scope.owner
        seen: set[FieldPath] = set()
        written = owner.value(*GENERATORS)
        for index, entry in enumerate(written if isinstance(written, list) else ()):
            for kind in kinds_of(entry) if isinstance(entry, Mapping) else ():
                template = template_of(entry[kind], (*GENERATORS, index, kind), self.scope)
                for text in template.texts():
                    if text.at not in seen:
                        seen.add(text.at)
                        yield text
        patch = owner.value(*PATCH)
        if isinstance(patch, str):
            yield Text(PATCH, PATCH, patch)

    def _told(self) -> list[GeneratorFault | Unresolvable]:
        return list(missing_parameters(self.scope, stops=self.stops))

    def _nothing(self) -> Iterator[Violation]:
        """Why a set that has no fault makes no Application; services may well have nothing to answer."""
        owner = self.scope.owner
        if any(f"'{kind}'" in str(owner.value(*GENERATORS)) for kind in STUBS):
            return
        for one in dict.fromkeys(self.scope.empty):
            fault = GeneratorFault(f"{one.message}, so the set generates nothing", one.path, hint=one.hint)
            if not one.is_sure:
                fault.severity, fault.confidence = Severity.WARNING, Confidence.MEDIUM
            yield _violation(owner, fault)

    def _slips(self) -> Iterator[Violation]:
        """Misspelled names that keep one generator of several from yielding anything."""
        owner = self.scope.owner
        for one in dict.fromkeys(self.scope.empty):
            written = owner.value(*one.path)
            if one.is_slip and written is not None and "{{" not in str(written):
                message = f"{one.message}, so this generator yields nothing"
                yield _violation(owner, GeneratorFault(message, one.path, hint=one.hint))

    def _is_incomplete(self, made: Made) -> bool:
        """Whether a parameter of it was missing or no text, so that what it says means nothing."""
        names = {names[0] for _, names in self.scope.missing}
        nested = self.scope.engine.nested
        wrong = [one for one in self.scope.faults if one.rule == ENGINE_MISMATCH and one.severity is None]
        return (bool(names) or bool(wrong)) and any(
            (bool(wrong) and _is_misprinted(text)) or (bool(names) and _lacks(text, names, nested=nested))
            for text in _strings(made.application.body)
        )

    def _rendered(self, application: Filled) -> RenderedObject:
        body = application.body
        return RenderedObject(
            object_key(body), "argoproj.io/v1alpha1", body, application.blame, self.scope.owner.object.target
        )

    def _unchecked(self, unresolved: Sequence[Unresolvable], *, some: bool) -> Iterator[Unchecked]:
        """One for each field: what a set cannot be followed for."""
        owner = self.scope.owner
        for path in dict.fromkeys(one.path for one in unresolved):
            first = next(one for one in unresolved if one.path == path)
            place = origin(self.scope.place(path))
            reason = f"{'some' if some else 'the'} Applications of {owner.said} are not known: {first.reason}"
            yield Unchecked(owner.id, reason, place.source, place.source_path)


def _named(one: Made) -> NamedSet:
    name = one.application.body["metadata"].get("name")
    return NamedSet(name if isinstance(name, str) else "", one.of, one.template.at(("metadata", "name")))


def _strings(held: Any) -> Iterator[str]:
    if isinstance(held, str):
        yield held
    elif isinstance(held, Mapping):
        for key, one in held.items():
            yield key
            yield from _strings(one)
    elif isinstance(held, list):
        for one in held:
            yield from _strings(one)


def _is_misprinted(text: str) -> bool:
    return PRINTED_MAP in text or EXPONENT.search(text) is not None


def _lacks(text: str, names: set[str], *, nested: bool) -> bool:
    if nested:
        return NO_VALUE in text
    try:
        return any(tag.name in names for tag in tags(text))
    except TemplateFault:
        return True


def _violation(owner: Owner, fault: GeneratorFault) -> Violation:
    return Violation(
        owner.object,
        fault.path,
        fault.message,
        related=fault.related,
        hint=fault.hint,
        rule=fault.rule,
        severity=fault.severity,
        confidence=fault.confidence,
        at_key=_is_container(owner, fault.path),
        cause=f"{origin(owner.object.blame).source.file.path} {owner.said} {fault.cause}"
        if fault.cause
        else "",
    )


def _unresolvable(owner: Owner, one: Unresolvable) -> Violation:
    return Violation(
        owner.object,
        one.path,
        one.reason,
        rule=UNRESOLVABLE,
        at_key=_is_container(owner, one.path),
        cause=one.cause,
    )


def _is_container(owner: Owner, path: FieldPath) -> bool:
    """Whether a field holds others, so that its key is the line to edit."""
    return isinstance(owner.value(*path), Mapping | list) and isinstance(path[-1], str)
