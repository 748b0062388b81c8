"""Scalars in a merge: which of two stays, and in whose quotes.

kustomize puts the scalar of a patch in place of the old one and keeps the style of the field, so that
a number over a text in quotes is text. What go-yaml v2 takes for no text (`yes`, `1_000`) it puts into
quotes when a merge passes it, but then the style of the field holds again.

Source: kyaml/yaml/merge2/merge2.go VisitScalar, kyaml/yaml/fns.go FieldSetter, encode.go of
go.yaml.in/yaml/v3
"""

from __future__ import annotations

from typing import Any

from gitlint_ops.build.kustomize.merge_nodes import DECORATED, TIMESTAMP, Node, Written, is_quoted
from gitlint_ops.build.kustomize.node_texts import Bare, Overlaid, Quoted, Untyped
from gitlint_ops.model.blame import origin as origin_of
from gitlint_ops.syntax.scalars import is_plain_text, resolver
from gitlint_ops.syntax.text import Typing, Unfit

_RESOLVED = resolver(Typing.KUSTOMIZE)


class ScalarMerge:
    """The scalars of one merge.

    `again`: the object was merged with a patch before. `marked`, once it is through: it left texts that
    are to be typed (`Resource.untyped`).
    """

    def __init__(self, written: Written, *, again: bool) -> None:
        self._written = written
        self._again = again
        self.marked = False

    def merge(self, dest: Node | None, patch: Node | None) -> Node | None:
        if patch is None:
            return dest
        if dest is not None and _is_repeated(dest.value, patch.value):
            return dest  # and so it is not the patch that set it
        if dest is None or patch.value is None:
            return patch
        held = patch.value
        if isinstance(held, Unfit):
            # `.inf` is text in quotes; what a tag says stays wrong.
            fits = held and isinstance(_RESOLVED(str(held)), float)
            return self._over(dest, patch, str(held)) if fits and self._is_quoted(dest) else patch
        if isinstance(held, str) and not TIMESTAMP.match(held):
            return self._over(dest, patch, held)
        if not self._is_quoted(dest):
            return patch
        text = self._written(origin_of(patch.blame()))
        return self._over(dest, patch, patch.text if not text or text.startswith(DECORATED) else text)

    def _is_quoted(self, dest: Node) -> bool:
        return self._was_put_in_quotes(dest.value) or is_quoted(dest, self._written)

    def _was_put_in_quotes(self, held: Any) -> bool:
        # An earlier merge quoted what kubectl would take for no text, such as `yes`.
        return self._again and type(held) is str and bool(held) and not is_plain_text(held)

    def _over(self, dest: Node, patch: Node, text: str) -> Node:
        """A text of the patch in the quotes of the value that it replaces."""
        put = self._put(dest.value, text)
        self.marked = self.marked or type(put) is not str
        return patch if patch.value is put else Node(put, blame=patch.blame())

    def _put(self, held: Any, text: str) -> str:
        if isinstance(held, Quoted) or self._was_put_in_quotes(held):
            return Quoted(text)
        if isinstance(held, Untyped | Bare):
            return Bare(text)
        if not text or is_plain_text(text):
            return text
        return Overlaid(text) if isinstance(held, str) and not isinstance(held, Unfit) else Bare(text)


def _is_repeated(held: Any, value: Any) -> bool:
    alike = type(held) is type(value) or (isinstance(held, Quoted | Bare | Overlaid) and type(value) is str)
    return value is not None and alike and bool(held == value)
