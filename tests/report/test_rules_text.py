from __future__ import annotations

import json

import pytest

from gitlint_ops.model.errors import UsageError
from gitlint_ops.report.formats import FORMATS, render
from gitlint_ops.report.rules_text import explain, rules_json, rules_table
from gitlint_ops.report.text.options import TextOptions

from .made_results import CARDS, TAG, full_result


def test_the_table_has_a_line_for_each_rule_by_group() -> None:
    assert rules_table(CARDS) == (
        "RULE              GROUP    SEVERITY  CONFIDENCE  PROFILE      TITLE\n"
        "tag-mutable       images   warning   high        recommended  "
        "Container image can change without a commit\n"
        "secret-plaintext  secrets  error     high        recommended  Secret in plain text\n"
    )


def test_the_catalogue_as_json_holds_all_that_is_known_of_a_rule() -> None:
    (tag, _) = json.loads(rules_json(CARDS))["rules"]

    assert (tag["id"], tag["profile"], tag["controls"]) == ("tag-mutable", "recommended", {"soc2": ["CC8.1"]})


EXPLAINED = """\
tag-mutable  Container image can change without a commit
warning, high confidence, profile recommended, group images (IMG002)

Why
  A tag such as latest moves. What runs is then not what Git says.

  A second paragraph.

How to fix
  Pin a version, or better a digest.

When it may be wrong
  Images that are rebuilt on purpose.

Parameters
  - mutable: latest, main

Controls
  - soc2: CC8.1

References
  - https://kubernetes.io/docs/concepts/containers/images/

Bad bad.yaml
  1 | kind: Pod
  2 | spec:
  3 |   containers:
> 4 |   - image: web:latest
    |     ^ no fixed tag

Good good.yaml
  1 | kind: Pod
"""


def test_a_rule_is_explained_with_the_marked_line_of_its_bad_example() -> None:
    bad = "kind: Pod\nspec:\n  containers:\n  - image: web:latest  # expect: no fixed tag\n"

    assert explain(TAG, [("bad.yaml", bad)], [("good.yaml", "kind: Pod\n")]) == EXPLAINED


def test_lists_keep_their_lines() -> None:
    from msgspec.structs import replace

    listed = replace(TAG, fix="Either\n\n- pin a version\n- pin a digest")

    assert "  Either\n\n  - pin a version\n  - pin a digest\n" in explain(listed, [], [])


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_ends_in_a_line_break(name: str) -> None:
    assert render(full_result(), name, TextOptions()).endswith("\n")


def test_an_unknown_format_is_guessed() -> None:
    with pytest.raises(UsageError, match="unknown format 'sarfi'") as caught:
        render(full_result(), "sarfi", TextOptions())

    assert caught.value.hint == "did you mean 'sarif'?"
