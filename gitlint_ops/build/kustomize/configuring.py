"""`configurations:` and `crds:` of one kustomization put in force.

Source: api/internal/target/kusttarget.go accumulateTarget
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gitlint_ops.build.kustomize.accumulator import Accumulator, Gathered
from gitlint_ops.build.kustomize.configurations import merged, read_configuration, read_crds
from gitlint_ops.build.kustomize.elsewhere import LeftOut
from gitlint_ops.build.kustomize.entry_uses import Configured
from gitlint_ops.build.kustomize.faults import Place
from gitlint_ops.build.kustomize.field_specs import FieldSpecs
from gitlint_ops.build.kustomize.kustomization import Entry, Kustomization
from gitlint_ops.build.kustomize.reading import Reader


def configure(
    kustomization: Kustomization, reader: Reader, accumulator: Accumulator, gathered: Gathered
) -> None:
    """Adds the field specs to those gathered, on top of kustomize's own.

    Raises:
        BuildFault: a file is missing or wrong, or two files disagree.
    """
    specs = accumulator.default_specs
    for entry in kustomization.entries("configurations"):
        specs = merged(specs, _of_configuration(entry, reader, gathered), entry.place)
    gathered.specs = accumulator.merged_specs(gathered.specs, specs, kustomization.place)
    for entry in kustomization.entries("crds"):
        gathered.specs = merged(gathered.specs, _of_crds(entry, reader), entry.place)


def _of_configuration(entry: Entry, reader: Reader, gathered: Gathered) -> FieldSpecs:
    def specs_of(body: Any, place: Place) -> FieldSpecs:
        specs = read_configuration(body, place)
        gathered.configured += (Configured(entry.place, place, specs),)
        return specs

    return _read(entry, reader, specs_of)


def _of_crds(entry: Entry, reader: Reader) -> FieldSpecs:
    def specs_of(body: Any, _: Place) -> FieldSpecs:
        specs = read_crds(body)
        if specs == FieldSpecs():
            from gitlint_ops.build.kustomize.configuration_effects import no_definitions

            reader.record.violations.append(no_definitions(body, entry.place))
        return specs

    return _read(entry, reader, specs_of)


def _read(entry: Entry, reader: Reader, specs_of: Callable[[Any, Place], FieldSpecs]) -> FieldSpecs:
    try:
        place, body = reader.body(entry)
    except LeftOut as error:
        reader.record.leave_out(entry.place, str(error), resources=False)
        return FieldSpecs()
    return specs_of(body, place)
