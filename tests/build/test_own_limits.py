"""Where a build stops at a limit of ours, that is said; and nothing very long is repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from gitlint_ops.model.wording import LONGEST_WORD, clipped

from ..cli.command_line import check, config_map, run, write

LONG = "/a" * 50_000


def patched(operation: str) -> str:
    return f"resources: [map.yaml]\npatches:\n- target: {{kind: ConfigMap}}\n  patch: '[{operation}]'\n"


def selected(name: str) -> str:
    text = f"resources: [map.yaml]\npatches:\n- target: {{name: '{name}'}}\n"
    return text + '  patch: \'[{"op": "remove", "path": "/data"}]\'\n'


def replaced(path: str) -> str:
    return (
        "resources: [map.yaml]\nreplacements:\n- sourceValue: x\n  targets:\n"
        f"  - {{select: {{kind: ConfigMap}}, fieldPaths: ['{path}'], options: {{create: true}}}}\n"
    )


@pytest.mark.parametrize(
    "text",
    [
        patched(f'{{"op": "add", "path": "{LONG}", "value": 1}}'),
        replaced(".".join("a" * 3_000)),
        selected("(a|b)" * 1_000),
        selected("(a{1,50}){1,50}"),
        selected("(" * 100 + "a" + ")" * 100),
        "resources: [map.yaml]\nimages:\n- {name: '(a{1,50}){1,50}', newTag: x}\n",
    ],
)
def test_a_limit_of_ours_is_told_as_ours_and_what_is_long_is_cut(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"kustomization.yaml": text, "map.yaml": config_map()})

    found = check(tmp_path, "--select", "kustomize").of("build-failed")

    assert "(gitlint-ops: " in found["message"]
    assert "kustomize:" not in found["message"]
    for command in (("check", tmp_path, "--format", "json"), ("check", tmp_path), ("build", tmp_path)):
        ran = run(*command)
        assert len(ran.out) + len(ran.err) < 5_000


def test_a_reference_that_is_very_long_is_cut_where_it_is_said_to_be_unchecked(tmp_path: Path) -> None:
    text = f"resources: ['https://github.com/acme/app//{'a' * 9_000}?ref=v1']\n"
    ran = check(write(tmp_path, {"kustomization.yaml": text}))

    assert len(ran.out) < 9_000


@pytest.mark.parametrize("text", ["", "short", "x" * LONGEST_WORD, "some words " * 200])
def test_texts_without_very_long_words_stay_as_they_are(text: str) -> None:
    assert clipped(text) == text


def test_the_middle_of_a_long_word_is_left_out_and_counted() -> None:
    assert clipped("see " + "a" * 500 + " end") == f"see {'a' * 120}…(260 characters)…{'a' * 120} end"
