from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.syntax.emit import emit, emit_all
from gitlint_ops.syntax.natural import natural_order

WORDS = "word " * 17


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("plain", "plain"),
        ("a: b", "'a: b'"),
        ("it's", "it's"),
        ("- a", "'- a'"),
        ("-a", "-a"),
        ("#a", "'#a'"),
        ("a #b", "'a #b'"),
        (" a", "' a'"),
        ("a:", "'a:'"),
        ("http://x:80", "http://x:80"),
        ("*", "'*'"),
        ("", '""'),
        ("yes", '"yes"'),
        ("N", '"N"'),
        ("~", '"~"'),
        ("null", '"null"'),
        ("<<", "<<"),
        ("1.0", '"1.0"'),
        ("1_000", '"1_000"'),
        ("0o17", '"0o17"'),
        ("1:20", '"1:20"'),
        ("1.2.3", "1.2.3"),
        ("2001-01-01", '"2001-01-01"'),
        ("a\tb", '"a\\tb"'),
        ("😀", '"\\U0001F600"'),
        ("é", "é"),
        ("a\nb", "|-\n  a\n  b"),
        ("a\nb\n", "|\n  a\n  b"),
        ("a\n\n", "|+\n  a\n"),
        (" a\nb", "|2-\n   a\n  b"),
        ("\na", "|2-\n\n  a"),
        ("a \nb", '"a \\nb"'),
        (WORDS + "end", "word " * 15 + "word\n  word end"),
        (WORDS + "end: x", "'" + "word " * 15 + "word\n  word end: x'"),
        (WORDS + "\t", '"' + "word " * 15 + 'word\n  word \\t"'),
        ("x" * 100, "x" * 100),
        (1, "1"),
        (1.5, "1.5"),
        (1e21, "1e+21"),
        (1.0, "1"),
        (2**64, "1.8446744073709552e+19"),
        (True, "true"),
        (None, "null"),
        ({}, "{}"),
        ([], "[]"),
    ],
)
def test_a_value_is_printed_as_go_yaml_prints_it(value: Any, printed: str) -> None:
    assert emit({"a": value}) == f"a: {printed}\n"


def test_lists_are_not_indented_and_keys_are_in_natural_order() -> None:
    body = {"b": [{"y": 1, "x": [[1, 2], {}]}], "a10": 1, "a9": {"k": None}}

    assert (
        emit(body)
        == """\
a9:
  k: null
a10: 1
b:
- x:
  - - 1
    - 2
  - {}
  "y": 1
"""
    )


def test_objects_are_joined_by_separators() -> None:
    assert emit_all([{"a": 1}, {"b": 2}]) == "a: 1\n---\nb: 2\n"
    assert emit_all([]) == ""


def test_a_key_beyond_128_bytes_stands_behind_a_question_mark() -> None:
    long = "k" * 129

    assert emit({long: {"a": [1]}, "b": 1}) == f"b: 1\n? {long}\n: a:\n  - 1\n"
    assert emit({long: [1, 2]}) == f"? {long}\n: - 1\n  - 2\n"


@pytest.mark.parametrize(
    "ordered",
    [
        ["9", "10", "A", "a", "a9", "a10", "b"],
        ["_a", "A", "Z", "a"],
        ["a-b", "a.b", "a/b", "a_b", "ab"],
        ["a1", "a01", "a2"],
        ["1000", "a1000b", "a100b"],
        ["a", "ab"],
        ["-1", "1", "é"],
    ],
)
def test_keys_stand_in_natural_order(ordered: list[str]) -> None:
    assert natural_order(reversed(ordered)) == ordered


def probes(shared: Path) -> Iterator[tuple[str, bytes, str | None]]:
    for case in json.loads((shared / "cases" / "kustomize-yaml-probes.json").read_text()):
        (resource,) = (text for name, text in case["files"].items() if name != "kustomization.yaml")
        yield case["id"], resource.encode(), case["expect"]


def test_all_recorded_probes_of_kustomize_are_reproduced(shared: Path) -> None:
    assert {name: built(data) for name, data, _ in probes(shared)} == {
        name: expected for name, _, expected in probes(shared)
    }


def built(data: bytes) -> str | None:
    text = read(data, Typing.KUSTOMIZE)
    problems = [*text.problems, *(problem for document in text.documents for problem in document.problems)]
    if any(problem.fatal for problem in problems):
        return None
    return emit_all(document.body for document in text.documents)


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl here")
def test_real_objects_are_printed_as_kubectl_kustomize_prints_them(shared: Path, tmp_path: Path) -> None:
    objects = [
        {**body, "metadata": {**body["metadata"], "name": f"n{number}"}}
        for number, body in enumerate(bodies(shared))
    ]
    (tmp_path / "all.yaml").write_text(emit_all(objects))
    (tmp_path / "kustomization.yaml").write_text("resources: [all.yaml]\nsortOptions: {order: fifo}\n")

    run = subprocess.run(["kubectl", "kustomize", tmp_path], capture_output=True, check=True, text=True)

    assert run.stdout == emit_all(objects)


def bodies(shared: Path) -> Iterator[dict[str, Any]]:
    for file in sorted((shared / "corpus").rglob("*.y*ml")):
        for document in read(file.read_bytes(), Typing.KUSTOMIZE).documents:
            body = document.body
            if isinstance(body, dict) and "kind" in body and isinstance(body.get("metadata"), dict):
                # A build splits lists, obeys its own annotations and drops empty ones.
                annotated = body["metadata"].get("annotations", {"x": "y"})
                if (
                    not body["kind"].endswith("List")
                    and annotated
                    and "config.kubernetes.io" not in str(annotated)
                ):
                    yield body


PLAIN_DATA = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**63), 2**64 - 1),
        st.text(alphabet="ab 01.:-_#'\"\\/{}[],&*!|>%@`?~é😀\n\t", max_size=100),
        st.text(max_size=20).filter(lambda text: "\x85" not in text and not has_surrogate(text)),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(alphabet="ab 1.:\n'#é", max_size=8), inner, max_size=4),
    ),
    max_leaves=10,
)


def has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)


@given(st.dictionaries(st.sampled_from("ab"), PLAIN_DATA, min_size=1))
def test_what_is_printed_reads_as_what_was_there(body: dict[str, Any]) -> None:
    printed = emit(body).encode()

    for typing in Typing:
        (document,) = read(printed, typing).documents
        assert document.problems == ()
        assert document.body == body
