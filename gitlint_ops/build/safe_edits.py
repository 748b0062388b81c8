"""Findings with only those edits that are proved to change nothing of what targets render to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from gitlint_ops.build.proof import Proof
from gitlint_ops.model.findings import Edit, Finding
from gitlint_ops.model.location import FileRef, Location
from gitlint_ops.syntax.edits import Change, applied
from gitlint_ops.syntax.span import Span
from gitlint_ops.workspace.sources import Sources


def with_safe_edits(findings: Sequence[Finding], sources: Sources) -> tuple[Finding, ...]:
    """The findings; where an edit is not safe it is taken off, and the hint says why.

    Each edit is proved for itself as far as its file goes, but together with those of other files.
    """
    reasons: dict[tuple[FileRef, Edit], str] = {}
    proof = Proof(sources)
    for batch in _batches(findings):
        edited = {one.file: edited_bytes(sources.data(one.file), one) for one in batch}
        refused = proof.refused(edited)
        reasons |= {(one.file, one): refused[one.file] for one in batch if one.file in refused}
    return tuple(_without_unsafe(one, reasons) for one in findings)


def _batches(findings: Iterable[Finding]) -> Iterator[list[Edit]]:
    """All edits, each file at most once in a batch."""
    by_file: dict[FileRef, list[Edit]] = {}
    for one in findings:
        if one.edit is not None and one.edit not in by_file.setdefault(one.edit.file, []):
            by_file[one.edit.file].append(one.edit)
    for number in range(max(map(len, by_file.values()), default=0)):
        yield [edits[number] for edits in by_file.values() if number < len(edits)]


def _without_unsafe(finding: Finding, reasons: dict[tuple[FileRef, Edit], str]) -> Finding:
    edit = finding.edit
    reason = reasons.get((edit.file, edit)) if edit is not None else None
    if reason is None:
        return finding
    hint = f"{finding.hint}; `gitlint-ops fix` leaves it to you, because {reason}"
    return replace(finding, edit=None, hint=hint)


def edited_bytes(data: bytes, edit: Edit) -> bytes:
    """A file's bytes with an edit made.

    Raises:
        NotEditable: the edit does not fit the file.
    """
    return applied(data, (Change(_span(part.location), part.text) for part in edit.parts))


def _span(at: Location) -> Span:
    return Span(at.line, at.column, at.end_line, at.end_column)
