"""Validating the objects of all judged targets, each for its own release of Kubernetes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct

from gitlint_ops.model.findings import Violation
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.results import Measure
from gitlint_ops.model.targets import BuildResult, Unchecked
from gitlint_ops.validate.coverage import POLICIES, VALIDATED, Tally
from gitlint_ops.validate.custom_kinds import Elsewhere
from gitlint_ops.validate.objects import Validator, schema_missing

if TYPE_CHECKING:
    from gitlint_ops.validate.admission import Admission
    from gitlint_ops.validate.own_sources import OwnSources
    from gitlint_ops.validate.transitions import Former


class Validated(Struct, frozen=True):
    """What validation found; `objects` were validated in full, `unvalidated` counts those without a
    schema by kind, and `unverifiable` those that were judged in part by the reason.

    `measures` are the same figures by target. `unchecked` are the rules in CEL that could not be
    evaluated here.
    """

    violations: tuple[Violation, ...]
    objects: int
    unvalidated: tuple[tuple[str, int], ...]
    unchecked: tuple[Unchecked, ...] = ()
    unverifiable: tuple[tuple[str, int], ...] = ()
    measures: Mapping[str, Measure] = MappingProxyType({})


def validate(
    judged: Sequence[BuildResult],
    delivered: Sequence[BuildResult] = (),
    own: OwnSources | None = None,
    former: Former | None = None,
    elsewhere: Elsewhere | None = None,
    policies: Sequence[BuildResult] = (),
) -> Validated:
    """The schema's violations in all objects; one `schema-missing` for each kind without a schema.

    CustomResourceDefinitions among the objects of a run give the schemas of their custom resources,
    then what the user pinned (`own`), then the pins that are shipped. `delivered` are the same builds
    with the objects that are not judged, because a change cannot have altered them. `former` tells
    what an object was before the change, for rules that compare; `elsewhere` finds definitions in files
    that a limited run does not read, and `policies` are builds of such files that hold policies.

    Raises:
        UsageError: there are no schemas for a target's release of Kubernetes.
    """
    definitions = tuple(
        one
        for build in delivered or judged
        for one in build.objects
        if one.kind == "CustomResourceDefinition"
    )
    validators: dict[str, Validator] = {}
    violations: list[Violation] = []
    first: dict[str, str] = {}
    for build in judged:
        version = build.target.kubernetes
        validator = validators.get(version)
        if validator is None:
            validator = validators[version] = Validator(version, definitions, own, former, elsewhere)
        for one in build.objects:
            violations.extend(validator.validate(one))
        for said in validator.unevaluated():
            first.setdefault(said, build.target.id)
    asked = _admission(judged, (*(delivered or judged), *policies), former)
    violations.extend(asked.violations() if asked else ())
    tally, measures = _measured(judged, validators, asked)
    missing = [kind for validator in validators.values() for kind in validator.unvalidated()]
    counts: dict[str, int] = {}
    for kind in missing:
        counts[kind.name] = counts.get(kind.name, 0) + kind.objects
    return Validated(
        violations=(*violations, *schema_missing(missing), *_of_pins(own, definitions)),
        objects=sum(one.validated for one in measures.values()),
        unvalidated=_most_first(counts),
        unchecked=(
            *(Unchecked(target, said) for said, target in first.items()),
            *(asked.unchecked() if asked else ()),
        ),
        unverifiable=_most_first(tally.reasons),
        measures=measures,
    )


def _measured(
    judged: Sequence[BuildResult], validators: Mapping[str, Validator], asked: Admission | None
) -> tuple[Tally, Mapping[str, Measure]]:
    """What was judged of each target, after all has been asked."""
    validator: Validator

    def reason_of(obj: RenderedObject) -> str | None:
        reason = validator.reason_of(obj)
        return POLICIES if reason == VALIDATED and asked is not None and asked.left_out(obj) else reason

    tally = Tally(reason_of)
    measures = {}
    for build in judged:
        validator = validators[build.target.kubernetes]
        measures[build.target.id] = tally.measure(build.objects)
    return tally, measures


def _most_first(counts: Mapping[str, int]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


def _of_pins(own: OwnSources | None, definitions: Sequence[RenderedObject]) -> Iterator[Violation]:
    """What is wrong with the user's pins."""
    if own is None:
        return
    yield from own.faults()
    if own.pins is not None:
        from gitlint_ops.validate.stale_pins import stale_pins

        yield from stale_pins(own.pins, definitions)


def _admission(
    judged: Sequence[BuildResult], delivered: Sequence[BuildResult], former: Former | None
) -> Admission | None:
    """What asks the policies of the workspace, None where there are none."""
    if not any(one.kind == "ValidatingAdmissionPolicy" for build in delivered for one in build.objects):
        return None
    from gitlint_ops.validate.admission import Admission

    return Admission(judged, delivered, former)
