"""What may be taken in as a component, and how often in one build."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from gitlint_ops.build.kustomize.accumulator import Gathered
from gitlint_ops.build.kustomize.faults import fault
from gitlint_ops.build.kustomize.kustomization import Entry, Kustomization
from gitlint_ops.model.findings import Severity, Violation

MAX_COMPONENTS = 1_000
"""Components applied to one set of resources; an overlay has a dozen, and nested ones can double."""


def demand_component(entry: Entry, kustomization: Kustomization) -> None:
    """Raises: BuildFault, where an entry of `components:` names what is none."""
    if not kustomization.is_component:
        raise fault(
            f"{entry.text} is no component (kustomize: expected kind 'Component')",
            entry.place,
            hint="list it under resources:, or make its kustomization `kind: Component`",
        )


def demand_no_component(entry: Entry, kustomization: Kustomization) -> None:
    """Raises: BuildFault, where an entry of `resources:` names a component."""
    if kustomization.is_component:
        raise fault(
            f"{entry.text} is a component, which resources cannot take in (kustomize: expected "
            "kind != 'Component')",
            entry.place,
            hint="list it under components:",
        )


def count_component(entry: Entry, gathered: Gathered) -> None:
    """Note one more component applied. Raises: BuildFault, where they are too many."""
    gathered.components += 1
    if gathered.components > MAX_COMPONENTS:
        raise fault(
            f"with {entry.text} more than {MAX_COMPONENTS:,} components are applied here "
            "(gitlint-ops: so many are not built)",
            entry.place,
            hint="components that name each other twice double at every level",
        )


def mildly(found: Iterable[Violation], kustomization: Kustomization) -> tuple[Violation, ...]:
    """What was found in a component, whose patches may each be for another kind of object.

    Where one target selects something, that there is none of another's kind is a note.
    """
    violations = tuple(found)
    missed = {one.path[:2] for one in violations if _is_missed(one)}
    aimed = [("patches", n) for n, one in enumerate(kustomization.structs("patches")) if "target" in one]
    if not any(place not in missed for place in aimed):
        return violations
    return tuple(
        replace(one, severity=Severity.NOTE) if _is_missed(one) and one.path[-1] == "kind" else one
        for one in violations
    )


def _is_missed(found: Violation) -> bool:
    return found.rule == "patch-no-match" and found.path[:1] == ("patches",)
