from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.model.location import FieldPath
from gitlint_ops.syntax.documents import Span, Typing, read
from gitlint_ops.syntax.lines import lines_of
from gitlint_ops.syntax.locate import Located, Positions, positions

POD = b"""\
apiVersion: v1
kind: Pod
metadata:
  name: web  # the name
  labels: {app: web, 'tier': "front"}
spec:
  containers:
  - name: web
    args: [-v, --port=80]
    command:
      - sh
      - -c
      - |
        one
        two

    # a comment
  - name: side
"""


def at(data: bytes, *path: str | int, key: bool = False) -> str:
    """The text at the place of a field, which must exist."""
    located = positions(data, 0).locate(path, key=key)
    assert located.exact
    return text_at(data, located.span)


def text_at(data: bytes, span: Span) -> str:
    lines = lines_of(data)[span.line - 1 : span.end_line]
    lines = (*lines[:-1], lines[-1][: span.end_column - 1])
    return "\n".join((lines[0][span.column - 1 :], *lines[1:]))


def test_a_value_is_where_it_is_written() -> None:
    assert positions(POD, 0).locate(("metadata", "name")) == Located(Span(4, 9, 4, 12), exact=True)
    assert at(POD, "metadata", "labels", "tier") == '"front"'
    assert at(POD, "spec", "containers", 0, "args") == "[-v, --port=80]"
    assert at(POD, "spec", "containers", 0, "args", 1) == "--port=80"


def test_a_key_is_where_it_is_written() -> None:
    assert at(POD, "metadata", "labels", key=True) == "labels"
    assert at(POD, "metadata", "labels", "tier", key=True) == "'tier'"
    assert positions(POD, 0).locate(("spec",), key=True).span == Span(6, 1, 6, 5)


def test_an_item_starts_with_the_first_thing_written_in_it() -> None:
    assert positions(POD, 0).locate(("spec", "containers", 1), key=True).span == Span(18, 5, 18, 9)


def test_a_block_ends_with_its_last_line_of_text() -> None:
    assert at(POD, "spec", "containers", 0, "command", 2) == "|\n        one\n        two"
    assert positions(POD, 0).locate(("spec", "containers", 0)).span == Span(8, 5, 15, 12)


def test_an_absent_field_is_shown_at_the_key_of_the_nearest_one_above() -> None:
    located = positions(POD, 0).locate(("spec", "containers", 1, "resources", "limits"))

    assert located == Located(Span(18, 5, 18, 9), exact=False)
    assert positions(POD, 0).locate(("spec", "replicas")) == Located(Span(6, 1, 6, 5), exact=False)
    assert positions(POD, 0).locate(("status",)) == Located(Span(1, 1, 1, 11), exact=False)


def test_an_absent_document_is_shown_at_the_start() -> None:
    assert positions(POD, 3).locate(("a",)) == Located(Span(1, 1, 1, 1), exact=False)


def test_documents_are_counted_as_the_reader_counts_them() -> None:
    data = b"---\n---\na: 1\n---\na: 2\n"

    assert [
        positions(data, d.index).locate(("a",)).span.line for d in read(data, Typing.KUBECTL).documents
    ] == [3, 5]


STREAMS = [
    "a: 1\n---\na: 2\n--- # note\na: 3\n",
    "# note\n\n---\na: 1\n---\n---\na: 2\n",
    "---\na: |\n  ---\n  x\n---\na: '\n --- '\n---x: 1\na: 3\n",
    "a: 1\n...\n# note\n---\na: 2\n...\n---\na: 3\n",
    "%YAML 1.1\n---\na: 1\n---\na: 2\n",
    "a: 1\r\n---\r\na: 2\r\n---\r\na: |\r\n  x\r\n",
    "a: 1\r---\ra: 2\r---\ra: 3\r",
    "a: 1\n---\na: 2\u2028\n---\na: 3\n",
    "--- {a: 1}\n--- {a: 2}\n---\t{a: 3}\n",
]


@pytest.mark.parametrize("text", STREAMS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_later_document_is_found_wherever_its_stream_begins(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    documents = read(data, Typing.KUBECTL).documents

    assert len(documents) > 1
    for document in documents:
        located = positions(data, document.index).locate(("a",))
        assert located.exact
        assert reread(text_at(data, located.span)) == without_end(document.body["a"])


def test_an_alias_is_where_its_anchor_is() -> None:
    data = b"a: &x\n  b: 1\nc: *x\nd: [*x]\n"

    assert positions(data, 0).locate(("c", "b")).span == Span(2, 6, 2, 7)
    assert positions(data, 0).locate(("d", 0, "b")).span == Span(2, 6, 2, 7)
    assert positions(data, 0).locate(("c",), key=True).span == Span(3, 1, 3, 2)


def test_an_alias_means_the_anchor_before_it() -> None:
    data = b"a: &x 1\nb: *x\nc: &x 2\nd: *x\n"

    assert [positions(data, 0).locate((key,)).span.line for key in "bd"] == [1, 3]


def test_a_merged_field_is_where_it_is_written() -> None:
    data = b"x: &x {a: 1, b: 1}\ny-: &y {b: 2, c: 2}\nz:\n  <<: [*x, *y]\n  c: 3\n"

    assert [positions(data, 0).locate(("z", key)).span.line for key in "abc"] == [1, 1, 5]


def test_a_merge_of_merges_and_a_loop_of_merges_end() -> None:
    data = b"x: &x {a: 1}\ny: &y {<<: *x, b: 1}\nz: {<<: *y}\nw: &w {<<: *w, c: 1}\n"

    assert positions(data, 0).locate(("z", "a")).span == Span(1, 11, 1, 12)
    assert positions(data, 0).locate(("w", "c")).span.line == 4
    assert not positions(data, 0).locate(("w", "d")).exact


def test_of_duplicate_keys_the_last_is_shown() -> None:
    assert positions(b"a: 1\nb: 2\na: 3\n", 0).locate(("a",)).span.line == 3


def test_keys_are_found_as_kubectl_spells_them() -> None:
    data = b"data:\n  y: 1\n  0x10: 2\n  '16': 3\n"

    assert positions(data, 0).locate(("data", "true")).span.line == 2
    assert positions(data, 0).locate(("data", "y")).span.line == 2
    assert positions(data, 0).locate(("data", "16")).span.line == 4


def test_a_null_is_a_place_without_width() -> None:
    assert positions(b"a:\nb: 1\n", 0).locate(("a",)).span == Span(1, 3, 1, 3)


def test_a_field_before_a_syntax_error_has_its_place() -> None:
    assert positions(b"a:\n  b: 1\nc: [\n", 0).locate(("a", "b")).span == Span(2, 6, 2, 7)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_columns_are_characters_in_any_encoding(encoding: str) -> None:
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""
    data = mark + "é: {ü😀: ß}\r\nb: 1\r\n".encode(encoding)

    assert positions(data, 0).locate(("é", "ü😀")).span == Span(1, 9, 1, 10)
    assert positions(data, 0).locate(("b",)).span == Span(2, 4, 2, 5)


PATCHES = b"""\
patches:
- patch: |-  # inline

    kind: Pod
    spec:
      replicas: 3
- patch: >-
    kind: Pod
- patch: '{"kind": "Pod"}'
- patch: &anchored |2
      - op: add
        path: /a
- patch: *anchored
"""


def inside(number: int, *path: str | int) -> Located:
    return positions(PATCHES, 0, ("patches", number, "patch")).locate(path)


def test_a_field_of_a_text_in_a_literal_block_has_its_own_place() -> None:
    assert inside(0, "spec", "replicas") == Located(Span(6, 17, 6, 18), exact=True)
    assert inside(0, "spec", "absent") == Located(Span(5, 5, 5, 9), exact=False)


def test_an_indentation_indicator_is_minded() -> None:
    assert inside(3, 0, "path") == Located(Span(12, 15, 12, 17), exact=True)
    assert inside(4, 0, "path") == Located(Span(12, 15, 12, 17), exact=True)


def test_a_field_of_a_text_in_another_scalar_is_the_whole_scalar() -> None:
    assert inside(1, "kind") == Located(Span(7, 10, 8, 14), exact=True)
    assert inside(2, "kind") == Located(Span(9, 10, 9, 27), exact=True)
    assert inside(2, "spec") == Located(Span(9, 10, 9, 27), exact=False)


def test_a_text_that_is_not_there_is_shown_at_the_nearest_field() -> None:
    found = positions(PATCHES, 0, ("patches", 9, "patch")).locate(("kind",))

    assert found == Located(Span(1, 1, 1, 8), exact=False)


# Documents written in every style, for the law below.

WORDS = st.sampled_from(
    ["web", "a b", "x:y", "http://x/y?z", "it's", "a#b", "é ß", "😀", "true", "1.5", "-v", "~x"]
)
TEXTS = st.one_of(WORDS, st.text(alphabet="ab é:#'\"\\{}[],&*!|>%@`-?", max_size=12))
KEYS = st.sampled_from(["a", "b", "name", "app.k8s.io/x", "with space", "é"])
BODIES = st.recursive(
    st.one_of(TEXTS, st.lists(TEXTS, min_size=1, max_size=3).map("\n".join)),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3), st.dictionaries(KEYS, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def written(draw: st.DrawFn) -> str:
    """A document: a mapping written in block style, with random styles and gaps inside."""
    body = draw(st.dictionaries(KEYS, BODIES, min_size=1, max_size=4))
    ending = draw(st.sampled_from(["\n", "\r\n"]))
    mark = draw(st.sampled_from(["", "\ufeff"]))
    return mark + "".join(block(draw, body, 0)).replace("\n", ending)


def block(draw: st.DrawFn, body: Any, indent: int) -> Iterator[str]:
    pad = " " * indent
    members = body.items() if isinstance(body, dict) else ((None, item) for item in body)
    for key, value in members:
        yield draw(st.sampled_from(["", "", f"{pad}# note\n", "\n"]))
        yield f"{pad}-" if key is None else f"{pad}{key}:"
        if isinstance(value, str):
            written_as = literal if "\n" in value else scalar
            yield f" {written_as(draw, value, indent + 2)}\n"
        elif draw(st.booleans()):
            yield f" {flow(draw, value)}\n"
        else:
            yield "\n"
            yield from block(draw, value, indent + 2)


def scalar(draw: st.DrawFn, value: str, indent: int) -> str:
    note = draw(st.sampled_from(["", "  # note"]))
    styles = [double(value) + note, "'" + value.replace("'", "''") + "'" + note]
    if value.isalnum() and value.isascii():
        styles += [value + note, f"!!str {value}", f"&anchor {value}", f">-{note}\n{' ' * indent}{value}"]
    return draw(st.sampled_from(styles))


def literal(draw: st.DrawFn, value: str, indent: int) -> str:
    lines = value.split("\n")
    if any(line.strip() == "" or line != line.strip() for line in lines):
        return double(value)
    pad = " " * (indent + draw(st.integers(0, 3)))
    sign = draw(st.sampled_from(["|-", "|", "|+"]))
    return f"{sign}\n" + "\n".join(pad + line for line in lines)


def flow(draw: st.DrawFn, value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{double(k)}: {flow(draw, v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + draw(st.sampled_from([", ", ",\n            "])).join(flow(draw, v) for v in value) + "]"
    return double(value)


def double(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def leaves(body: Any, path: FieldPath = ()) -> Iterator[tuple[FieldPath, Any]]:
    if isinstance(body, dict):
        for key, value in body.items():
            yield from leaves(value, (*path, key))
    elif isinstance(body, list):
        for index, value in enumerate(body):
            yield from leaves(value, (*path, index))
    else:
        yield path, body


@given(written())
def test_the_text_at_the_place_of_a_scalar_reads_as_that_scalar(text: str) -> None:
    data = text.encode()
    (document,) = read(data, Typing.KUBECTL).documents
    found = positions(data, 0)

    for path, value in leaves(document.body):
        located = found.locate(path)
        assert located.exact
        assert reread(text_at(data, located.span)) == without_end(value)
        assert_key(data, found, path)


def reread(text: str) -> Any:
    return without_end(read(f"- {text}\n".encode(), Typing.KUBECTL).documents[0].body[0])


def without_end(value: Any) -> Any:
    # The break that ends the last line of a block of text lies behind its place.
    return value.rstrip("\n") if isinstance(value, str) else value


def assert_key(data: bytes, found: Positions, path: FieldPath) -> None:
    if isinstance(path[-1], str):
        span = found.locate(path, key=True).span
        assert read(f"{text_at(data, span)}: 1\n".encode(), Typing.KUSTOMIZE).documents[0].body == {
            path[-1]: 1
        }
