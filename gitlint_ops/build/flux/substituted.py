"""What a Kustomization's variables make of all that it builds, and what is wrong with them.

Source: fluxcd/kustomize-controller CHANGELOG.md (1.9: variables without a value are errors)
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.flux.substitution import Substituted, Trouble, substitute
from gitlint_ops.build.flux.variables import NAME, Variables, variables_of
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.model.blame import origin
from gitlint_ops.model.delivery import Owner
from gitlint_ops.model.findings import Confidence, Note, Severity, Violation
from gitlint_ops.model.near_names import near_name
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult
from gitlint_ops.model.version_ranges import version

UNDEFINED = "substitution-undefined"
EATS_SCRIPT = "substitution-eats-script"
BUILD_FAILED = "build-failed"

_STRICT_SINCE = (2, 9)
_MOST_PLACES = 5
_SCRIPT_FIELDS = frozenset({"args", "command", "script", "source", "json"})
_SCRIPT_KINDS = frozenset({"CustomResourceDefinition", "GrafanaDashboard", "PrometheusRule"})


class _Met(Struct, frozen=True):
    """A trouble and the object that it is in."""

    object: RenderedObject
    trouble: Trouble
    in_script: bool


def is_strict(flux: str) -> bool:
    """Whether this version of Flux refuses variables without a value; "" is the newest one."""
    found = version(flux) if flux else None
    return found is None or (found.major, found.minor) >= _STRICT_SINCE


def with_substitutions(owner: Owner, result: BuildResult, known: KnownObjects, flux: str) -> BuildResult:
    """The result after substitution, with what this version of Flux would refuse or empty."""
    variables = variables_of(owner, known)
    if variables is None:
        return result
    wrong = tuple(_wrong_names(owner, variables))
    if wrong:
        return replace(result, violations=(*result.violations, *wrong))
    strict = is_strict(flux)
    done = tuple(substitute(one, variables, strict=strict) for one in result.objects)
    violations = (*result.violations, *_told(owner, result.objects, done, variables, strict=strict))
    objects = tuple(one.object for one in done)
    return replace(result, objects=objects, violations=violations)


def _wrong_names(owner: Owner, variables: Variables) -> Iterator[Violation]:
    """Variables whose names Flux refuses, each at the place that gives it."""
    for name, held in variables.held.items():
        if not NAME.match(name):
            place = origin(held.blame)
            yield Violation(
                place.source,
                place.source_path,
                f"'{name}' of {held.said} is no name of a variable: Flux builds nothing of "
                f"{owner.said} (Flux: must match '^[_[:alpha:]][_[:alpha:][:digit:]]*$')",
                hint="use letters, digits and underscores, and no digit at the start",
                rule=BUILD_FAILED,
            )


# What is wrong


def _told(
    owner: Owner,
    objects: tuple[RenderedObject, ...],
    done: tuple[Substituted, ...],
    variables: Variables,
    *,
    strict: bool,
) -> Iterator[Violation]:
    """One violation for each variable, at the first place that wants it; for a script, one in all."""
    undefined: dict[Hashable, list[_Met]] = {}
    for before, after in zip(objects, done, strict=True):
        for trouble in after.troubles:
            met = _Met(before, trouble, _is_script(before, trouble))
            if trouble.name:
                alike = (before.key, trouble.path) if met.in_script else trouble.name
                undefined.setdefault(alike, []).append(met)
            else:
                yield _unreadable(owner, met)
    for found in undefined.values():
        yield _without_value(owner, found, near_name(found[0].trouble.name, variables.held), strict=strict)


def _is_script(one: RenderedObject, trouble: Trouble) -> bool:
    """Whether a text is one of many lines, or a program's: where `${...}` may mean something else."""
    path = trouble.path
    return (
        trouble.line > 0
        or one.kind in _SCRIPT_KINDS
        or any(part in _SCRIPT_FIELDS for part in path if isinstance(part, str))
    )


_SWITCH_OFF = (
    "write $${...} for what Flux must leave alone, or annotate the object with "
    "kustomize.toolkit.fluxcd.io/substitute: disabled"
)


def _unreadable(owner: Owner, met: _Met) -> Violation:
    trouble = met.trouble
    if trouble.reason.startswith("the object"):
        message = f"once the variables of {trouble.excerpt} are replaced, {trouble.reason}"
        hint = "quote it twice, as in '\"${...}\"', or mend the value of the variable"
        rule = BUILD_FAILED
    else:
        message = f"Flux takes '{trouble.excerpt}' for a variable and cannot read it (Flux: {trouble.reason})"
        hint, rule = _SWITCH_OFF, EATS_SCRIPT
    return Violation(
        met.object,
        trouble.path,
        f"{message}, so that nothing of {owner.said} is applied",
        hint=hint,
        rule=rule,
        line=trouble.line,
        severity=Severity.ERROR,
        confidence=Confidence.HIGH,
    )


def _without_value(owner: Owner, found: list[_Met], near: str, *, strict: bool) -> Violation:
    first = found[0]
    name = first.trouble.name
    names = list(dict.fromkeys(one.trouble.name for one in found))
    more = f" (nor {', '.join(names[1 : _MOST_PLACES + 1])})" if len(names) > 1 else ""
    said = f"{first.trouble.excerpt}: nothing gives {owner.said} a variable {name}{more}"
    follows = "Flux 2.9 and later refuse that, and earlier ones put nothing in its place"
    if not strict:
        follows = "Flux puts nothing in its place"
    is_sure = strict or bool(near and not first.in_script)
    provide = f"give it in postBuild.substitute, or write a default (${{{name}:=...}})"
    provide = f"did you mean {near}? Else {provide}" if near else provide
    others = tuple(
        Note(one.object, one.trouble.path, "wanted here too") for one in found[1 : _MOST_PLACES + 1]
    )
    others = () if first.in_script else others
    return Violation(
        first.object,
        first.trouble.path,
        f"{said}; {follows}",
        related=others,
        hint=f"{_SWITCH_OFF}; if Flux should fill it in, {provide}" if first.in_script else provide,
        rule=EATS_SCRIPT if first.in_script else UNDEFINED,
        line=first.trouble.line,
        severity=Severity.ERROR if is_sure else Severity.WARNING,
        confidence=Confidence.HIGH if is_sure else None,
    )
