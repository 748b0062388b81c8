"""Charts that nothing delivers are rendered by themselves, with their own values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gitlint_ops.build.helm.folders import build_chart_folder, chart_targets
from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.site import DeliverySettings
from gitlint_ops.model.targets import BuildTarget, Status, TargetKind

from .charts import Files
from .sites import RELEASE, Workshop

HEAD = "apiVersion: v2\nname: web\nversion: 1.0.0\n"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: VALUE}\n"

Open = Callable[[Files], Workshop]


@pytest.fixture
def workshop(write: Callable[[Files], Path], helm: str) -> Open:
    return lambda files: Workshop(write({"release.yaml": RELEASE, **files}), Helm(helm), DeliverySettings())


def target(shop: Workshop, path: str = "web") -> BuildTarget:
    return BuildTarget(shop.tree.name, path, TargetKind.HELM)


def test_charts_are_targets_but_for_libraries_examples_and_what_others_take_in(workshop: Open) -> None:
    parent = f"{HEAD}dependencies:\n- {{name: part, version: 1.0.0, repository: 'file://../part'}}\n"
    shop = workshop(
        {
            "web/Chart.yaml": parent,
            "web/charts/db/Chart.yaml": HEAD,
            "part/Chart.yaml": HEAD,
            "common/Chart.yaml": f"{HEAD}type: library\n",
            "examples/web/Chart.yaml": HEAD,
            "kept/redis/Chart.yaml": HEAD,
            "rendered/Chart.yaml": HEAD,
            "deep/in/api/Chart.yaml": HEAD,
        }
    )

    found = chart_targets(shop.tree, {(shop.tree.name, "rendered/Chart.yaml")}, ["kept/"])

    assert [one.path for one in found] == ["deep/in/api", "web"]


def test_a_chart_renders_with_its_own_values(workshop: Open) -> None:
    shop = workshop(
        {
            "web/Chart.yaml": HEAD,
            "web/values.yaml": "a: own\n",
            "web/templates/a.yaml": MAP.replace("VALUE", "{{ .Values.a }}"),
        }
    )

    made = build_chart_folder(target(shop), shop.site)

    assert made.status is Status.BUILT
    assert [one.body["data"] for one in made.objects] == [{"a": "own"}]
    assert shop.place(made.objects[0], ("data", "a")).startswith("web/templates/a.yaml:")
    assert {"web/Chart.yaml", "web/values.yaml", "web/templates/a.yaml"} <= made.inputs


def test_the_values_of_its_tests_are_given_where_there_are_any(workshop: Open) -> None:
    shop = workshop(
        {
            "web/Chart.yaml": HEAD,
            "web/ci/some-values.yaml": "a: tried\n",
            "web/templates/a.yaml": MAP.replace("VALUE", '{{ required "a" .Values.a }}'),
        }
    )

    assert [one.body["data"] for one in build_chart_folder(target(shop), shop.site).objects] == [
        {"a": "tried"}
    ]


def test_a_chart_that_asks_for_values_is_unchecked(workshop: Open) -> None:
    template = MAP.replace("VALUE", '{{ required "a is needed" .Values.a }}')
    shop = workshop({"web/Chart.yaml": HEAD, "web/templates/a.yaml": template})

    made = build_chart_folder(target(shop), shop.site)

    assert (made.status, made.violations) == (Status.UNCHECKED, ())
    assert "the chart asks for values that nothing here gives" in str(made.reason)


def test_a_chart_that_does_not_render_is_told_at_its_template(workshop: Open) -> None:
    shop = workshop(
        {"web/Chart.yaml": HEAD, "web/templates/a.yaml": MAP.replace("VALUE", "{{ .Values.a.b }}")}
    )

    (found,) = build_chart_folder(target(shop), shop.site).violations

    assert (found.rule, shop.line(found)) == ("render-failed", "web/templates/a.yaml:4")
