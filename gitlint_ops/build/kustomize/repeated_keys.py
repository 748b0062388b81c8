"""Keys that stand twice in a patch: kustomize takes them where it refuses them in an object.

A strategic merge asks a patch for each field and so finds the first of the two. Where it takes a
mapping of the patch as a whole, both come into the object, which cannot be printed then. A JSON
patch goes through JSON, where the last wins.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from gitlint_ops.build.kustomize.reading import Reader
from gitlint_ops.build.kustomize.resource_loading import Piece
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.structure import value_at
from gitlint_ops.syntax.locate import embedded_spans
from gitlint_ops.workspace.sources import spanned

RULE = "duplicate-key"
_WRITTEN_ANEW = ("metadata", "annotations")
"""kustomize writes the annotations of all it reads anew, and so each of them once."""


def repeats_told(found: Iterable[Piece], reader: Reader) -> tuple[Violation, ...]:
    """What to say of keys that stand twice in an inline text; those of files are told with the file."""
    return tuple(
        violation for piece in found if piece.document.embedded for violation in _told(piece, reader)
    )


def _told(piece: Piece, reader: Reader) -> Iterator[Violation]:
    if not piece.repeated:
        return
    document = piece.document
    in_file = embedded_spans(reader.sources.data(document.file), document.index, document.embedded)
    takes = (
        "kustomize takes the last"
        if isinstance(piece.body, list)
        else "kustomize takes the first, or fails where the mapping is new to the object"
    )
    # Of three keys, the last has the place that the path leads to.
    for problem in {one.path: one for one in piece.repeated}.values():
        yield Violation(
            on=document,
            path=problem.path,
            message=f"the key `{problem.path[-1]}` stands twice in this patch: {takes}",
            related=tuple(
                Note(spanned(document.file, in_file(span)), (), said) for span, said in problem.related
            ),
            hint=problem.hint,
            rule=RULE,
            at_key=True,
        )


def mappings_with_repeats(found: Iterable[Piece]) -> tuple[dict[str, Any], ...]:
    """The mappings of strategic merge patches in which a key stands twice."""
    held = (
        value_at(piece.body, one.path[:-1])
        for piece in found
        for one in piece.repeated
        if one.path[:-1] != _WRITTEN_ANEW
    )
    return tuple(one for one in held if isinstance(one, dict))
