"""How a value that is copied into a text is written there: as in its own file.

kustomize puts the node that it copies in place of a mapping or list that the text holds, and the node
brings its quotes, braces and comments along. Comments on lines of their own are left out here.

Source: api/filters/replacement/replacement.go setValueInStructuredData
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitlint_ops.build.kustomize.node_styles import resolved
from gitlint_ops.build.kustomize.source_texts import SourceTexts
from gitlint_ops.model.blame import Blame, ListBlame, chain, child, origin
from gitlint_ops.model.location import FieldPath
from gitlint_ops.syntax.nodes import MappingNode, Node, ScalarNode, SequenceNode
from gitlint_ops.syntax.quoting import quoted
from gitlint_ops.syntax.span import Point

_NOWHERE: Point = (0, 0)
_SIGNS = ('"', "'", "|")


class CommentedScalar(ScalarNode, eq=False):
    """`comment` is what stands behind it on its line, with the `#`."""

    comment: str = ""


def styled(value: Any, blame: Blame, texts: SourceTexts, *, is_part: bool = False) -> Node:
    """The nodes of a value as what set them has them; `is_part`: of a list that was set as a whole."""
    own = resolved(texts.node(origin(blame)))
    flow = isinstance(own, MappingNode | SequenceNode) and own.flow
    if isinstance(value, dict):
        keys = _keys(own)
        pairs = [
            (keys.get(key) or _bare(key), styled(member, child(blame, key), texts, is_part=is_part))
            for key, member in value.items()
        ]
        return MappingNode(_NOWHERE, _NOWHERE, flow, pairs)
    if isinstance(value, list):
        is_part = is_part or not isinstance(blame, ListBlame)
        items = [
            styled(item, child(blame, index), texts, is_part=is_part) for index, item in enumerate(value)
        ]
        return SequenceNode(_NOWHERE, _NOWHERE, flow, items)
    # A field keeps its quotes, whatever a patch puts there.
    first = own if is_part else resolved(texts.node(tuple(chain(blame))[-1]))
    return CommentedScalar(
        _NOWHERE, _NOWHERE, _spelled(own), _style(value, first), None, texts.comment(blame)
    )


def _spelled(own: Node | None) -> str:
    return own.value if isinstance(own, ScalarNode) else ""


def _style(value: Any, first: Node | None) -> str | None:
    if isinstance(first, ScalarNode):
        return first.style
    sign = quoted(value, None, 0)[:1] if isinstance(value, str) else ""
    return sign if sign in _SIGNS else None


def grafted(node: Node | None, path: FieldPath, new: Node) -> Node:
    """The nodes of a document with others at `path`."""
    if not path:
        return new
    node, key = resolved(node), path[0]
    if isinstance(key, int):
        items = [*node.items] if isinstance(node, SequenceNode) else []
        held = items[key] if key < len(items) else None
        items[key : key + 1] = [grafted(held, path[1:], new)]
        return SequenceNode(_NOWHERE, _NOWHERE, isinstance(node, SequenceNode) and node.flow, items)
    pairs = {_text(one): (one, member) for one, member in _pairs(node)}
    at, held = pairs.get(key, (_bare(key), None))
    pairs[key] = (at, grafted(held, path[1:], new))
    return MappingNode(_NOWHERE, _NOWHERE, isinstance(node, MappingNode) and node.flow, [*pairs.values()])


def _pairs(node: Node | None) -> list[tuple[Node, Node]]:
    return node.pairs if isinstance(node, MappingNode) else []


def _text(node: Node) -> str:
    return node.value if isinstance(node, ScalarNode) else ""


def _keys(node: Node | None) -> Mapping[str, Node]:
    return {key.value: key for key, _ in _pairs(node) if isinstance(key, ScalarNode)}


def _bare(key: str) -> Node:
    return ScalarNode(_NOWHERE, _NOWHERE, key, None, None)
