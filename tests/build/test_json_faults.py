"""Why a text is no JSON, as people are told."""

from __future__ import annotations

import json

import pytest

from gitlint_ops.blame import named_path
from gitlint_ops.build.kustomize.json_faults import json_reason


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[{op: add}]", "line 1, column 3: a key must stand in double quotes"),
        ('[{"op": add}]', "line 1, column 9: a value is missing, or a text without double quotes"),
        ('[{"op": "add"\n"path": "/a"}]', "line 2, column 1: a comma or a closing bracket is missing"),
        ('[{"op" "add"}]', "line 1, column 8: a colon is missing"),
        ('[{"op": "add"},]', "line 1, column 16: a comma stands before a closing bracket"),
        ('[{"op": "add",}]', "line 1, column 15: a comma stands before a closing bracket"),
        ("[] []", "line 1, column 4: something follows behind the end"),
        ('["a]', "line 1, column 2: a text is not closed by a double quote"),
        ('["a\tb"]', "line 1, column 4: a text runs over the end of its line, or holds a tab"),
        (r'["\q"]', "line 1, column 3: a backslash is followed by what is no escape"),
    ],
)
def test_the_reason_names_line_and_column_and_no_parser(text: str, reason: str) -> None:
    with pytest.raises(json.JSONDecodeError) as error:
        json.loads(text)
    assert json_reason(error.value) == reason


def test_bytes_that_are_no_text_are_told_as_such() -> None:
    with pytest.raises(UnicodeDecodeError) as error:
        json.loads(b'["\xff"]')
    assert json_reason(error.value) == "it is not UTF-8"


def test_a_json_patch_with_keys_without_quotes_is_told_what_is_wrong(repo) -> None:
    patch = "patches:\n- target: {kind: Pod}\n  patch: '[{op: add, path: /metadata/labels, value: {}}]'\n"
    files = {
        "kustomization.yaml": f"resources: [pod.yaml]\n{patch}",
        "pod.yaml": "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n",
    }
    (found,) = repo(files).build().result.violations

    assert "line 1, column 3: a key must stand in double quotes" in found.message


def test_a_name_that_is_no_text_is_shown_as_yaml_has_it() -> None:
    assert named_path({"images": [{"name": True}]}, ("images", 0, "name")) == "images[name=true].name"
