"""Filling in one text with a set of parameters, and telling what goes wrong in the user's words."""

from __future__ import annotations

import re

from gitlint_ops.discover.applicationset.engines import GoEngine
from gitlint_ops.discover.applicationset.faults import (
    ENGINE_MISMATCH,
    PARAM_MISSING,
    GeneratorFault,
    Unresolvable,
)
from gitlint_ops.discover.applicationset.handed_on import is_handed_on, is_of_generators
from gitlint_ops.discover.applicationset.parameters import Names, ParamSet, text_of
from gitlint_ops.discover.applicationset.scope import Scope
from gitlint_ops.gotemplate.faults import TemplateFault, Unverifiable
from gitlint_ops.model.findings import Confidence, Note, Severity
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.structure import value_at

PRINTED_MAP = "map["
EXPONENT = re.compile(r"-?\d(?:\.\d+)?e\+\d{2,}")

# Text between braces that no parameter can be called: Helm's and Prometheus' own templates stay as they are.
_PARAMETER = re.compile(r"[A-Za-z_][\w./@:\[\]-]*\Z")
_ABSENT = re.compile(
    r'no entry for key "(?P<key>[^"]*)"|nil pointer evaluating [^.]*\.(?P<nil>\S+)'
    r"|can't evaluate field (?P<field>\S+)"
)


class MissingParameter(GeneratorFault):
    """Go stops at a parameter that is not given, and with it the whole set."""

    def __init__(self, names: Names, path: FieldPath, of: ParamSet) -> None:
        super().__init__(f"{'.'.join(names)} is not given", path, PARAM_MISSING)
        self.names = names
        self.of = of


def render(text: str, held: ParamSet, scope: Scope, path: FieldPath) -> str:
    """What the text at a field of the ApplicationSet yields; missing parameters are noted.

    Raises:
        GeneratorFault: the controller stops at it.
        Unresolvable: it cannot be known here.
    """
    try:
        rendered = scope.engine.render(text, held.values)
    except TemplateFault as fault:
        raise _fault(fault, text, held, scope, path) from fault
    except Unverifiable as reason:
        raise Unresolvable(
            f"the template '{_shortened(text)}' is not evaluated here: {reason}", path
        ) from reason
    if scope.engine.nested and PRINTED_MAP in rendered.text and PRINTED_MAP not in text:
        _tell_printed(text, held, scope, path)
    if EXPONENT.search(rendered.text) and not EXPONENT.search(text):
        _tell_number(text, held, scope, path)
    for names in rendered.missing:
        if scope.engine.nested or _is_meant(names[0], held, path):
            scope.is_missing(path, names, held)
    return rendered.text


def _tell_printed(text: str, held: ParamSet, scope: Scope, path: FieldPath) -> None:
    """Note a parameter that is a mapping and is written as Go prints one."""
    for names in scope.engine.references(text):
        value = value_at(held.values, names)
        if isinstance(value, dict) and all(one.path != path for one in scope.faults):
            written = "." + ".".join(names)
            inner = next((one for one in (names[-1], "name", *value) if one in value), "")
            scope.faults.append(
                GeneratorFault(
                    f"'{written}' is a mapping with Go templates, and is written as one ('{PRINTED_MAP}…')",
                    path,
                    ENGINE_MISMATCH,
                    hint=f"write '{{{{{written}.{inner}}}}}'" if inner else "",
                    cause=f"mapping {written}",
                )
            )
            return


def _tell_number(text: str, held: ParamSet, scope: Scope, path: FieldPath) -> None:
    """Note a number that is written as Go prints large ones.

    Parameters come by way of JSON, where each number is a float; in quotes they keep their digits.
    """
    for names in scope.engine.references(text):
        value = value_at(held.values, names)
        if value is None or isinstance(value, bool | dict | list):
            continue
        shown = text_of(value)
        if EXPONENT.fullmatch(shown) and all(one.path != path for one in scope.faults):
            place = held.place(names)
            fault = GeneratorFault(
                f"the number '{'.'.join(names)}' is written as '{shown}' for {held.said}",
                path,
                ENGINE_MISMATCH,
                hint="put the number in quotes where it is given",
                related=(Note(place.source, place.source_path, "the number"),) if place else (),
                cause=f"number {'.'.join(names)}",
            )
            if is_handed_on(path):
                # YAML may read it as the number again.
                fault.severity, fault.confidence = Severity.WARNING, Confidence.MEDIUM
            scope.faults.append(fault)
            return


def _is_meant(name: str, held: ParamSet, path: FieldPath) -> bool:
    """Whether what a classic template leaves alone was to be a parameter."""
    if not _PARAMETER.match(name):
        return False
    return not is_handed_on(path) or is_of_generators(name, held.values)


def _fault(fault: TemplateFault, text: str, held: ParamSet, scope: Scope, path: FieldPath) -> GeneratorFault:
    said = _ABSENT.search(fault.message)
    if said and isinstance(scope.engine, GoEngine):
        key = said["key"] or said["nil"] or said["field"]
        absent = scope.engine.absent(text, held.values)
        names = next((one for one in absent if key in one), absent[0] if absent else None)
        if names is not None:
            return MissingParameter(names, path, held)
    return GeneratorFault(
        f"the template '{_shortened(text)}' fails for {held.said}, so the set generates nothing "
        f"({fault.message})",
        path,
    )


def _shortened(text: str) -> str:
    line = " ".join(text.split())
    return f"{line[:57]}..." if len(line) > 60 else line
