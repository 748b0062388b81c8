"""Validating the objects of all judged targets, each for its own release of Kubernetes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from gitlint_ops.model.findings import Violation
from gitlint_ops.model.targets import BuildResult, Unchecked
from gitlint_ops.validate.objects import Validator, schema_missing

if TYPE_CHECKING:
    from gitlint_ops.validate.admission import Admission


class Validated(Struct, frozen=True):
    """What validation found; `objects` were validated, `unvalidated` counts the others by kind.

    `unchecked` are the rules in CEL that could not be evaluated here.
    """

    violations: tuple[Violation, ...]
    objects: int
    unvalidated: tuple[tuple[str, int], ...]
    unchecked: tuple[Unchecked, ...] = ()


def validate(judged: Sequence[BuildResult]) -> Validated:
    """The schema's violations in all objects; one `schema-missing` for each kind without a schema.

    CustomResourceDefinitions among the objects of a run give the schemas of their custom resources.

    Raises:
        UsageError: there are no schemas for a target's release of Kubernetes.
    """
    definitions = tuple(
        one for build in judged for one in build.objects if one.kind == "CustomResourceDefinition"
    )
    validators: dict[str, Validator] = {}
    violations: list[Violation] = []
    first: dict[str, str] = {}
    for build in judged:
        version = build.target.kubernetes
        validator = validators.get(version)
        if validator is None:
            validator = validators[version] = Validator(version, definitions)
        for one in build.objects:
            violations.extend(validator.validate(one))
        for said in validator.unevaluated():
            first.setdefault(said, build.target.id)
    asked = _admission(judged)
    violations.extend(asked.violations() if asked else ())
    missing = [kind for validator in validators.values() for kind in validator.unvalidated()]
    counts: dict[str, int] = {}
    for kind in missing:
        counts[kind.name] = counts.get(kind.name, 0) + kind.objects
    return Validated(
        violations=(*violations, *schema_missing(missing)),
        objects=sum(validator.validated for validator in validators.values()),
        unvalidated=tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0]))),
        unchecked=(
            *(Unchecked(target, said) for said, target in first.items()),
            *(asked.unchecked() if asked else ()),
        ),
    )


def _admission(judged: Sequence[BuildResult]) -> Admission | None:
    """What asks the policies of the workspace, None where there are none."""
    if not any(one.kind == "ValidatingAdmissionPolicy" for build in judged for one in build.objects):
        return None
    from gitlint_ops.validate.admission import Admission

    return Admission(judged)
