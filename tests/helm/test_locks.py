"""Lock files are judged as `helm dependency build` judges them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from .charts import Files
from .conftest import Ran

CHARTS = "https://charts.example.com"
CHART = "apiVersion: v2\nname: shop\nversion: 1.0.0\n"
RANGE = f"{CHART}dependencies:\n- name: db\n  version: ^1.0.0\n  repository: {CHARTS}\n"
EXACT = RANGE.replace("^1.0.0", "1.2.3")

Write = Callable[[Files], Path]
Check = Callable[..., Ran]


@pytest.fixture
def found(write: Write, gitlint_ops: Check) -> Callable[[Files], list[str]]:
    """The findings of the rule, each as "file:line:column severity: message"."""

    def checked(files: Files) -> list[str]:
        root = write(files)
        ran = gitlint_ops("check", str(root), "--select", "lock-out-of-sync", "--format", "json")
        return [
            f"{at['file']}:{at['line']} {one['severity']}: {one['message']}"
            for one in json.loads(ran.out)["findings"]
            for at in [one["location"]]
        ]

    return checked


def test_ranges_without_a_lock_are_told_at_the_first_of_them(found: Callable[[Files], list[str]]) -> None:
    (line,) = found({"shop/Chart.yaml": RANGE})

    assert line.startswith("shop/Chart.yaml:5 error: ")
    assert "the chart depends on db and has no Chart.lock, so that their versions are decided anew" in line


def test_exact_versions_without_a_lock_are_a_warning(found: Callable[[Files], list[str]]) -> None:
    (line,) = found({"shop/Chart.yaml": EXACT})

    assert line.startswith("shop/Chart.yaml:5 warning: ")


SILENT: dict[str, Files] = {
    "no dependencies": {"shop/Chart.yaml": CHART},
    "git ignores the lock": {"shop/Chart.yaml": RANGE, ".gitignore": "# charts\nChart.lock\n"},
    "git ignores it by a pattern": {"shop/Chart.yaml": RANGE, "shop/.gitignore": "/*.lock\n"},
    "only folders of the repository": {"shop/Chart.yaml": RANGE.replace(CHARTS, "file://../db")},
    "the chart is committed": {
        "shop/Chart.yaml": RANGE,
        "shop/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.1\n"
        + RANGE.partition("1.0.0\n")[2],
    },
    "a chart for Helm 2 without requirements": {"shop/Chart.yaml": CHART.replace("v2", "v1")},
    "a chart that cannot be read": {"shop/Chart.yaml": "{{ template }}"},
    "a copy of a chart of others": {"kept/shop/Chart.yaml": RANGE, "gitlint-ops.yaml": "charts: [kept]\n"},
    "an example": {"examples/shop/Chart.yaml": RANGE},
}


@pytest.mark.parametrize("files", SILENT.values(), ids=SILENT)
def test_nothing_is_told_of(files: Files, found: Callable[[Files], list[str]]) -> None:
    assert found(files) == []


def lock(version: str = "1.2.3", repository: str = CHARTS, name: str = "db") -> Files:
    entry = f"- name: {name}\n  repository: {repository}\n  version: {version}\n"
    return {"shop/Chart.lock": f"dependencies:\n{entry}digest: sha256:0\ngenerated: '2026-01-01T00:00:00Z'\n"}


@pytest.mark.parametrize(
    ("locked", "place", "message"),
    [
        (lock("2.0.0"), "shop/Chart.yaml:6", "Chart.lock locks db 2.0.0, which is outside of '^1.0.0'"),
        (
            lock(repository="https://old"),
            "shop/Chart.yaml:7",
            "was written for another repository of db",
        ),
        (lock(name="cache"), "shop/Chart.yaml:5", "Chart.lock knows nothing of the dependency db"),
        (lock(), "shop/Chart.lock:5", "Chart.yaml was changed since Chart.lock was written"),
    ],
)
def test_a_lock_that_does_not_fit_is_told_where_it_does_not(
    locked: Files, place: str, message: str, found: Callable[[Files], list[str]]
) -> None:
    (line,) = found({"shop/Chart.yaml": RANGE, **locked})

    assert line.startswith(f"{place} ")
    assert message in line


WRITTEN_BY_HELM = {
    "plain": "- name: db\n  version: 1.0.0\n  repository: file://../db\n",
    "a range": "- name: db\n  version: '>=1.0.0 <2'\n  repository: file://../db\n",
    "all fields": "- name: db\n  version: ~1.0\n  repository: file://../db\n  alias: store\n"
    "  condition: a & b\n  tags: [x, y]\n  import-values:\n  - data\n  - {parent: p, child: <c>}\n",
    "a version that is a number": "- name: db\n  version: 1.0\n  repository: file://../db\n",
    "two": "- {name: db, version: ^1, repository: 'file://../db'}\n"
    "- name: db\n  version: ^1\n  repository: file://../db\n  alias: other\n",
}


@pytest.mark.parametrize("entries", WRITTEN_BY_HELM.values(), ids=WRITTEN_BY_HELM)
def test_a_lock_that_helm_wrote_fits_until_the_chart_changes(
    entries: str, helm: str, write: Write, found: Callable[[Files], list[str]], tmp_path: Path
) -> None:
    chart = f"{CHART}dependencies:\n{entries}"
    root = write({"shop/Chart.yaml": chart, "db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n"})
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    command = [helm, "dependency", "update", str(root / "shop")]
    subprocess.run(command, check=True, capture_output=True, env=environment)

    assert found({}) == []
    (changed,) = found({"shop/Chart.yaml": f"{chart}  enabled: true\n"})
    assert "Chart.yaml was changed since Chart.lock was written" in changed


def test_requirements_of_helm_2_are_judged_where_they_stand(found: Callable[[Files], list[str]]) -> None:
    requirements = RANGE.partition("1.0.0\n")[2]

    (line,) = found({"shop/Chart.yaml": CHART.replace("v2", "v1"), "shop/requirements.yaml": requirements})

    assert line.startswith("shop/requirements.yaml:2 error: ")
    assert "has no requirements.lock" in line
