"""What is said of builds that fail: the line to edit, the way there, plain words, and kustomize's own."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..cli.command_line import check, place

CASES = yaml.safe_load(Path(__file__).with_name("failures.yaml").read_text(encoding="utf-8"))
_OF_THE_WAY = re.compile(r"(?:takes in|names) ")


def named(case: dict[str, Any]) -> str:
    name: str = case["name"]
    return name


@pytest.fixture
def tree(tmp_path: Path) -> Any:
    def made(case: dict[str, Any]) -> Path:
        for path, text in case["files"].items():
            file = tmp_path / "repo" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return tmp_path / "repo"

    return made


def found_in(folder: Path) -> dict[str, Any]:
    """The one error that keeps `prod` from building."""
    ran = check(folder, "--select", "kustomize", "--select", "yaml-invalid")
    errors = [
        one
        for one in ran.findings
        if one["severity"] == "error" and any(target.endswith("//prod") for target in one["targets"])
    ]
    assert len(errors) == 1, ran.found()
    assert ran.statuses()["prod"] == "failed"
    return dict(errors[0])


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_failure_is_told_where_to_mend_it_and_how_the_build_came_there(
    case: dict[str, Any], tree: Any
) -> None:
    found = found_in(tree(case))

    assert (found["rule"], place(found["location"])) == (case["rule"], case["at"])
    way = [f"{one['file']}:{one['line']}" for one in found["related"] if _OF_THE_WAY.match(one["message"])]
    assert way == case["way"]


@pytest.mark.parametrize("case", CASES, ids=named)
def test_a_failure_is_told_in_plain_words_with_kustomize_s_reason(case: dict[str, Any], tree: Any) -> None:
    found = found_in(tree(case))

    assert case["says"] in found["message"]
    assert case.get("reason", "") in found["message"]
    assert case.get("hint", "") in found.get("hint", "")


@pytest.mark.parametrize("case", CASES, ids=named)
def test_kustomize_fails_for_the_same_reason(case: dict[str, Any], tree: Any) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("no kubectl: the tests compare with its kustomize")
    ran = subprocess.run(
        [kubectl, "kustomize", tree(case) / "prod"], capture_output=True, text=True, check=False
    )

    assert ran.returncode != 0
    assert case.get("reason", "") in ran.stderr


def test_a_fault_of_many_overlays_shows_one_way_and_all_targets(tree: Any) -> None:
    files = {"base/kustomization.yaml": "resources:\n- gone.yaml\n"}
    files |= {f"over{number}/kustomization.yaml": "resources:\n- ../base\n" for number in range(30)}
    files["prod/kustomization.yaml"] = "resources:\n- ../over7\n"

    found = found_in(tree({"files": files}))

    assert len(found["targets"]) == 32
    assert [f"{one['file']}:{one['line']}" for one in found["related"]] == [
        "over7/kustomization.yaml:2",
        "prod/kustomization.yaml:2",
    ]


def test_a_file_that_is_no_yaml_is_told_once_with_the_way_to_it(tree: Any) -> None:
    files = {
        "base/kustomization.yaml": "resources:\n- web.yaml\n",
        "base/web.yaml": "a: [\n",
        "dev/kustomization.yaml": "resources:\n- ../base\n",
        "prod/kustomization.yaml": "resources:\n- ../base\n",
    }

    found = found_in(tree({"files": files}))

    assert sorted(target.partition("//")[2] for target in found["targets"]) == ["base", "dev", "prod"]


def test_an_env_file_that_is_no_text_is_told_at_its_line(tmp_path: Path, tree: Any) -> None:
    folder = tree({"files": {"prod/kustomization.yaml": "configMapGenerator:\n- name: a\n  envs: [a.env]\n"}})
    (folder / "prod/a.env").write_bytes(b"A=1\nB=\xff\n")

    found = found_in(folder)

    assert place(found["location"]) == "prod/a.env:2"
    assert "kustomize: invalid utf8 bytes" in found["message"]
    assert [f"{one['file']}:{one['line']}" for one in found["related"]] == ["prod/kustomization.yaml:3"]
