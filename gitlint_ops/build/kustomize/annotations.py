"""`commonAnnotations:`, which differ from labels in their fields only.

Source: api/internal/builtins/AnnotationsTransformer.go
"""

from __future__ import annotations

from collections.abc import Mapping

from gitlint_ops.build.kustomize.faults import Place
from gitlint_ops.build.kustomize.field_specs import FieldSpec
from gitlint_ops.build.kustomize.labels import MapEntries, add_entries
from gitlint_ops.build.kustomize.resource import Resource


def annotate(
    resources: tuple[Resource, ...],
    annotations: Mapping[str, str],
    place: Place,
    specs: tuple[FieldSpec, ...],
) -> tuple[Resource, ...]:
    """The resources with the annotations set wherever the specs lead."""
    return add_entries(resources, MapEntries(annotations, place, specs))
