"""A document of a long stream is found without parsing those before it, and is the same one."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.syntax.nodes import Node, ScalarNode, document_node, document_nodes
from gitlint_ops.syntax.slices import document_slice

_LINES = st.sampled_from(
    (
        "---",
        "--- # why",
        "---\t",
        "--- a",
        "----",
        "- a",
        "a: b",
        " --- ",
        "# note",
        "",
        "  x: |\r",
        "...",
        "%X",
        "---x",
    )
)
_STREAMS = st.lists(_LINES, max_size=12).map(lambda lines: "\n".join(lines).encode())


@given(_STREAMS, st.integers(0, 6))
def test_a_document_is_where_parsing_the_whole_stream_finds_it(data: bytes, index: int) -> None:
    whole = next((root for _, root in document_nodes(data, (index,))), None)

    # What stands before a syntax error in an earlier document ends the whole stream, but not a slice.
    if whole is not None:
        assert _told(document_node(data, index)) == _told(whole)


def test_the_lines_before_a_document_are_counted_from_the_top_of_the_file() -> None:
    data = b"# note\na: 1\n---\nb: 2\n--- # why\nc: 3\n"

    assert document_slice(data, 0) == (b"# note\na: 1\n", 0)
    assert document_slice(data, 2) == (b"--- # why\nc: 3\n", 4)
    assert document_slice(data, 3) is None


def test_a_stream_with_directives_is_parsed_from_the_start() -> None:
    assert document_slice(b"%YAML 1.1\n---\na: 1\n---\nb: 2\n", 1) is None


def _told(node: Node | None) -> object:
    value = node.value if isinstance(node, ScalarNode) else None
    return None if node is None else (type(node), node.start, value)
