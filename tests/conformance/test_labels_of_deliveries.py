"""Hand-checked truth about what public repositories deliver, through the whole command."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ..cli.command_line import check

RULES = {
    "orphan-manifest": ("orphan-manifest", "file-unlisted"),
    "env-mismatch": (
        *("branch-env-mismatch", "overlay-env-mismatch", "destination-mismatch"),
        *("env-literal-leak", "config-key-parity"),
    ),
}


@pytest.mark.parametrize("family", RULES)
def test_every_true_label_is_found_near_its_line_and_no_false_one(family: str, shared: Path) -> None:
    lines = (shared / "corpus" / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    labels = [one for one in map(json.loads, lines) if one["family"] == family]
    missed = [name(one) for one in labels if one["verdict"] == "true" and not is_found(one, shared)]
    wrong = [name(one) for one in labels if one["verdict"] == "false" and is_found(one, shared)]

    assert labels
    assert missed == []
    assert wrong == []


def is_found(label: dict[str, Any], shared: Path) -> bool:
    folder = shared / "corpus" / label["repo"].rpartition("/")[2]
    lines = found_in(folder, RULES[label["family"]]).get(label["file"], ())
    return any(abs(line - label["line"]) <= 1 for line in lines)


@cache
def found_in(folder: Path, rules: tuple[str, ...]) -> dict[str, list[int]]:
    """The lines that the rules tell of, by file."""
    options = [option for rule in rules for option in ("--select", rule)]
    found: dict[str, list[int]] = {}
    for one in check(folder, *options).findings:
        found.setdefault(one["location"]["file"], []).append(one["location"]["line"])
    return found


def name(label: dict[str, Any]) -> str:
    return f"{label['repo']} {label['file']}:{label['line']}"
