"""A finding in a rendered chart stands at the value that caused it, where that shows when it is changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from .charts import Files
from .conftest import Ran
from .test_releases import CHARTS, FROM_CHARTS, FROM_GIT, GIT, HEAD

DEPLOYMENT = (
    "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {{ .Release.Name }}\nspec:\n"
    "  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n"
    "      containers:\n      - name: web\n        image: IMAGE\n"
)
CHART: Files = {
    "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "sources/git.yaml": GIT,
}

Told = Callable[..., list[str]]


@pytest.fixture
def told(write: Callable[[Files], Path], gitlint_ops: Callable[..., Ran], helm: str) -> Told:
    """The places of a rule's findings, each with those behind it."""

    def checked(values: str, files: Files, rule: str = "tag-latest-or-missing") -> list[str]:
        root = write({**CHART, "release.yaml": HEAD + FROM_GIT + values, **files})
        ran = gitlint_ops("check", str(root), "--select", rule, "--format", "json")
        return [
            " < ".join(f"{at['file']}:{at['line']}" for at in (one["location"], *one["related"]))
            for one in json.loads(ran.out)["findings"]
        ]

    assert helm
    return checked


TEMPLATE = "chart/templates/a.yaml"


def test_a_value_of_the_release_is_told_at_its_line(told: Told) -> None:
    image = '"{{ .Values.image.repository }}:{{ .Values.image.tag }}"'
    files = {
        TEMPLATE: DEPLOYMENT.replace("IMAGE", image),
        "chart/values.yaml": "image:\n  repository: nginx\n  tag: 1.25.3\n",
    }

    found = told("  values:\n    image: {tag: latest}\n", files)

    # Line 12 holds the tag; the template and the chart of the release stand behind it.
    assert found == [f"release.yaml:12 < {TEMPLATE}:12 < release.yaml:9"]


def test_a_default_of_the_chart_is_told_in_its_values(told: Told) -> None:
    files = {
        TEMPLATE: DEPLOYMENT.replace("IMAGE", "{{ .Values.image }}"),
        "chart/values.yaml": "image: web:latest\n",
    }

    (found,) = told("", files)

    assert found.startswith(f"chart/values.yaml:1 < {TEMPLATE}:12")


def test_of_equal_values_the_one_that_the_field_shows_is_told(told: Told) -> None:
    files = {TEMPLATE: DEPLOYMENT.replace("IMAGE", "web:{{ .Values.two }}")}

    (found,) = told("  values:\n    one: latest\n    two: latest\n    three: latest\n", files)

    assert found.startswith("release.yaml:13 ")


def test_what_no_value_sets_stays_at_the_template(told: Told) -> None:
    files = {TEMPLATE: DEPLOYMENT.replace("IMAGE", "web:latest")}

    (found,) = told("  values:\n    tag: latest\n", files)

    assert found.startswith(f"{TEMPLATE}:12")


def test_true_and_false_are_tried_one_by_one(told: Told) -> None:
    files = {
        TEMPLATE: DEPLOYMENT.replace("IMAGE", "web:1.2.3")
        + "        securityContext: {privileged: {{ .Values.strong }}}\n",
        "chart/values.yaml": "weak: true\nother: true\n",
    }

    found = told("  values:\n    strong: true\n    pretty: true\n", files, "pss-baseline")

    assert [one.partition(" ")[0] for one in found] == ["release.yaml:12"]


def test_a_value_of_a_config_map_is_told_in_its_text(told: Told) -> None:
    files = {
        TEMPLATE: DEPLOYMENT.replace("IMAGE", "web:{{ .Values.tag }}"),
        "values.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: v, namespace: apps}\ndata:\n"
        "  values.yaml: |\n    # what runs\n    tag: latest\n",
    }

    (found,) = told("  valuesFrom: [{kind: ConfigMap, name: v}]\n", files)

    assert found.startswith("values.yaml:7 ")


def test_a_value_in_a_list_is_found(told: Told) -> None:
    template = DEPLOYMENT.replace("      - name: web\n        image: IMAGE\n", "") + (
        "      {{- range .Values.containers }}\n      - name: {{ .name }}\n        image: {{ .image }}\n"
        "      {{- end }}\n"
    )
    values = "    - {name: a, image: 'web:1.2.3'}\n    - {name: b, image: 'web:latest'}\n"

    (found,) = told(f"  values:\n    containers:\n{values}", {TEMPLATE: template})

    assert found.startswith("release.yaml:14 ")


def test_a_value_that_breaks_the_chart_when_it_is_changed_stays_at_the_template(told: Told) -> None:
    check = '{{ if ne .Values.tag "latest" }}{{ fail "only latest" }}{{ end }}\n'
    files = {TEMPLATE: check + DEPLOYMENT.replace("IMAGE", "web:{{ .Values.tag }}")}

    (found,) = told("  values: {tag: latest}\n", files)

    assert found.startswith(f"{TEMPLATE}:13")


def test_an_object_is_found_again_though_its_name_is_among_the_values(told: Told) -> None:
    template = DEPLOYMENT.replace("{{ .Release.Name }}", "{{ .Values.name }}").replace(
        "IMAGE", "example/{{ .Values.name }}:{{ .Values.tag }}"
    )

    (found,) = told("  values:\n    name: checkout\n    tag: latest\n", {TEMPLATE: template})

    assert found.startswith("release.yaml:13 ")


def test_what_is_told_of_the_value_itself_is_not_told_twice(told: Told) -> None:
    template = DEPLOYMENT.replace("IMAGE", "{{ .Values.image.repository }}:{{ .Values.image.tag }}")

    found = told("  values:\n    image: {repository: nginx, tag: latest}\n", {TEMPLATE: template})

    assert len(found) == 1


def test_a_misspelled_field_that_is_handed_on_is_told_at_its_key_among_the_values(told: Told) -> None:
    handed = DEPLOYMENT.replace("IMAGE", "web:1.2.3") + (
        "        resources: {{- toYaml .Values.resources | nindent 10 }}\n"
    )
    values = "  values:\n    resources:\n      limts:\n        cpu: 100m\n"

    (found,) = told(values, {TEMPLATE: handed}, "unknown-field")

    assert found.startswith("release.yaml:13 ")


def test_a_mapping_that_the_template_writes_stays_there_though_a_value_is_in_it(told: Told) -> None:
    template = DEPLOYMENT.replace("IMAGE", "{{ .Values.web.image }}").replace(
        "      containers:", "      hostNetwork: true\n      containers:"
    )

    found = told("  values: {web: {image: 'nginx:1.2.3'}}\n", {TEMPLATE: template}, "pss-baseline")

    assert [one.partition(":")[0] for one in found] == [TEMPLATE]


def test_values_of_kustomizations_are_told_at_their_lines(
    write: Callable[[Files], Path], gitlint_ops: Callable[..., Ran], helm: str
) -> None:
    root = write(
        {
            "kustomization.yaml": "namespace: shop\nhelmCharts:\n- name: chart\n  releaseName: web\n"
            "  valuesInline:\n    repository: nginx\n    tag: latest\n",
            "charts/chart/Chart.yaml": CHART["chart/Chart.yaml"],
            "charts/chart/values.yaml": "{}\n",
            f"charts/{TEMPLATE}": DEPLOYMENT.replace(
                "IMAGE", '{{ printf "%s:%s" .Values.repository .Values.tag }}'
            ),
        }
    )

    ran = gitlint_ops("check", str(root), "--select", "tag-latest-or-missing", "--format", "json")

    (found,) = json.loads(ran.out)["findings"]
    assert helm
    assert (found["location"]["file"], found["location"]["line"]) == ("kustomization.yaml", 7)


SECRET = "apiVersion: v1\nkind: Secret\nmetadata: {name: web}\ndata:\n  password: VALUE\n"


def test_a_password_that_is_encoded_by_the_template_is_told_at_its_value(told: Told) -> None:
    files = {TEMPLATE: SECRET.replace("VALUE", "{{ .Values.password | b64enc }}")}

    found = told("  values:\n    password: correct-horse-battery\n", files, "secret-plaintext")

    assert [one.partition(" ")[0] for one in found] == ["release.yaml:12"]


def test_a_password_that_a_template_makes_up_stands_in_no_repository(told: Told) -> None:
    files = {TEMPLATE: SECRET.replace("VALUE", "{{ randAlphaNum 24 | b64enc }}")}

    assert told("", files, "secret-plaintext") == []


def test_a_password_that_the_template_holds_is_told_there(told: Told) -> None:
    files = {TEMPLATE: SECRET.replace("VALUE", '{{ "correct-horse-battery" | b64enc }}')}

    (found,) = told("", files, "secret-plaintext")

    assert found.startswith(f"{TEMPLATE}:5")


def test_in_a_chart_that_others_maintain_nothing_is_to_be_mended(
    write: Callable[[Files], Path], gitlint_ops: Callable[..., Ran], helm: str
) -> None:
    kept = {
        "gitlint-ops.yaml": "charts: [kept]\n",
        "kept/web/Chart.yaml": CHART["chart/Chart.yaml"],
        "kept/web/values.yaml": "tag: latest\n",
        "kept/web/templates/a.yaml": DEPLOYMENT.replace("IMAGE", "web:{{ .Values.tag }}"),
        "charts.yaml": CHARTS,
    }
    release = HEAD + FROM_CHARTS.replace("VERSION", "1.0.0")
    root = write({**kept, "release.yaml": release})

    ran = gitlint_ops("check", str(root), "--select", "tag-latest-or-missing", "--format", "json")

    (found,) = json.loads(ran.out)["findings"]
    assert helm
    assert (found["location"]["file"], found["location"]["line"]) == ("release.yaml", 9)
    assert [(one["file"], one["line"]) for one in found["related"]] == [("kept/web/templates/a.yaml", 12)]
