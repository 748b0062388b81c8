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
from gitlint_ops.model.blame import Blame, chain, child, origin
from gitlint_ops.model.location import FieldPath
from gitlint_ops.syntax.nodes import MappingNode, Node, ScalarNode, SequenceNode
from gitlint_ops.syntax.quoting import quoted
from gitlint_ops.syntax.span import Point

_NOWHERE: Point = (0, 0)
_SIGNS = ('"', "'", "|")


class CommentedScalar(ScalarNode, eq=False):
    """`comment` is what stands behind it on its line, with the `#`."""

    comment: str = ""


def styled(value: Any, blame: Blame, texts: SourceTexts) -> Node:
    """The nodes of a value as what set them has them."""
    own = resolved(texts.node(origin(blame)))
    flow = isinstance(own, MappingNode | SequenceNode) and own.flow
    if isinstance(value, dict):
        keys = _keys(own)
        pairs = [
            (keys.get(key) or _bare(key), styled(member, child(blame, key), texts))
            for key, member in value.items()
        ]
        return MappingNode(_NOWHERE, _NOWHERE, flow, pairs)
    if isinstance(value, list):
        items = [styled(item, child(blame, index), texts) for index, item in enumerate(value)]
        return SequenceNode(_NOWHERE, _NOWHERE, flow, items)
    return _styled_scalar(value, blame, texts, own)


def _styled_scalar(value: Any, blame: Blame, texts: SourceTexts, own: Node | None) -> Node:
    spelled = own.value if isinstance(own, ScalarNode) else ""
    # A field keeps its quotes, whatever a patch puts there.
    first = resolved(texts.node(tuple(chain(blame))[-1]))
    if isinstance(first, ScalarNode):
        style = first.style
    else:
        sign = quoted(value, None, 0)[:1] if isinstance(value, str) else ""
        style = sign if sign in _SIGNS else None
    return CommentedScalar(_NOWHERE, _NOWHERE, spelled, style, None, texts.comment(blame))


def grafted(node: Node | None, path: FieldPath, new: Node) -> Node | None:
    """The nodes of a document with others at `path`, if there is something."""
    if not path:
        return new
    node, key = resolved(node), path[0]
    if isinstance(node, MappingNode):
        pairs = [
            (held, grafted(member, path[1:], new) or member)
            if isinstance(held, ScalarNode) and held.value == str(key)
            else (held, member)
            for held, member in node.pairs
        ]
        return MappingNode(node.start, node.end, node.flow, pairs)
    if isinstance(node, SequenceNode) and isinstance(key, int) and key < len(node.items):
        items = [*node.items]
        items[key] = grafted(items[key], path[1:], new) or items[key]
        return SequenceNode(node.start, node.end, node.flow, items)
    return node


def _keys(node: Node | None) -> Mapping[str, Node]:
    if not isinstance(node, MappingNode):
        return {}
    return {key.value: key for key, _ in node.pairs if isinstance(key, ScalarNode)}


def _bare(key: str) -> Node:
    return ScalarNode(_NOWHERE, _NOWHERE, key, None, None)
