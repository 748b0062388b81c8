"""What may be taken in as a component, and how often in one build."""

from __future__ import annotations

from gitlint_ops.build.kustomize.accumulator import Gathered
from gitlint_ops.build.kustomize.faults import fault
from gitlint_ops.build.kustomize.kustomization import Entry, Kustomization

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
