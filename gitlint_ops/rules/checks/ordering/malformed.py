"""Waves that are no numbers."""

from __future__ import annotations

from collections.abc import Iterator

from gitlint_ops.model.findings import Violation
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.waves import ANNOTATIONS, WAVE, wave_number
from gitlint_ops.rules.subjects import Params, nameless


@nameless
def malformed(on: RenderedObject, _params: Params) -> Iterator[Violation]:
    """Waves that Argo CD cannot read, and passes over; what is no text at all, the API server refuses."""
    text = value_at(on.body, (*ANNOTATIONS, WAVE))
    if not isinstance(text, str) or not text or "${" in text or "{{" in text:
        return
    if wave_number(text) is None:
        near = text.strip().strip("'\"")
        yield Violation(
            on,
            (*ANNOTATIONS, WAVE),
            f"'{text}' is no whole number, so Argo CD passes over it and takes wave 0",
            hint=f'write "{near}"'
            if wave_number(near) is not None
            else 'write a number in quotes, as in "-1"',
        )
