"""What is wrong with a text itself, as a violation at its place."""

from __future__ import annotations

from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import FileRef
from gitlint_ops.syntax.documents import Problem
from gitlint_ops.workspace.sources import spanned


def violation_of(file: FileRef, problem: Problem) -> Violation:
    """The same for all who come upon it, so that their findings become one."""
    return Violation(
        on=spanned(file, problem.span),
        path=(),
        message=problem.message,
        hint=problem.hint,
        rule=problem.rule,
        related=tuple(Note(spanned(file, span), (), said) for span, said in problem.related),
    )
