"""How scalars stand in their files: their texts with quotes, and the comments behind them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from gitlint_ops.build.kustomize.merge_nodes import Written, unknown_text
from gitlint_ops.build.kustomize.node_styles import SourceLine, stands
from gitlint_ops.model.blame import Blame, Origin, chain
from gitlint_ops.workspace.sources import Sources

_COMMENT = re.compile(r"[ \t]+(#.*)")


def no_comment(_: Origin) -> str:
    return ""


class SourceTexts(NamedTuple):
    """`behind` is the comment on the line of a scalar, with its `#`; "" where there is none."""

    written: Written = unknown_text
    behind: Callable[[Origin], str] = no_comment

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
