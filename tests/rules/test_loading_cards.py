from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.location import FileRef
from gitlint_ops.resources import rules_folder, schemas_folder
from gitlint_ops.rules.card_fields import FIELDS, parse_at
from gitlint_ops.rules.loader import load_cards, load_examples, read_card
from gitlint_ops.syntax.documents import Typing, read

CARD = """\
id: no-web
title: Nothing is called web
severity: warning
confidence: high
profile: recommended
subject: object
require: self.metadata.name != "web"
message: "{{ self.metadata.name }} is taken"
why: it confuses us
fix: rename it
"""


def test_a_card_of_a_users_folder_is_read(tmp_path: Path) -> None:
    write(tmp_path, "ours/no-web/rule.yaml", CARD)
    write(tmp_path, "ours/no-web/bad.yaml", "kind: Pod\nmetadata:\n  name: web # expect: taken\n")

    (card,) = load_cards([tmp_path])

    assert (card.id, card.group, card.subject) == ("no-web", "ours", "object")
    assert [(one.path, one.expected) for one in load_examples(card).bad] == [("bad.yaml", ((3, "taken"),))]


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("severty: warning", "severity: warning", "3:1: unknown field 'severty'"),
        ("severity: fatal", "severity: warning", "3:1: 'fatal' is none of note, warning, error"),
        ("subject: pods", "subject: object", "6:1: 'pods' is none of"),
        ("id: web", "id: no-web", "1:1: the rule's id is 'web', but its folder is named 'no-web'"),
        ("subject: build", "subject: object", "6:1: `require` judges one thing at a time"),
        ("why: ''", "why: it confuses us", "9:1: 'why' must be a text"),
        ("fix: [a\n", "fix: rename it\n", "rule.yaml:1"),
        ("match: {kind: [Pod]}\nwhy: a", "why: it confuses us", "9:9: unknown field 'kind'"),
        ("at: spec..x\nwhy: a", "why: it confuses us", "9:1: 'at' must be a path"),
        (
            "python: os:system\nwhy: a",
            "why: it confuses us",
            "Python checks from outside gitlint-ops are not run",
        ),
        ("title: a\ntitle: b", "title: Nothing is called web", "3:1"),
        ("message: {{ self }}", 'message: "{{ self.metadata.name }} is taken"', "rule.yaml:8"),
    ],
)
def test_a_malformed_card_says_where_and_what(wrong: str, right: str, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        read_card(
            CARD.replace(right, wrong).encode(), FileRef("", "worktree", "ours/no-web/rule.yaml"), "ours"
        )

    assert told in str(raised.value)


def test_a_misspelt_field_comes_with_a_suggestion() -> None:
    data = CARD.replace("severity", "severty").encode()

    with pytest.raises(UsageError) as raised:
        read_card(data, FileRef("", "worktree", "ours/no-web/rule.yaml"), "ours")

    assert raised.value.hint == "did you mean 'severity'?"


def test_two_cards_of_one_name_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "ours/no-web/rule.yaml", CARD)
    write(tmp_path, "theirs/no-web/rule.yaml", CARD)

    with pytest.raises(UsageError, match="two rules are named 'no-web'"):
        load_cards([tmp_path])


def test_loading_all_cards_imports_no_check_and_no_engine() -> None:
    program = (
        "import sys; from gitlint_ops.rules.loader import load_cards;"
        " from gitlint_ops.resources import rules_folder; load_cards([rules_folder()]);"
        " unwanted = ('gitlint_ops.rules.checks.', 'cel_expr_python', 'detect_secrets');"
        " print([name for name in sys.modules if name.startswith(unwanted)])"
    )

    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert ran.stdout.strip() == "[]"


def test_the_published_schema_accepts_every_card() -> None:
    schema = jsonschema_rs.validator_for(published())

    for path in rules_folder().glob("*/*/rule.yaml"):
        assert [error.message for error in schema.iter_errors(body_of(path.read_bytes()))] == [], path


def test_the_published_schema_and_the_loader_know_the_same_fields() -> None:
    assert set(published()["properties"]) == set(FIELDS)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("severty: warning", "severity: warning"),
        ("severity: fatal", "severity: warning"),
        ("subject: pods", "subject: object"),
        ("why: ''", "why: it confuses us"),
        ("python: os:system", "fix: rename it"),
        ("stage: build", "fix: rename it"),
        ("match: {kind: [Pod]}\nwhy: a", "why: it confuses us"),
    ],
)
def test_the_published_schema_refuses_what_the_loader_refuses(wrong: str, right: str) -> None:
    assert not jsonschema_rs.validator_for(published()).is_valid(body_of(CARD.replace(right, wrong).encode()))


def test_a_path_of_a_card_reads_as_people_write_it() -> None:
    assert parse_at("spec.ports[0].name") == ("spec", "ports", 0, "name")
    assert parse_at('metadata.labels["app.kubernetes.io/name"]') == (
        "metadata",
        "labels",
        "app.kubernetes.io/name",
    )
    assert parse_at("") == ()


def published() -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(
        (schemas_folder() / "rule-card.schema.json").read_text(encoding="utf-8")
    )
    return schema


def body_of(data: bytes) -> Any:
    return read(data, Typing.KUBECTL).documents[0].body


def write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text, encoding="utf-8")
