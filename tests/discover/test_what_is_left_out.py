"""Which files a run says that it left out."""

from __future__ import annotations

from pathlib import Path

from ..cli.command_line import check, config_map, write

DATA = "files that generators and plugins take as data"
CHARTS = "files of Helm charts (rendered by helm, not read as YAML)"
NAMES = "namePrefix:\n- {path: metadata/name}\n"
LABELS = """\
apiVersion: builtin
kind: LabelTransformer
metadata: {name: env}
labels: {env: prod}
fieldSpecs:
- {path: metadata/labels, create: true}
"""
CHART = {
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "templates/map.yaml": config_map("rendered"),
    "charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 0.1.0\n",
    "charts/db/templates/map.yaml": config_map("inner"),
}


def test_configurations_and_plugins_that_the_build_ran_are_not_left_out(tmp_path: Path) -> None:
    files = {
        "kustomization.yaml": "resources: [map.yaml]\nconfigurations: [names.yaml]\n"
        "transformers: [labels.yaml]\n",
        "map.yaml": config_map(),
        "names.yaml": NAMES,
        "labels.yaml": LABELS,
    }
    assert check(write(tmp_path, files)).left_out() == {}


def test_what_a_generator_copies_is_left_out(tmp_path: Path) -> None:
    files = {
        "kustomization.yaml": "configMapGenerator:\n- name: a\n  files: [map.yaml]\n",
        "map.yaml": config_map(),
    }
    assert check(write(tmp_path, files)).left_out() == {DATA: 1}


def test_a_chart_that_a_kustomization_renders_is_not_left_out_and_one_that_nothing_renders_is(
    tmp_path: Path,
) -> None:
    charts = {f"app/charts/web/{path}": text for path, text in CHART.items()}
    kustomization = "helmCharts:\n- name: web\n  releaseName: a\n"
    assert check(write(tmp_path, {**charts, "app/kustomization.yaml": kustomization})).left_out() == {}

    other = {f"other/{path}": text for path, text in CHART.items()}
    assert check(write(tmp_path, other), "--no-helm").left_out() == {CHARTS: 4}
