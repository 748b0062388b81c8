"""A fingerprint stays while the fault does, whatever is done to the text around it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ..cli.command_line import Files, check, deployment, write

FAULTY = deployment(image="web:latest") + "        imagePullPolcy: Always\n"
OVERLAY = "resources:\n- web.yaml\nimages:\n- name: web\n  newTag: edge\n"


def fingerprints(folder: Path, files: Files) -> dict[str, str]:
    found = check(write(folder, files)).findings
    return {one["rule"]: one["fingerprint"] for one in found}


def in_new_folder(files: Files, name: str = "repo") -> dict[str, str]:
    with tempfile.TemporaryDirectory() as made:
        return fingerprints(Path(made, name), files)


BEFORE = in_new_folder({"web.yaml": FAULTY})


def test_the_faults_of_these_tests_are_there() -> None:
    assert BEFORE.keys() == {"tag-latest-or-missing", "unknown-field"}
    assert len(set(BEFORE.values())) == 2


@settings(max_examples=15)
@given(name=st.from_regex(r"[a-zA-Z][a-zA-Z0-9._-]{0,20}", fullmatch=True))
def test_it_does_not_depend_on_the_name_of_the_checkout(name: str) -> None:
    assert in_new_folder({"web.yaml": FAULTY}, name) == BEFORE


@settings(max_examples=15)
@given(data=st.data())
def test_it_stays_when_lines_move_comments_come_and_the_file_is_reindented(data: st.DataObject) -> None:
    width = data.draw(st.integers(2, 6), label="indentation")
    lines: list[str] = []
    for line in FAULTY.splitlines():
        depth = len(line) - len(line.lstrip(" "))
        lines.extend(data.draw(st.lists(st.sampled_from(["", "# a comment"]), max_size=2)))
        # An item of a list keeps its dash two columns before its other keys.
        inside_item = line.lstrip().startswith(("image",))
        outer = depth - 2 if inside_item else depth
        lines.append(" " * (outer // 2 * width + (2 if inside_item else 0)) + line.lstrip(" "))
    head = data.draw(st.sampled_from(["", "---\n", "# head\n---\n", "%YAML 1.1\n---\n"]))

    assert in_new_folder({"web.yaml": head + "\n".join(lines) + "\n"}) == BEFORE


def test_it_stays_when_a_container_is_inserted_before() -> None:
    container = "      containers:\n      - name: proxy\n        image: registry.example/proxy:1.0.0\n"

    assert in_new_folder({"web.yaml": FAULTY.replace("      containers:\n", container)}) == BEFORE


def test_it_stays_when_a_document_is_inserted_before() -> None:
    other = deployment("other", image="registry.example/other:1.0.0")

    assert in_new_folder({"web.yaml": f"{other}---\n{FAULTY}"}) == BEFORE


def test_it_stays_when_the_message_says_another_tag() -> None:
    after = in_new_folder({"web.yaml": FAULTY.replace("web:latest", "other:latest")})

    assert after == BEFORE


def test_it_stays_when_another_overlay_renames_the_object() -> None:
    files = {"base/kustomization.yaml": "resources: [web.yaml]\n", "base/web.yaml": FAULTY}
    prefixed = {**files, "over/kustomization.yaml": "resources: [../base]\nnamePrefix: a-\nnamespace: b\n"}

    assert in_new_folder(prefixed) == in_new_folder(files)


def test_it_stays_when_an_images_entry_is_inserted_before() -> None:
    files = {"web.yaml": deployment(image="web:1.2.3"), "kustomization.yaml": OVERLAY}
    entry = "images:\n- name: registry.example/other\n  newTag: 1.0.0\n"
    after = {**files, "kustomization.yaml": OVERLAY.replace("images:\n", entry)}

    assert in_new_folder(after)["tag-mutable"] == in_new_folder(files)["tag-mutable"]


def test_it_changes_with_the_file_the_object_and_the_field() -> None:
    moved = in_new_folder({"other.yaml": FAULTY})
    renamed = in_new_folder({"web.yaml": FAULTY.replace("\n  name: web\n", "\n  name: site\n")})
    elsewhere = in_new_folder({"web.yaml": FAULTY.replace("      - name: web", "      - name: site")})

    for after in (moved, renamed, elsewhere):
        assert not set(after.values()) & set(BEFORE.values())


def test_two_faults_of_one_kind_in_one_object_have_their_own() -> None:
    text = deployment(image="web:latest") + "      - name: side\n        image: side:latest\n"
    with tempfile.TemporaryDirectory() as made:
        found = check(write(Path(made), {"web.yaml": text})).findings

    assert len({one["fingerprint"] for one in found if one["rule"] == "tag-latest-or-missing"}) == 2
