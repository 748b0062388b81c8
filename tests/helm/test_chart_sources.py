"""A chart of a delivery object renders to what `helm template` prints, from the files of the repository."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.build.helm.store import ChartByName
from gitlint_ops.build.helm.values import SetKind, Setting, layer_of_mapping, layer_of_text
from gitlint_ops.build.site import DeliverySettings
from gitlint_ops.model.blame import at
from gitlint_ops.model.targets import Status
from gitlint_ops.syntax.documents import Typing, read

from .charts import WEB, Files, chart
from .sites import RELEASE, Workshop

Open = Callable[..., Workshop]


@pytest.fixture
def workshop(write: Callable[[Files], Path], helm: str) -> Open:
    def opened(files: Files, packed: dict[str, bytes] | None = None, **settings: Any) -> Workshop:
        root = write({"release.yaml": RELEASE, **files})
        for path, data in (packed or {}).items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(data)
        return Workshop(root, Helm(helm), DeliverySettings(**settings))

    return opened


def packed(files: Files, folder: str = "web") -> bytes:
    """A chart as `helm package` packs it."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for path, text in files.items():
            member = tarfile.TarInfo(f"{folder}/{path}")
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return out.getvalue()


def template(helm: str, folder: Path, *arguments: str) -> list[Any]:
    """What `helm template` prints, as kubectl reads it."""
    command = [helm, "template", "shop", str(folder), *arguments]
    run = subprocess.run(command, capture_output=True, check=True)
    return [one.body for one in read(run.stdout, Typing.KUBECTL).documents if one.body]


def test_a_chart_folder_renders_to_what_helm_prints(workshop: Open, helm: str, tmp_path: Path) -> None:
    files = {**chart("chart"), "a.yaml": "replicas: 4\nhosts: [x]\n", "b.yaml": "replicas: 5\n"}
    shop = workshop(files)

    made = shop.render(
        namespace="front",
        values=(shop.layer("a.yaml"), shop.layer("b.yaml")),
        settings=(
            Setting(SetKind.SET, "image.tag=v2,labels.team=shop", shop.object().blame),
            Setting(SetKind.SET_STRING, "labels.number=12", shop.object().blame),
            Setting(SetKind.SET_FILE, "extra", shop.object().blame, data=b"line\n"),
        ),
        kubernetes="1.31",
        api_versions=("example.com/v1",),
    )

    root = tmp_path / "repo"
    (tmp_path / "extra").write_text("line\n")
    assert made.status is Status.BUILT
    assert [one.body for one in made.objects] == template(
        helm,
        root / "chart",
        *("--namespace=front", f"-f={root}/a.yaml", f"-f={root}/b.yaml", "--include-crds"),
        *("--set=image.tag=v2,labels.team=shop", "--set-string=labels.number=12"),
        *(f"--set-file=extra={tmp_path}/extra", "--kube-version=1.31", "--api-versions=example.com/v1"),
    )


def test_values_in_a_field_and_in_a_text_are_given_in_order(workshop: Open) -> None:
    shop = workshop(
        {
            **chart("chart"),
            "release.yaml": RELEASE
            + "  object: {replicas: 7, image: {tag: b}}\n  text: |\n    replicas: 8\n",
        }
    )
    on = shop.object()
    layers = (
        layer_of_mapping(on.body["spec"]["object"], at(on.blame, ("spec", "object")), "spec.object"),
        layer_of_text(on.body["spec"]["text"], on.blame.source.text_at(("spec", "text")), "spec.text"),
    )

    made = shop.render(values=layers, skip_tests=True)

    deployment = next(one.body for one in made.objects if one.kind == "Deployment")
    assert deployment["spec"]["replicas"] == 8
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == "nginx:b"
    given = made.rendering.given
    assert shop.sources.location_of(at(given.blame, ("replicas",)))[0].line == 9
    assert shop.sources.location_of(at(given.blame, ("image", "tag")))[0].line == 7


def test_a_packed_chart_renders_as_its_folder_does(workshop: Open) -> None:
    shop = workshop(chart("chart"), {"packed/web-0.1.0.tgz": packed(WEB)})

    folder, archive = shop.render("chart"), shop.render("packed/web-0.1.0.tgz")

    assert [one.body for one in archive.objects] == [one.body for one in folder.objects]
    assert {shop.place(one, ()) for one in archive.objects} == {"release.yaml:6"}
    assert shop.place(folder.objects[0], ("metadata",)).startswith("chart/")


@pytest.mark.parametrize("form", ["packed", "folder"])
def test_a_chart_of_a_repository_is_taken_from_the_folder_of_charts(workshop: Open, form: str) -> None:
    if form == "packed":
        shop = workshop({}, {"charts/web-0.1.0.tgz": packed(WEB)}, charts=("charts",))
    else:
        shop = workshop(chart("charts/web"), charts=("charts",))

    made = shop.render(chart=ChartByName("web", "https://charts.example", "^0.1"))

    assert made.status is Status.BUILT
    assert made.objects


def test_a_chart_that_is_not_here_is_unchecked_with_the_command_that_brings_it(workshop: Open) -> None:
    shop = workshop({}, {"charts/web-0.1.0.tgz": packed(WEB)}, charts=("charts",))

    made = shop.render(chart=ChartByName("web", "https://charts.example", "1.2.3"))
    oci = shop.render(chart=ChartByName("api", "oci://registry.example/charts/", "2.0.0"))

    assert made.status is Status.UNCHECKED
    assert not made.complete
    assert made.unchecked[0].reason == (
        "the chart web 1.2.3 of https://charts.example is not in the workspace; here are 0.1.0: "
        "`helm pull web --repo https://charts.example --version 1.2.3 -d charts` puts it there"
    )
    assert (
        "`helm pull oci://registry.example/charts/api --version 2.0.0 -d charts`" in oci.unchecked[0].reason
    )
    assert [one.rule for one in made.violations] == ["chart-not-vendored"]


def test_logins_in_an_address_are_never_told(workshop: Open) -> None:
    shop = workshop({})

    made = shop.render(chart=ChartByName("web", "https://me:hunter2@charts.example"))

    assert "hunter2" not in str(made)
    assert "name the folder in gitlint-ops.yaml (`charts: [charts]`)" in made.unchecked[0].reason


COMMON: Files = {
    "Chart.yaml": "apiVersion: v2\nname: common\nversion: 2.1.0\n",
    "values.yaml": "color: blue\n",
    "templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: common\n"
    "data:\n  color: {{ .Values.color }}\n",
}
PARENT = (
    "apiVersion: v2\nname: parent\nversion: 1.0.0\ndependencies:\n- name: common\n  version: {version}\n"
    "  repository: {repository}\n  alias: paint\n"
)


def depending(version: str = "^2.0.0", repository: str = "file://../common") -> Files:
    return {
        "chart/Chart.yaml": PARENT.format(version=version, repository=repository),
        "chart/values.yaml": "paint:\n  color: red\n",
    }


def test_a_dependency_beside_the_chart_is_put_into_it(workshop: Open) -> None:
    shop = workshop({**depending(), **chart("common", COMMON)})

    made = shop.render()

    (found,) = made.objects
    assert found.body["data"] == {"color": "red"}
    assert shop.place(found, ("data", "color")) == "common/templates/a.yaml:6"
    assert shop.tree.ref("common/values.yaml") in made.files


def test_a_dependency_is_taken_from_the_folder_of_charts(workshop: Open) -> None:
    files = depending(repository="https://charts.example")
    shop = workshop(files, {"kept/common-2.1.0.tgz": packed(COMMON, "common")}, charts=("kept",))

    assert shop.render().objects[0].body["data"] == {"color": "red"}


def test_a_dependency_that_would_be_fetched_leaves_the_chart_unchecked(workshop: Open) -> None:
    shop = workshop(depending(repository="https://charts.example"))

    made = shop.render()

    assert made.status is Status.UNCHECKED
    assert made.reason == (
        "the chart chart depends on common ^2.0.0 of https://charts.example, which is not in the workspace: "
        "`helm dependency build chart` fetches what it needs; commit chart/charts"
    )


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (depending(), "common does not exist"),
        (
            {**depending("^3.0.0"), **chart("common", COMMON)},
            "common is version 2.1.0, which is outside of '^3.0.0'",
        ),
        (depending(repository='""'), "charts/common is not there"),
    ],
)
def test_a_dependency_that_cannot_be_had_fails_the_chart(workshop: Open, files: Files, reason: str) -> None:
    made = workshop(files).render()

    assert made.status is Status.FAILED
    assert [(one.rule, one.message) for one in made.violations] == [
        ("render-failed", f"the chart depends on common, which cannot be had: {reason}")
    ]


def test_charts_that_take_each_other_in_end(workshop: Open) -> None:
    wanted = "dependencies:\n- {name: parent, version: 1.0.0, repository: 'file://../chart'}\n"
    circle = f"apiVersion: v2\nname: common\nversion: 2.1.0\n{wanted}"
    shop = workshop({**depending(), "common/Chart.yaml": circle})

    made = shop.render()

    assert made.status is Status.UNCHECKED
    assert "in a circle" in str(made.reason)


@pytest.mark.parametrize("name", ["web/../../evil", "web/../evil", "..", "web"])
def test_an_archive_whose_paths_lead_out_is_not_unpacked(workshop: Open, name: str) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        tar.addfile(tarfile.TarInfo("web/Chart.yaml"))
        tar.addfile(tarfile.TarInfo(name))
    shop = workshop({}, {"web-1.0.0.tgz": out.getvalue()})

    made = shop.render("web-1.0.0.tgz")

    assert made.status is Status.UNCHECKED
    assert "lies outside of the chart" in str(made.reason)


def test_a_setting_names_no_file_of_this_machine(workshop: Open) -> None:
    shop = workshop(chart("chart"))

    made = shop.render(settings=(Setting(SetKind.SET_FILE, "a=x,b", shop.object().blame, data=b""),))

    assert made.status is Status.UNCHECKED
    assert made.objects == ()


FAILING: Files = {
    "chart/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
    "chart/values.yaml": "port: 80\n",
}


def test_a_template_that_fails_is_told_at_its_line(workshop: Open) -> None:
    shop = workshop({**FAILING, "chart/templates/a.yaml": "kind: ConfigMap\nname: {{ .Values.no.name }}\n"})

    (found,) = shop.render().violations

    assert (found.rule, shop.line(found)) == ("render-failed", "chart/templates/a.yaml:2")
    assert "nil pointer evaluating" in found.message


def test_a_text_given_for_a_mapping_that_templates_look_into_is_told_at_the_text(workshop: Open) -> None:
    template = "kind: ConfigMap\nname: {{ .Values.image.name }}\n"
    files = {"chart/values.yaml": "image:\n  name: web\n", "chart/templates/a.yaml": template}
    shop = workshop({**FAILING, **files, "values.yaml": "port: 1\nimage: web\n"})

    (found,) = shop.render(values=(shop.layer("values.yaml"),)).violations

    assert (found.rule, shop.line(found)) == ("render-failed", "values.yaml:2")
    assert "can't evaluate field name" in found.message


def test_what_a_chart_requires_is_told_where_the_chart_is_asked_for(workshop: Open) -> None:
    shop = workshop({**FAILING, "chart/templates/a.yaml": '{{ required "a name is needed" .Values.name }}\n'})

    (found,) = shop.render().violations

    assert (found.rule, shop.line(found)) == ("render-failed", "release.yaml:6")
    assert "a name is needed" in found.message


def test_what_fails_for_want_of_unknown_values_is_unchecked(workshop: Open) -> None:
    shop = workshop({**FAILING, "chart/templates/a.yaml": '{{ required "a name is needed" .Values.name }}\n'})

    made = shop.render(partial="the Secret 'values' is encrypted")

    assert (made.status, made.violations) == (Status.UNCHECKED, ())


SCHEMA = (
    '{"type": "object", "additionalProperties": false, "properties": {"port": {"type": "integer"},'
    ' "replicas": {"type": "integer"}, "db": {}, "hosts": {"items": {"enum": ["a"]}}}}'
)


def test_values_that_the_schema_refuses_are_told_at_their_lines(workshop: Open) -> None:
    shop = workshop(
        {
            **FAILING,
            "chart/values.schema.json": SCHEMA,
            "values.yaml": "replica: 3\nhosts: [a, b]\n\nport: '80'\ndb:\n  size: big\n",
            "chart/charts/db/Chart.yaml": "apiVersion: v2\nname: db\nversion: 1.0.0\n",
            "chart/charts/db/values.schema.json": '{"properties": {"size": {"type": "integer"}}}',
        }
    )

    made = shop.render(values=(shop.layer("values.yaml"),))

    assert made.status is Status.FAILED
    assert {(shop.line(one), one.rule) for one in made.violations} == {
        (f"values.yaml:{line}", "values-schema-violation") for line in (1, 2, 4, 6)
    }
    (named,) = [one for one in made.violations if shop.line(one) == "values.yaml:1"]
    assert named.hint == "did you mean 'replicas'?"


def test_the_chart_s_own_value_that_its_schema_refuses_is_told_in_its_file(workshop: Open) -> None:
    shop = workshop({**FAILING, "chart/values.schema.json": '{"properties": {"port": {"type": "string"}}}'})

    (found,) = shop.render().violations

    assert (shop.line(found), found.rule) == ("chart/values.yaml:1", "values-schema-violation")


def test_values_that_are_no_yaml_are_told_in_their_file(workshop: Open) -> None:
    shop = workshop({**FAILING, "values.yaml": "- a\n"})

    (found,) = shop.render(values=(shop.layer("values.yaml"),)).violations

    assert (shop.line(found), found.rule) == ("values.yaml:1", "render-failed")


def test_without_helm_the_chart_is_unchecked_and_its_values_are_still_known(
    write: Callable[[Files], Path],
) -> None:
    root = write({"release.yaml": RELEASE, **chart("chart")})
    shop = Workshop(root, Helm(absent="no helm is on the PATH"), DeliverySettings())

    made = shop.render()

    assert made.status is Status.UNCHECKED
    assert made.reason == "Helm charts are not rendered: no helm is on the PATH"
    assert made.rendering is not None


def test_a_folder_without_a_chart_is_told_by_the_rule_that_is_asked_for(workshop: Open) -> None:
    shop = workshop({"apps/readme.txt": "x"})

    (absent,) = shop.render("nowhere", missing="source-path-missing").violations
    (empty,) = shop.render("apps").violations

    assert (absent.rule, absent.message) == (
        "source-path-missing",
        "there is no chart: nowhere is not there in repo",
    )
    assert "apps has no Chart.yaml" in empty.message


@pytest.mark.parametrize("asks", ['lookup "v1" "Secret" "a" "b"', '.Capabilities.APIVersions.Has "a/v1"'])
def test_what_fails_for_want_of_the_cluster_is_unchecked(workshop: Open, asks: str) -> None:
    template = "{{ if not (" + asks + ') }}{{ fail "it is not there" }}{{ end }}\n'
    shop = workshop({**FAILING, "chart/templates/a.yaml": template})

    made = shop.render()

    assert (made.status, made.violations) == (Status.UNCHECKED, ())
    assert "chart/templates/a.yaml asks the cluster" not in str(made.reason)
    assert "templates/a.yaml asks the cluster" in str(made.reason)


def test_a_release_of_kubernetes_that_nobody_said_is_no_reason_to_fail(workshop: Open) -> None:
    shop = workshop({"chart/Chart.yaml": FAILING["chart/Chart.yaml"] + "kubeVersion: '<1.20.0'\n"})

    unsaid, said = shop.render(), shop.render(kubernetes="1.31")

    assert (unsaid.status, unsaid.violations) == (Status.UNCHECKED, ())
    assert [one.rule for one in said.violations] == ["render-failed"]


def test_charts_that_are_planned_render_at_once(workshop: Open) -> None:
    shop = workshop(chart("chart"))
    charts = shop.site.charts

    with charts.planned():
        planned = [shop.render(release=f"r{number}") for number in range(4)]
    rendered = [shop.render(release=f"r{number}") for number in range(4)]

    assert {one.status for one in planned} == {Status.UNCHECKED}
    assert [one.status for one in rendered] == [Status.BUILT] * 4
    assert len(shop.site.renderings) == 4


def test_archives_in_archives_cost_no_more_than_one(workshop: Open) -> None:
    inner = packed(
        {"Chart.yaml": "apiVersion: v2\nname: a\nversion: 1.0.0\n", "x.txt": "x" * 20_000_000}, "a"
    )
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for number in range(20):
            member = tarfile.TarInfo(f"web/charts/a{number}.tgz")
            member.size = len(inner)
            tar.addfile(member, io.BytesIO(inner))
    shop = workshop({**FAILING}, {"chart/charts/web-1.0.0.tgz": out.getvalue()})

    made = shop.render()

    assert made.status is Status.UNCHECKED
    assert "is too large when it is unpacked" in str(made.reason)


GROUPED = (
    '{"allOf": [{"properties": {"port": {"type": "string"}}}], "properties": {"any": {"anyOf":'
    ' [{"type": "string"}, {"type": "object"}]}}}'
)


def test_of_a_group_of_schemas_only_what_is_wrong_is_told(workshop: Open) -> None:
    shop = workshop({**FAILING, "chart/values.schema.json": GROUPED, "values.yaml": "any: 3\n"})

    made = shop.render(values=(shop.layer("values.yaml"),))

    assert sorted(shop.line(one) for one in made.violations) == ["chart/values.yaml:1", "values.yaml:1"]
    (choice,) = [one.message for one in made.violations if shop.line(one) == "values.yaml:1"]
    assert "got number, want string; got number, want object" in choice
    assert not [one for one in made.violations if "validation failed" in one.message]


def test_a_chart_that_is_called_crds_is_a_chart_like_others(workshop: Open) -> None:
    shop = workshop(
        {
            "chart/Chart.yaml": FAILING["chart/Chart.yaml"],
            "chart/charts/crds/Chart.yaml": "apiVersion: v2\nname: crds\nversion: 1.0.0\n",
            "chart/charts/crds/templates/a.yaml": "kind: ConfigMap\nmetadata: {name: {{ .Release.Name }}}\n",
        }
    )

    (made,) = shop.render().objects

    assert shop.place(made, ("metadata", "name")) == "chart/charts/crds/templates/a.yaml:2"
    assert [file.path for file, _, text in shop.sources.parsed() if text.problems or text.templated] == []
