"""Deprecated fields rewritten in the file's own text."""

from __future__ import annotations

import pytest

from gitlint_ops.build.kustomize.migration import migrated, migrated_env
from gitlint_ops.syntax.edits import NotEditable, applied


def after(text: str, field: str) -> str:
    return applied(text.encode(), migrated(text.encode(), field)).decode()


def why_not(text: str, field: str) -> str:
    with pytest.raises(NotEditable) as caught:
        migrated(text.encode(), field)
    return str(caught.value)


def env_after(text: str) -> str:
    data = text.encode()
    return applied(data, migrated_env(data, "configMapGenerator", 0)).decode()


def test_a_key_without_a_successor_in_the_file_is_renamed_whatever_its_value_looks_like() -> None:
    assert after("bases: [\n  ../a, # one\n  &b ../b]\n", "bases") == (
        "resources: [\n  ../a, # one\n  &b ../b]\n"
    )
    assert after('"imageTags":\n- name: a # keep\n', "imageTags") == "images:\n- name: a # keep\n"


@pytest.mark.parametrize(
    ("text", "field", "expected"),
    [
        ("bases: []\nresources: [a.yaml]\n", "bases", "resources: [a.yaml]\n"),
        ("images: []\n\nbases: []\n\nnamePrefix: x\n", "bases", "images: []\n\nnamePrefix: x\n"),
        ("namePrefix: x\ncommonLabels: {}\n", "commonLabels", "namePrefix: x\n"),
        ("namePrefix: x\n# none yet\nbases: [\n  ]\n", "bases", "namePrefix: x\n# none yet\n"),
        ("bases: []\n", "bases", "resources: []\n"),
    ],
)
def test_a_field_without_entries_is_taken_out_and_nothing_else_is_touched(text, field, expected) -> None:
    assert after(text, field) == expected


def test_an_empty_field_with_a_comment_on_its_line_is_left() -> None:
    assert "comment" in why_not("namePrefix: x\nbases: [] # none\n", "bases")


def test_entries_go_to_the_end_of_the_list_that_is_there_with_its_indent_and_their_comments() -> None:
    text = """\
resources:
  - a.yaml
  # - b.yaml

# shared with staging
bases: # all of them
- ../base # the common part
#- ../old

namePrefix: x-
"""

    assert (
        after(text, "bases")
        == """\
resources:
  - a.yaml
  # - b.yaml
  # shared with staging
  # all of them
  - ../base # the common part
  #- ../old

namePrefix: x-
"""
    )


def test_a_list_above_its_successor_is_moved_down() -> None:
    assert after("bases:\n- ../base\nresources:\n- a.yaml\n", "bases") == (
        "resources:\n- a.yaml\n- ../base\n"
    )


def test_a_list_in_brackets_becomes_a_list_of_lines_when_something_is_added() -> None:
    text = "resources: [a.yaml] # mine\nbases: ['../base', ../b]\n"

    assert after(text, "bases") == "resources: # mine\n- a.yaml\n- '../base'\n- ../b\n"


def test_an_empty_successor_takes_the_entries() -> None:
    assert after("resources:\nbases:\n- ../b\n", "bases") == "resources:\n- ../b\n"
    assert after("resources: []\nbases:\n- ../b\n", "bases") == "resources:\n- ../b\n"


def test_the_comment_at_the_top_of_the_file_stays_there() -> None:
    assert after("# Owner: shop\nbases:\n- ../b\nresources:\n- a.yaml\n", "bases") == (
        "# Owner: shop\nresources:\n- a.yaml\n- ../b\n"
    )


def test_strategic_patches_are_told_from_their_files_and_keep_their_texts() -> None:
    text = """\
patchesStrategicMerge:
  # sizes
  - sizes.yaml # t-shirt
  - |-
    kind: Deployment
      # no comment

    metadata: {}
  - "{kind: Service}"
"""

    assert (
        after(text, "patchesStrategicMerge")
        == """\
patches:
  # sizes
  - path: sizes.yaml # t-shirt
  - patch: |-
      kind: Deployment
        # no comment

      metadata: {}
  - patch: "{kind: Service}"
"""
    )


def test_strategic_patches_go_in_front_because_kustomize_applies_them_first() -> None:
    text = "patches:\n- path: b.yaml\npatchesStrategicMerge:\n- a.yaml\n"

    assert after(text, "patchesStrategicMerge") == "patches:\n- path: a.yaml\n- path: b.yaml\n"


def test_json_patches_go_behind() -> None:
    text = "patchesJson6902:\n  - target: {kind: Pod, name: a}\n    path: a.json\npatches:\n- path: b.yaml\n"

    assert after(text, "patchesJson6902") == (
        "patches:\n- path: b.yaml\n- target: {kind: Pod, name: a}\n  path: a.json\n"
    )


def test_common_labels_become_the_last_entry_of_labels_with_selectors() -> None:
    assert after("commonLabels:\n    # who\n    app: web # us\n", "commonLabels") == (
        "labels:\n- includeSelectors: true\n  pairs:\n    # who\n    app: web # us\n"
    )
    assert after("labels:\n  - pairs: {a: b}\ncommonLabels: {app: web}\n", "commonLabels") == (
        "labels:\n  - pairs: {a: b}\n  - includeSelectors: true\n    pairs: {app: web}\n"
    )


def test_the_file_keeps_its_line_ends_its_mark_and_a_missing_last_break() -> None:
    text = "\ufeffresources:\r\n- a\r\nbases:\r\n- b"

    assert after(text, "bases") == "\ufeffresources:\r\n- a\r\n- b"


def test_later_documents_and_the_dashes_above_the_first_stay() -> None:
    assert after("---\nbases:\n- b\n---\nbases: []\n", "bases") == "---\nresources:\n- b\n---\nbases: []\n"


def test_env_of_a_generator_becomes_the_last_of_its_envs() -> None:
    assert env_after("configMapGenerator:\n- name: a\n  env: x.env # c\n") == (
        "configMapGenerator:\n- name: a\n  envs:\n  - x.env # c\n"
    )
    assert env_after("configMapGenerator:\n- env: x.env\n  name: a\n") == (
        "configMapGenerator:\n- envs:\n  - x.env\n  name: a\n"
    )
    assert env_after("configMapGenerator: [{name: a, env: x.env}]\n") == (
        "configMapGenerator: [{name: a, envs: [x.env]}]\n"
    )
    assert env_after("configMapGenerator:\n- name: a\n  env: x.env # c\n  envs:\n  - y\n") == (
        "configMapGenerator:\n- name: a\n  envs:\n  - y\n  - x.env # c\n"
    )


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        ("bases", "{bases: [a]}\n", "the kustomization is written in braces"),
        ("bases", "resources:\n- &a x\nbases:\n- *a\n", "the file has anchors or tags"),
        ("commonLabels", "commonLabels: &l\n  app: x\n", "the file has anchors or tags"),
        ("bases", "resources:\n- a\nbases: [\n  ../b\n]\n", "over several lines"),
        ("bases", "bases:\n- a\nbases:\n- b\nresources: []\n", "unusual form"),
        ("bases", "bases: x\nresources: [a]\n", "no list"),
        ("patchesStrategicMerge", "patchesStrategicMerge:\n- a: b\n", "an entry is no text"),
        ("commonLabels", "commonLabels: {}\n", "it has no labels"),
        ("bases", "  bases:\n  - a\n", "unusual form"),
        ("bases", "resources:\n- a\nbases: # one\n- b\r\n", "do not all end alike"),
    ],
)
def test_what_is_not_sure_is_left_alone_with_the_reason(field: str, text: str, reason: str) -> None:
    assert reason in why_not(text, field)
