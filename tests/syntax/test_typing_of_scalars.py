"""Plain scalars mean what the real tools take them for; PyYAML gets most of this table wrong."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.syntax.scalars import go_float

# text, as kubectl reads it, as kustomize reads it
TABLE: list[tuple[str, Any, Any]] = [
    ("y", True, "y"),
    ("n", False, "n"),
    ("Yes", True, "Yes"),
    ("NO", False, "NO"),
    ("on", True, "on"),
    ("off", False, "off"),
    ("oFF", "oFF", "oFF"),
    ("true", True, True),
    ("FALSE", False, False),
    ("tRUE", "tRUE", "tRUE"),
    ("~", None, None),
    ("Null", None, None),
    ("nULL", "nULL", "nULL"),
    ("", None, None),
    ("=", "=", "="),
    ("<<", "<<", "<<"),
    ("1:30", "1:30", "1:30"),
    ("1e3", 1000, 1000),
    ("12e03", 12000, 12000),
    ("1e", "1e", "1e"),
    ("1e-7", 1e-7, 1e-7),
    ("1e400", "1e400", "1e400"),
    ("1.0", 1, 1),
    ("1.", 1, 1),
    ("1.10", 1.1, 1.1),
    (".5", 0.5, 0.5),
    (".1_0", 0.1, 0.1),
    ("1.2.3", "1.2.3", "1.2.3"),
    ("+1", 1, 1),
    ("-0", 0, 0),
    ("0o10", 8, 8),
    ("010", 8, 8),
    ("-017", -15, -15),
    ("08", 8, 8),
    ("0x1F", 31, 31),
    ("0x", "0x", "0x"),
    ("0b1", 1, 1),
    ("0b12", "0b12", "0b12"),
    ("1_000", 1000, 1000),
    ("_1", "_1", "_1"),
    ("1,000", "1,000", "1,000"),
    ("9223372036854775808", 2**63, 2**63),
    ("18446744073709551616", 2.0**64, 2.0**64),
    ("12345678901234567890.5", 12345678901234567000, 12345678901234567000),
    ("1e21", 1e21, 1e21),
    ("2021-01-01", "2021-01-01", "2021-01-01T00:00:00Z"),
    ("2021-1-1", "2021-1-1", "2021-01-01T00:00:00Z"),
    ("2021-02-29", "2021-02-29", "2021-02-29"),
    ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00", "2001-12-14T21:59:43.1-05:00"),
    ("2001-12-14 21:59:43", "2001-12-14 21:59:43", "2001-12-14T21:59:43Z"),
    ('"1.0"', "1.0", "1.0"),
    ("'yes'", "yes", "yes"),
    ("!!str 1", "1", "1"),
    ("!!int '3'", 3, 3),
    ("!!float 1", 1, 1),
    ("!!binary aGk=", "hi", "hi"),
    ("!Ref x", "x", "x"),
    ("! 12", "12", 12),
]

# A key is text to kustomize or it is refused; kubectl spells it anew.
KEYS: list[tuple[str, str | None, str | None]] = [
    ("y", "true", "y"),
    ("off", "false", "off"),
    ("1", "1", None),
    ("0x10", "16", None),
    ("1e6", "1e+06", None),
    ("1.50", "1.5", None),
    (".inf", ".inf", None),
    ("true", "true", None),
    ("~", None, None),
    ("2021-01-01", "2021-01-01", None),
    ('"1"', "1", "1"),
]


def read_value(text: str, typing: Typing) -> Any:
    (document,) = read(f"spec:\n- {text}\n".encode(), typing).documents
    assert document.problems == ()
    return document.body["spec"][0]


def read_key(text: str, typing: Typing) -> str | None:
    (document,) = read(f"spec:\n  {text}: 1\n".encode(), typing).documents
    if any(problem.fatal for problem in document.problems):
        return None
    (key,) = document.body["spec"]
    return str(key)


@pytest.mark.parametrize(("text", "kubectl", "kustomize"), TABLE)
def test_a_scalar_is_typed_as_each_tool_types_it(text: str, kubectl: Any, kustomize: Any) -> None:
    assert exact(read_value(text, Typing.KUBECTL)) == exact(kubectl)
    assert exact(read_value(text, Typing.KUSTOMIZE)) == exact(kustomize)


@pytest.mark.parametrize(("text", "kubectl", "kustomize"), KEYS)
def test_a_key_is_spelled_as_each_tool_spells_it(
    text: str, kubectl: str | None, kustomize: str | None
) -> None:
    assert read_key(text, Typing.KUBECTL) == kubectl
    assert read_key(text, Typing.KUSTOMIZE) == kustomize


def test_kustomize_takes_the_empty_value_of_a_flow_mapping_for_an_empty_string() -> None:
    (document,) = read(b"a: {b: , c: 1}\nd:\n", Typing.KUSTOMIZE).documents

    assert document.body == {"a": {"b": "", "c": 1}, "d": None}


def test_kustomize_doubles_the_break_before_an_indented_line_of_a_folded_block() -> None:
    data = b"a: >\n  if true\n    then\n  fi\n"

    assert read(data, Typing.KUSTOMIZE).documents[0].body == {"a": "if true\n\n  then\nfi\n"}
    assert read(data, Typing.KUBECTL).documents[0].body == {"a": "if true\n  then\nfi\n"}


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        (0.1, "0.1"),
        (1e-5, "1e-05"),
        (0.0001, "0.0001"),
        (123456.5, "123456.5"),
        (1234567.5, "1.2345675e+06"),
        (1e21, "1e+21"),
        (-2.5e300, "-2.5e+300"),
        (5e-324, "5e-324"),
    ],
)
def test_a_float_is_printed_as_go_prints_it(value: float, printed: str) -> None:
    assert go_float(value) == printed


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl here")
def test_the_table_is_what_kubectl_says(tmp_path: Path) -> None:
    file = tmp_path / "foo.yaml"
    lines = [f"- {text}" for text, _, _ in TABLE]
    file.write_text("\n".join(["apiVersion: v1", "kind: Foo", "metadata: {name: x}", "spec:", *lines, ""]))

    run = subprocess.run(
        ["kubectl", "annotate", "--local", "-f", file, "a=b", "-o", "json"],
        capture_output=True,
        check=True,
        text=True,
    )

    said = json.loads(run.stdout)["spec"]
    assert [exact_json(value) for value in said] == [exact_json(kubectl) for _, kubectl, _ in TABLE]


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="no kubectl here")
def test_the_table_is_what_kustomize_says(tmp_path: Path) -> None:
    lines = [f"- {text}" for text, _, _ in TABLE]
    foo = "\n".join(["apiVersion: v1", "kind: Foo", "metadata: {name: x}", "spec:", *lines, ""])
    (tmp_path / "foo.yaml").write_text(foo)
    (tmp_path / "kustomization.yaml").write_text("resources: [foo.yaml]\n")

    run = subprocess.run(["kubectl", "kustomize", tmp_path], capture_output=True, check=True)

    (document,) = read(run.stdout, Typing.KUSTOMIZE).documents
    assert [exact(value) for value in document.body["spec"]] == [
        exact(kustomize) for _, _, kustomize in TABLE
    ]


def exact(value: Any) -> tuple[str, Any]:
    """Equal only where the types are: True is not 1."""
    return type(value).__name__, value


def exact_json(value: Any) -> tuple[str, Any]:
    # JSON has no integers, and kubectl has floats for those beyond 63 bits.
    if isinstance(value, int | float) and not isinstance(value, bool):
        return "number", float(value)
    return exact(value)
