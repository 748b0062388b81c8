"""How values stand in their files: texts with quotes, comments behind them, and their nodes."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from gitlint_ops.build.kustomize.merge_nodes import Written, unknown_text
from gitlint_ops.build.kustomize.node_styles import SourceLine, node_at, stands, text_of
from gitlint_ops.model.blame import Blame, Origin, chain
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.syntax.nodes import Node, document_node, first_node
from gitlint_ops.workspace.sources import Sources

_COMMENT = re.compile(r"[ \t]+(#.*)")


def no_comment(_: Origin) -> str:
    return ""


def no_node(_: Origin) -> Node | None:
    return None


class SourceTexts(NamedTuple):
    """`behind` is the comment on the line of a scalar, with its `#`; "" where there is none."""

    written: Written = unknown_text
    behind: Callable[[Origin], str] = no_comment
    node: Callable[[Origin], Node | None] = no_node

    def comment(self, blame: Blame) -> str:
        """The comment of a field: a patch brings its own, and what only sets the text leaves it."""
        return next((self.behind(one) for one in chain(blame) if one.verbatim), "")


NO_TEXTS = SourceTexts()


def comments_in(sources: Sources) -> Callable[[Origin], str]:
    def behind(origin: Origin) -> str:
        if not stands(origin):
            return ""
        line = SourceLine.of(sources, origin.source, origin.source_path, key=False)
        found = None if line is None else _COMMENT.match(line.text, line.end)
        return found[1].rstrip() if found else ""

    return behind


def nodes_in(sources: Sources) -> Callable[[Origin], Node | None]:
    """How to ask for the node of a value in its file, or in the text that holds it."""
    roots: dict[DocumentRef, Node | None] = {}

    def node(origin: Origin) -> Node | None:
        if not stands(origin):
            return None
        ref = origin.source
        if ref not in roots:
            roots[ref] = _root(ref, sources)
        return node_at(roots[ref], origin.source_path)

    return node


def _root(ref: DocumentRef, sources: Sources) -> Node | None:
    data = text_of(ref, sources).encode("utf-8", "surrogatepass")
    if ref.embedded and not ref.part:
        return first_node(data)
    return document_node(data, ref.part if ref.embedded else ref.index)
