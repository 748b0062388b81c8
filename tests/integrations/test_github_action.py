"""The scripts of action.yml, run by bash as a runner runs them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from ..cluster.apiserver import find_programs

EXPRESSION = re.compile(r"\$\{\{\s*([\w.-]+)\s*\}\}")


@pytest.fixture(scope="module")
def action(checkout: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((checkout / "action.yml").read_text())
    return loaded


@dataclass(slots=True)
class Runner:
    """As much of a GitHub runner as a composite action's scripts see."""

    action: dict[str, Any]
    source: Path
    workspace: Path
    folder: Path
    env: dict[str, str]
    inputs: dict[str, str]
    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    status: int = 0

    def run(self) -> Runner:
        """All script steps in order, up to the first that fails."""
        for step in self.action["runs"]["steps"]:
            if "run" in step and self.status == 0 and self._is_wanted(step):
                self._step(step)
        return self

    def _is_wanted(self, step: dict[str, Any]) -> bool:
        """Of the expressions of `if`, the one that script steps use: that an input is not empty."""
        if "if" not in step:
            return True
        named = re.fullmatch(r"inputs\.([\w-]+) != ''", step["if"])
        assert named, step["if"]
        return self.inputs[named[1]] != ""

    def declared_output(self, name: str) -> str:
        return self._evaluated(self.action["outputs"][name]["value"])

    @property
    def summary(self) -> str:
        return (self.folder / "summary.md").read_text()

    def _step(self, step: dict[str, Any]) -> None:
        output = self.folder / "output"
        output.write_text("")
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=self.workspace,
            env={
                **self.env,
                **{name: self._evaluated(value) for name, value in step.get("env", {}).items()},
                "GITHUB_OUTPUT": str(output),
                "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
                "RUNNER_TEMP": str(self.folder),
            },
            capture_output=True,
            text=True,
            check=False,
        )
        self.log += done.stdout + done.stderr
        self.status = done.returncode
        for line in output.read_text().splitlines():
            name, _, value = line.partition("=")
            self.outputs[f"steps.{step['id']}.outputs.{name}"] = value

    def _evaluated(self, text: str) -> str:
        def value(match: re.Match[str]) -> str:
            name = match[1]
            if name.startswith("inputs."):
                return self.inputs[name.removeprefix("inputs.")]
            return str(self.source) if name == "github.action_path" else self.outputs.get(name, "")

        return EXPRESSION.sub(value, text)


@pytest.fixture(scope="module")
def apiserver() -> Path:
    """The folder of etcd and kube-apiserver."""
    found = find_programs()
    if isinstance(found, str):
        pytest.skip(found)
    return found.etcd.parent


@pytest.fixture
def runner(
    action: dict[str, Any], source: Path, checkout: Path, offline_pip: dict[str, str], tmp_path: Path
) -> Runner:
    if shutil.which("bash") is None:
        pytest.skip("bash is not installed")
    folder = tmp_path / "runner"
    folder.mkdir()
    workspace = shutil.copytree(checkout / "examples", tmp_path / "workspace")
    defaults = {name: value["default"] for name, value in action["inputs"].items()}
    return Runner(action, source, workspace, folder, offline_pip, defaults)


def test_a_workspace_with_defects_fails_the_job_with_counts_sarif_and_a_summary(runner: Runner) -> None:
    runner.inputs |= {"path": "defects"}

    runner.run()

    assert runner.status == 1, runner.log
    assert runner.declared_output("exit-code") == "1"
    assert int(runner.declared_output("errors")) > 0
    assert int(runner.declared_output("findings")) >= int(runner.declared_output("errors"))
    sarif = json.loads(Path(runner.declared_output("sarif")).read_text())
    assert sarif["version"] == "2.1.0"
    assert "service-selector-none" in runner.summary
    assert "shop-web/service.yaml:7" in runner.summary


def test_a_clean_workspace_passes_the_job(runner: Runner) -> None:
    runner.inputs |= {"path": "clean"}

    runner.run()

    assert runner.status == 0, runner.log
    assert runner.declared_output("exit-code") == "0"
    assert runner.declared_output("findings") == "0"


def test_several_folders_and_further_arguments_reach_the_command(runner: Runner) -> None:
    runner.inputs |= {
        "path": "clean defects",
        "fail-on": "never",
        "args": "--ignore tag-latest-or-missing -q",
    }

    runner.run()

    # No finding counts, but three folders do not build: that is never a success.
    assert runner.status == 3, runner.log
    assert int(runner.declared_output("errors")) > 0
    assert "tag-latest-or-missing" not in runner.summary


def test_nothing_is_reconciled_unless_it_is_asked_for(runner: Runner) -> None:
    runner.inputs |= {"path": "clean"}

    runner.run()

    assert runner.declared_output("reconcile-exit-code") == ""
    assert "gitlint-ops reconcile" not in runner.summary


def test_a_clean_workspace_is_rehearsed_on_a_server_of_the_job(runner: Runner, apiserver: Path) -> None:
    runner.env |= {"KUBEBUILDER_ASSETS": str(apiserver)}
    runner.inputs |= {"path": "clean", "reconcile": "envtest", "reconcile-args": "--jobs 4"}

    runner.run()

    assert runner.status == 0, runner.log
    assert runner.declared_output("reconcile-exit-code") == "0"
    assert runner.declared_output("reconcile-findings") == "0"
    sarif = json.loads(Path(runner.declared_output("reconcile-sarif")).read_text())
    assert sarif["runs"][0]["automationDetails"]["id"] == "gitlint-ops/reconcile/"
    assert "## gitlint-ops reconcile" in runner.summary
    assert "envtest" in runner.summary


def test_a_rehearsal_that_cannot_be_held_fails_the_job_though_the_check_passes(runner: Runner) -> None:
    runner.inputs |= {"path": "clean", "reconcile": "no-such-context"}

    runner.env |= {"KUBECONFIG": str(runner.folder / "none")}
    runner.run()

    assert runner.declared_output("exit-code") == "0", runner.log
    assert runner.declared_output("reconcile-exit-code") == "2"
    assert runner.declared_output("reconcile-sarif") == ""
    assert runner.status == 2
    assert "kubeconfig" in runner.log


def test_an_input_is_never_run_as_a_script(runner: Runner) -> None:
    runner.inputs |= {"path": "clean; touch pwned $(touch pwned)", "args": "`touch pwned`"}
    runner.inputs |= {"reconcile": "$(touch pwned)", "reconcile-args": "; touch pwned"}

    runner.run()

    assert runner.status == 2, runner.log
    assert runner.declared_output("sarif") == ""
    assert not (runner.workspace / "pwned").exists()


def test_scripts_hold_no_expression_and_other_actions_are_pinned_by_commit(action: dict[str, Any]) -> None:
    steps = action["runs"]["steps"]

    assert [step["name"] for step in steps if "${{" in step.get("run", "")] == []
    used = [step["uses"] for step in steps if "uses" in step]
    assert [one for one in used if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one)] == []
