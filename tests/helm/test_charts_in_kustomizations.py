"""What is said of charts: where their fields come from, why they fail, and what was not rendered."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from .charts import WEB, Files, chart

ENTRY = "helmCharts:\n- name: web\n  releaseName: shop\n"
REPO: Files = {"kustomization.yaml": ENTRY, **chart("charts/web")}


def places(out: str) -> dict[str, str]:
    """The first place of each field that `build --provenance` prints, by object and field."""
    found = {}
    about = ""
    for line in out.splitlines():
        if line and not line.startswith(" "):
            about = line.rpartition(" ")[2]
        elif "  # " in line:
            field, _, told = line.partition("  # ")
            place = told.partition(" over ")[0].split(":")
            found[f"{about} {field.strip().partition(':')[0]}"] = ":".join(place[:2])
    return found


def findings(ran) -> list[dict]:
    return json.loads(ran.out)["findings"]


def unchecked(ran) -> list[str]:
    return [one["reason"] for one in json.loads(ran.out)["unchecked"]]


def test_fields_are_blamed_on_lines_of_their_templates(write, helm, gitlint_ops) -> None:
    root = write({**REPO, "kustomization.yaml": f"{ENTRY}  includeCRDs: true\n"})

    found = places(gitlint_ops("build", "--provenance", str(root)).out)

    deploy = "helm-template charts/web/templates/deploy.yaml"
    service = "helm-template charts/web/templates/service.yaml"
    assert found["shop-web kind"] in (f"{deploy}:2", f"{service}:2")
    assert found["shop-web spec.replicas"] == f"{deploy}:11"
    assert found["shop-web metadata.labels.app"] == f"{deploy}:6"
    assert found["shop-web spec.template.spec.containers[0].image"] == f"{deploy}:16"
    assert found["shop-web spec.template.spec.containers[0].env[0].value"] == f"{deploy}:20"
    assert found["shop-admin spec.ports[0].port"] == f"{service}:18"
    assert found["shop-db spec.replicas"] == "helm-template charts/web/charts/db/templates/set.yaml:6"
    assert found["others.example.com metadata.name"] == "helm-template charts/web/crds/thing.yaml:9"


@pytest.mark.parametrize(
    ("merge", "given"),
    [
        ("", "kustomization.yaml:4"),
        ("  valuesMerge: merge\n", "own.yaml:1"),
        ("  valuesMerge: replace\n", "kustomization.yaml:4"),
        ("  additionalValuesFiles: [more.yaml]\n", "more.yaml:1"),
    ],
)
def test_the_values_that_won_stand_behind_the_template(merge, given, write, helm, gitlint_ops) -> None:
    files = {
        "kustomization.yaml": f"{ENTRY}  valuesInline: {{tag: v7}}\n  valuesFile: own.yaml\n{merge}",
        "own.yaml": "tag: v7\n",
        "more.yaml": "tag: v7\n",
        "charts/web/Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
        "charts/web/templates/map.yaml": (
            "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  tag: {{ .Values.tag }}\n"
        ),
    }
    out = gitlint_ops("build", "--provenance", str(write(files))).out

    (line,) = [one for one in out.splitlines() if "data.tag" in one]
    assert f"templates/map.yaml:5:1 over helm-values {given}:" in line


def test_the_entry_of_the_kustomization_stands_behind_the_template(write, helm, gitlint_ops) -> None:
    line = next(
        one
        for one in gitlint_ops("build", "--provenance", str(write(REPO))).out.splitlines()
        if "spec.replicas" in one
    )

    assert line.endswith("over generator kustomization.yaml:2:3")


BAD = {
    "include": ('a: {{ include "web.bad" . }}', 1),
    "required": ('a: 1\nb: {{ required "say b" .Values.b }}', 2),
    "syntax": ("a: 1\nb: {{ nothing }}", 2),
    "yaml": ("a: b: c", 1),
}


@pytest.mark.parametrize("name", BAD)
def test_a_template_that_fails_is_told_at_the_entry_with_its_line(
    name: str, write, helm, gitlint_ops
) -> None:
    text, line = BAD[name]
    helper = WEB["templates/_helpers.tpl"] + '{{- define "web.bad" -}}\n{{ .Values.no.such }}\n{{- end }}\n'
    files = {"charts/web/templates/_helpers.tpl": helper, "charts/web/templates/bad.yaml": text}
    root = write({**REPO, **files})

    (found,) = findings(gitlint_ops("check", str(root), "--format", "json"))

    assert (found["rule"], found["location"]["file"]) == ("build-failed", "kustomization.yaml")
    assert found["location"]["line"] == 2
    assert "the chart web does not render (helm: " in found["message"]
    related = [(one["file"], one["line"]) for one in found["related"]]
    assert related[0] == ("charts/web/templates/bad.yaml", line)
    if name == "include":
        lines = helper.splitlines().index("{{ .Values.no.such }}") + 1
        assert related[1] == ("charts/web/templates/_helpers.tpl", lines)


def test_a_values_file_is_called_as_the_kustomization_calls_it(write, helm, gitlint_ops) -> None:
    entry = f"{ENTRY}  additionalValuesFiles: [more.yaml]\n"

    ran = gitlint_ops("build", str(write({**REPO, "kustomization.yaml": entry, "more.yaml": "a: b: c\n"})))

    assert "failed to parse more.yaml" in ran.err


def test_a_missing_dependency_is_told_with_the_command_that_mends_it(write, helm, gitlint_ops) -> None:
    files = {path: text for path, text in REPO.items() if "/charts/db/" not in path}

    (found,) = findings(gitlint_ops("check", str(write(files)), "--format", "json"))

    assert "missing in charts/ directory: db" in found["message"]
    assert found["hint"] == "run `helm dependency build charts/web` and commit charts/web/charts"


def test_a_chart_that_is_fetched_is_unchecked_with_the_command_that_vendors_it(write, gitlint_ops) -> None:
    root = write(
        {
            "app/kustomization.yaml": "helmGlobals: {chartHome: deps}\nhelmCharts:\n"
            "- {name: redis, repo: 'https://charts.example/a b', version: 1.2.3}\n"
            "- {name: kafka, repo: 'oci://registry.example/charts/'}\n"
        }
    )

    ran = gitlint_ops("check", str(root), "--format", "json")

    assert ran.code == 3
    assert [one.partition(": fetch it with ")[2] for one in unchecked(ran)] == [
        "`helm pull --untar --untardir app/deps/redis-1.2.3 --repo 'https://charts.example/a b' redis "
        "--version 1.2.3` and commit it",
        "`helm pull --untar --untardir app/deps oci://registry.example/charts/kafka` and commit it",
    ]


def test_a_chart_that_git_ignores_is_not_there(write, gitlint_ops) -> None:
    ran = gitlint_ops("build", str(write({**REPO, ".gitignore": "/charts/\n"})))

    assert ran.code == 1
    assert "the chart charts/web is a folder that is empty or ignored by git" in ran.err


def test_without_helm_charts_are_said_to_be_unchecked_once(write, gitlint_ops, monkeypatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    more = {f"{name}/{path}": text for name in ("a", "b") for path, text in REPO.items()}

    ran = gitlint_ops("check", str(write(more)), "--format", "text")

    assert ran.code == 3
    assert ran.out.count("Helm charts are not rendered: no helm is on the PATH") == 1


def test_helm_is_not_started_when_the_user_says_so(write, gitlint_ops, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(program(tmp_path / "bin", "touch started")))

    ran = gitlint_ops("check", str(write(REPO)), "--no-helm", "--format", "json")

    assert unchecked(ran) == ["Helm charts are not rendered: --no-helm was given"]
    assert not list(tmp_path.rglob("started"))


def test_a_helm_that_lies_in_the_linted_repository_is_not_run(write, gitlint_ops, monkeypatch) -> None:
    root = write(REPO)
    monkeypatch.setenv("PATH", os.pathsep.join([str(program(root / "bin", "touch ../started")), "."]))

    ran = gitlint_ops("check", str(root), "--format", "json")

    assert unchecked(ran)[0].startswith("Helm charts are not rendered: no helm")
    assert not list(root.rglob("started"))


def program(folder: Path, script: str) -> Path:
    """A folder with a program called helm."""
    folder.mkdir()
    file = folder / "helm"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return folder


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'Error: unknown flag: --skip-tests' >&2; exit 1", "neither version 3 nor 4"),
        ("exec /bin/cat /dev/zero", "more than 10 MB"),
        ("echo 'fatal error: runtime: out of memory' >&2; exit 2", "GB of memory"),
    ],
)
def test_a_helm_that_gives_no_verdict_leaves_the_chart_unchecked(
    script: str, said: str, write, gitlint_ops, tmp_path, monkeypatch
) -> None:
    monkeypatch.setenv("PATH", str(program(tmp_path / "bin", script)))

    (reason,) = unchecked(gitlint_ops("check", str(write(REPO)), "--format", "json"))

    assert reason.startswith("kustomization.yaml:2: the chart web is not rendered: ")
    assert said in reason


def test_a_helm_that_never_ends_is_stopped(write, gitlint_ops, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("gitlint_ops.build.helm.program.TIMEOUT_SECONDS", 1)
    monkeypatch.setenv("PATH", str(program(tmp_path / "bin", "trap '' TERM; while :; do :; done")))

    (reason,) = unchecked(gitlint_ops("check", str(write(REPO)), "--format", "json"))

    assert "helm did not finish it within 1 seconds" in reason


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of another process")
def test_a_template_that_fills_the_memory_is_stopped(write, helm, gitlint_ops) -> None:
    files = {"charts/web/templates/bomb.yaml": 'a: {{ repeat 2000000000 "x" }}\n'}

    (reason,) = unchecked(gitlint_ops("check", str(write({**REPO, **files})), "--format", "json"))

    assert "helm needs more than 2 GB of memory" in reason


def test_helm_sees_neither_the_environment_nor_the_machine(write, helm, gitlint_ops, monkeypatch) -> None:
    monkeypatch.setenv("SECRET", "hunter2")
    entry = 'helmCharts:\n- name: web\n  nameTemplate: \'x{{ env "SECRET" }}{{ env "PATH" }}y\'\n'
    files = {
        "kustomization.yaml": entry,
        "charts/web/templates/spy.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: spy}\ndata:\n"
        '  address: "{{ getHostByName "localhost" }}"\n'
        '  file: "{{ .Files.Get "../../../kustomization.yaml" }}"\n'
        '  cluster: "{{ len (lookup "v1" "Namespace" "" "") }}"\n',
    }

    ran = gitlint_ops("build", str(write({**REPO, **files})))

    assert "name: xy-web\n" in ran.out
    assert '  address: ""\n  cluster: "0"\n  file: ""\n' in ran.out


def test_texts_of_a_kustomization_are_never_flags_of_helm(write, helm, gitlint_ops, tmp_path) -> None:
    spy = program(tmp_path / "spy", f"touch {tmp_path}/started; cat") / "helm"
    fields = "".join(
        f"  {field}: '--post-renderer={spy}'\n"
        for field in ("releaseName", "namespace", "nameTemplate", "kubeVersion")
    )
    root = write({**REPO, "kustomization.yaml": f"helmCharts:\n- name: web\n{fields}"})

    ran = gitlint_ops("build", str(root))

    assert ran.code == 1
    assert not (tmp_path / "started").exists()


def test_a_chart_is_read_as_it_is_staged(write, helm, gitlint_ops) -> None:
    import pygit2

    root = write(REPO)
    repository = pygit2.Repository(str(root))
    repository.index.add_all()
    repository.index.write()
    write({"charts/web/templates/deploy.yaml": "{{ fail `not staged` }}\n"})

    assert "kind: Deployment" in gitlint_ops("build", "--staged", str(root)).out
    assert "not staged" in gitlint_ops("build", str(root)).err


def test_links_are_followed_within_the_repository_only(write, helm, gitlint_ops, tmp_path) -> None:
    root = write({**REPO, "shared/values.yaml": WEB["values.yaml"], "shared/more/one.yaml": ""})
    (root / "charts/web/values.yaml").unlink()
    (root / "charts/web/values.yaml").symlink_to("../../shared/values.yaml")
    (root / "charts/web/conf/more").symlink_to("../../../shared/more")
    inside = gitlint_ops("build", str(root))
    (tmp_path / "outside.txt").write_text("secret")
    (root / "charts/web/conf/out.txt").symlink_to("../../../../outside.txt")

    outside = gitlint_ops("build", str(root))

    assert "kind: Deployment" in inside.out
    assert outside.code == 3
    assert "charts/web/conf/out.txt leads out of the repository" in outside.err


def test_a_changed_template_is_a_change_of_its_kustomization(write, helm, gitlint_ops) -> None:
    import pygit2

    root = write({**REPO, "other/kustomization.yaml": "resources: []\n"})
    repository = pygit2.Repository(str(root))
    repository.index.add_all()
    repository.index.write()
    who = pygit2.Signature("a", "a@example.com")
    repository.create_commit("HEAD", who, who, "first", repository.index.write_tree(), [])
    write({"charts/web/templates/service.yaml": "{{ fail `changed` }}\n"})

    (found,) = findings(gitlint_ops("check", str(root), "--changed-since", "HEAD", "--format", "json"))

    assert "changed" in found["message"]


def test_the_same_chart_is_rendered_once_for_all_that_take_it_in(
    write, helm, gitlint_ops, tmp_path, monkeypatch
) -> None:
    log = tmp_path / "log"
    folder = program(tmp_path / "bin", f'echo run >> {log}; exec {helm} "$@"')
    monkeypatch.setenv("PATH", str(folder))
    overlays = {f"{name}/kustomization.yaml": "resources: [../base]\n" for name in "abcd"}

    root = str(write({**overlays, **chart("base", REPO)}))
    # Findings in what it renders to are traced to values by rendering it once more.
    ran = gitlint_ops("check", root, "--select", "render-failed", "--format", "json")

    assert json.loads(ran.out)["unchecked"] == []
    assert log.read_text().split() == ["run"]


def test_the_namespace_of_a_kustomization_spares_what_helm_rendered(write, helm, gitlint_ops) -> None:
    """Kustomize leaves the namespace of rendered objects to helm."""
    root = write({**REPO, "kustomization.yaml": f"{ENTRY}  namespace: theirs\nnamespace: ours\n"})

    assert "namespace: ours" not in gitlint_ops("build", str(root)).out


def archive(files: Files, *inner: tuple[str, bytes]) -> bytes:
    """A subchart as `helm package` packs it."""
    import io
    import tarfile

    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for path, data in (*((path, text.encode()) for path, text in files.items()), *inner):
            member = tarfile.TarInfo(path)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return packed.getvalue()


DB: Files = {path: text for path, text in WEB.items() if path.startswith("charts/db/")}


def packed(schema: str = "") -> bytes:
    files = {path.removeprefix("charts/"): text for path, text in DB.items()}
    return archive({**files, "db/values.schema.json": schema} if schema else files)


def with_packed_db(write, data: bytes) -> Path:
    root = write({path: text for path, text in REPO.items() if "/charts/db/" not in path})
    (root / "charts/web/charts").mkdir()
    (root / "charts/web/charts/db-1.0.0.tgz").write_bytes(data)
    return root


def test_a_packed_subchart_is_rendered_and_blamed_on_the_entry(write, helm, kustomize, gitlint_ops) -> None:
    root = with_packed_db(write, packed('{"$schema": "http://json-schema.org/draft-07/schema#"}'))

    assert gitlint_ops("build", str(root)).out == kustomize(root)
    found = places(gitlint_ops("build", "--provenance", str(root)).out)
    assert found["shop-db spec.replicas"] == "generator kustomization.yaml:2"


OUTSIDE = [
    '{"$ref": "http://127.0.0.1:1/a.json"}',
    '{"\\u0024ref": "other.json"}',
    '{"properties": {"a": {"$ref": "file:///etc/passwd", "$ref": "#/x"}}}',
    '{"$schema": "http://localhost/meta"}',
    '{"allOf": [{"$dynamicRef": "//127.0.0.1/a"}]}',
]


@pytest.mark.parametrize("schema", OUTSIDE)
def test_a_schema_that_leads_out_of_itself_is_not_given_to_helm(
    schema: str, write, helm, gitlint_ops
) -> None:
    ran = gitlint_ops(
        "check", str(write({**REPO, "charts/web/values.schema.json": schema})), "--format", "json"
    )

    (reason,) = unchecked(ran)
    assert "values of the chart web are not validated: values.schema.json refers to " in reason
    assert json.loads(ran.out)["targets"][0]["objects"] > 0


@pytest.mark.parametrize("schema", OUTSIDE)
def test_an_archive_with_such_a_schema_keeps_the_chart_from_helm(
    schema: str, write, helm, gitlint_ops
) -> None:
    (reason,) = unchecked(
        gitlint_ops("check", str(with_packed_db(write, packed(schema))), "--format", "json")
    )

    assert "the chart web is not rendered: charts/db-1.0.0.tgz holds a schema that refers to " in reason


def test_archives_within_archives_and_after_archives_are_looked_into(write, helm, gitlint_ops) -> None:
    inner = packed(OUTSIDE[0])
    nested = archive(
        {path.removeprefix("charts/"): text for path, text in DB.items()}, ("db/charts/in.tgz", inner)
    )

    assert (
        "refers to"
        in unchecked(gitlint_ops("check", str(with_packed_db(write, nested)), "--format", "json"))[0]
    )


def test_an_archive_that_is_none_leaves_the_chart_unchecked(write, helm, gitlint_ops) -> None:
    root = with_packed_db(write, b"\x1f\x8b no archive")

    assert "cannot be unpacked" in unchecked(gitlint_ops("check", str(root), "--format", "json"))[0]


def test_a_schema_of_its_own_is_kept(write, helm, gitlint_ops) -> None:
    schema = '{"$id": "https://example.com/a", "properties": {"replicas": {"$ref": "#/definitions/n"}}, '
    schema += '"definitions": {"n": {"type": "string"}}}'

    ran = gitlint_ops("build", str(write({**REPO, "charts/web/values.schema.json": schema})))

    assert "charts/web/values.yaml:2:11: the value replicas breaks the chart's values.schema.json" in ran.err


def test_values_that_the_schema_refuses_are_told_at_their_lines(write, helm, gitlint_ops) -> None:
    kustomization = "helmCharts:\n- name: web\n  valuesFile: own.yaml\n  valuesInline:\n    replicas: three\n"
    root = write(
        {
            **REPO,
            "kustomization.yaml": kustomization,
            "own.yaml": "image: {tag: 5}\n",
            "charts/web/values.schema.json": '{"properties": {"replicas": {"type": "integer"},'
            ' "image": {"properties": {"tag": {"type": "string"}}}}}',
        }
    )

    ran = gitlint_ops("check", str(root), "--format", "json")

    found = [one for one in json.loads(ran.out)["findings"] if one["rule"] != "tag-partial"]
    places = {(one["rule"], one["location"]["file"], one["location"]["line"]) for one in found}
    assert ("values-schema-violation", "kustomization.yaml", 5) in places
    assert ("values-schema-violation", "own.yaml", 1) in places
