"""`gitlint-ops graph`: which cluster gets what through what, in every format, and why a file matters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gitlint_ops.model.delivery import OwnerKind
from gitlint_ops.resources import schemas_folder

from .command_line import config_map, deployment, repository, run, write

URL = "https://git.example/acme/fleet"
CONFIG = """\
clusters:
- {name: prod-eu, environment: production, server: https://eu.example, kubernetes: "1.33"}
- {name: idle, environment: staging}
"""


def app(name: str, path: str, server: str = "https://kubernetes.default.svc", wave: str = "") -> str:
    annotations = f"\n  annotations: {{argocd.argoproj.io/sync-wave: '{wave}'}}" if wave else ""
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: {name}
  namespace: argocd{annotations}
spec:
  project: team
  source: {{repoURL: {URL}, targetRevision: main, path: {path}}}
  destination: {{server: '{server}', namespace: web}}
"""


SET = f"""\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {{name: teams, namespace: argocd}}
spec:
  goTemplate: true
  generators:
  - list: {{elements: [{{team: a}}, {{team: b}}]}}
  template:
    metadata: {{name: 'team-{{{{.team}}}}'}}
    spec:
      project: team
      source: {{repoURL: {URL}, targetRevision: main, path: 'teams/{{{{.team}}}}'}}
      destination: {{server: https://eu.example, namespace: teams}}
"""
FILES = {
    "gitlint-ops.yaml": CONFIG,
    "root/root.yaml": app("root", "apps"),
    "apps/web.yaml": app("web", "web/overlay", server="https://eu.example", wave="2"),
    "apps/gone.yaml": app("gone", "nowhere"),
    "apps/set.yaml": SET,
    "web/overlay/kustomization.yaml": "resources: [../base]\n",
    "web/base/kustomization.yaml": "resources: [web.yaml]\n",
    "web/base/web.yaml": deployment(),
    "teams/a/a.yaml": config_map("of-a"),
    "teams/b/b.yaml": config_map("of-b"),
    "spare/spare.yaml": config_map("spare"),
    "lone/Chart.yaml": "apiVersion: v2\nname: lone\nversion: 1.0.0\n",
    "lone/templates/a.yaml": config_map("lone"),
    "notes.md": "notes\n",
}


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    return write(tmp_path / "fleet", FILES)


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json.loads((schemas_folder() / "graph.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def graph(folder: Path, *arguments: str) -> str:
    ran = run("graph", folder, *arguments)
    assert ran.code == 0, ran.err
    return ran.out


def as_json(folder: Path, *arguments: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(graph(folder, "--format", "json", *arguments))
    return held


def owners(held: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All owners by kind and name, each with its cluster."""
    return {
        f"{one['kind']}/{one['name']}": {**one, "cluster": cluster["name"]}
        for cluster in held["clusters"]
        for one in cluster["owners"]
    }


def test_the_tree_shows_every_owner_below_what_delivers_it(fleet: Path) -> None:
    lines = graph(fleet).splitlines()

    assert lines[0].startswith("cluster idle  (staging")
    assert "└─ nothing is delivered to it" in lines
    root = next(index for index, line in enumerate(lines) if "Application argocd/root" in line)
    assert lines[root].startswith("└─ ")
    assert any(line.startswith("   ├─ Application argocd/gone  nowhere @ main  [failed]") for line in lines)
    assert "there is no folder 'nowhere'" in "\n".join(lines)
    assert any(line.startswith("   └─ ApplicationSet argocd/teams") for line in lines)
    eu = next(index for index, line in enumerate(lines) if line.startswith("cluster prod-eu"))
    assert lines[eu] == "cluster prod-eu  (production, Kubernetes 1.33)"
    web = next(line for line in lines if "Application argocd/web" in line)
    assert "[built]  wave 2  by " in web
    assert web.endswith("apps/web.yaml:1")


def test_what_nothing_delivers_is_listed_with_what_became_of_it(fleet: Path) -> None:
    text = graph(fleet)

    assert "Delivered by nothing here" in text
    assert "built      plain      fleet//spare  (1 object)" in text


def test_objects_are_counted_by_kind_or_listed_one_by_one(fleet: Path) -> None:
    assert "1 Deployment" in graph(fleet)
    assert "Deployment web" in graph(fleet, "--objects")
    assert "ConfigMap of-a" in graph(fleet, "--objects")


def test_json_keeps_to_its_schema(fleet: Path, validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(as_json(fleet))
    for file in ("web/base/web.yaml", "spare/spare.yaml", "notes.md", "apps/set.yaml"):
        validator.validate(as_json(fleet, "--why", str(fleet / file)))


def test_the_schema_knows_every_kind_of_owner() -> None:
    schema = json.loads((schemas_folder() / "graph.schema.json").read_text(encoding="utf-8"))

    assert schema["$defs"]["owner"]["properties"]["kind"]["enum"] == [one.value for one in OwnerKind]


def test_an_empty_repository_keeps_to_the_schema_and_says_so(
    tmp_path: Path, validator: jsonschema.Draft202012Validator
) -> None:
    write(tmp_path / "empty", {"README.md": "nothing\n"})

    validator.validate(as_json(tmp_path / "empty"))
    assert graph(tmp_path / "empty") == "Nothing is delivered from here.\n"


def test_json_says_of_each_owner_whose_it_is_and_what_it_delivers(fleet: Path) -> None:
    held = owners(as_json(fleet))

    web = held["Application/web"]
    assert (web["cluster"], web["status"], web["wave"], web["home"]) == ("prod-eu", "built", 2, "in-cluster")
    assert web["parent"] == held["Application/root"]["target"]
    assert web["objects"] == [{"group": "apps", "kind": "Deployment", "namespace": None, "name": "web"}]
    assert web["at"] == {"repo": "fleet", "file": "apps/web.yaml", "line": 1, "column": 1}
    assert held["Application/team-a"]["parent"] == held["ApplicationSet/teams"]["target"]
    assert held["ApplicationSet/teams"]["status"] is None
    assert held["Application/gone"]["status"] == "failed"


def test_the_same_input_gives_the_same_bytes(fleet: Path) -> None:
    for form in ("json", "dot", "mermaid", "text"):
        assert graph(fleet, "--format", form) == graph(fleet, "--format", form)


def test_mermaid_draws_clusters_owners_and_what_delivers_what(fleet: Path) -> None:
    lines = graph(fleet, "--format", "mermaid").splitlines()

    assert lines[0] == "flowchart LR"
    assert sum(line.strip().startswith("subgraph ") for line in lines) == lines.count("  end")
    names = {line.strip().partition("[")[0]: line for line in lines if '["' in line}
    root = next(name for name, line in names.items() if "argocd/root" in line)
    web = next(name for name, line in names.items() if "argocd/web" in line)
    assert f"  {root} --> {web}" in lines
    assert any(line.startswith("  style ") and "stroke:#c00" in line for line in lines)


def test_dot_is_closed_and_quotes_what_people_write(tmp_path: Path) -> None:
    odd = {"a.yaml": app("web", 'x"]; n1 -> n2; [label="').replace("name: web", "name: 'a\"b\\\\'")}

    text = graph(write(tmp_path / "odd", odd), "--format", "dot")

    assert text.startswith("digraph delivery {\n")
    assert text.endswith("}\n")
    assert '"]; n1' not in text.replace('\\"', "")
    for line in text.splitlines():
        assert line.replace("\\\\", "").replace('\\"', "").count('"') % 2 == 0


def test_mermaid_lets_no_name_break_out_of_its_box(tmp_path: Path) -> None:
    odd = {"a.yaml": app("web", 'x"]; end <script>`|`').replace("name: web", "name: 'a\"]b'")}

    text = graph(write(tmp_path / "odd", odd), "--format", "mermaid")

    for line in text.splitlines():
        if '["' in line:
            inner = line.partition('["')[2].removesuffix('"]')
            assert not set('"]<>|`') & set(inner.replace("<br/>", ""))


def test_terminals_are_safe_from_what_people_write(tmp_path: Path) -> None:
    odd = {"a.yaml": app("web", "web").replace("name: web", 'name: "a\\u001b[31mb"')}

    assert "\x1b" not in graph(write(tmp_path / "odd", odd))


def test_logins_in_addresses_are_not_shown(tmp_path: Path) -> None:
    odd = {"a.yaml": app("web", "''").replace("https://git", "https://me:hunter2@git")}
    folder = write(tmp_path / "odd", odd)

    assert "hunter2" not in "".join(
        graph(folder, "--format", one) for one in ("text", "json", "dot", "mermaid")
    )


# Why


def test_a_file_of_a_base_reaches_clusters_through_folders(fleet: Path) -> None:
    text = graph(fleet, "--why", str(fleet / "web/base/web.yaml"))

    assert text.startswith("web/base/web.yaml reaches 1 cluster: prod-eu\n")
    assert "Application argocd/root (root/root.yaml:1) > Application argocd/web (apps/web.yaml:1)" in text
    assert "through web/overlay > web/base" in text


def test_a_file_of_delivery_objects_reaches_what_these_deliver(fleet: Path) -> None:
    held = as_json(fleet, "--why", str(fleet / "apps/set.yaml"))

    targets = {one["owners"][-1]["target"].rpartition("/")[2] for one in held["reaches"]}
    assert {"team-a", "team-b", "teams"} <= targets


def test_a_file_that_nothing_delivers_reaches_no_cluster(fleet: Path) -> None:
    text = graph(fleet, "--why", str(fleet / "spare/spare.yaml"))

    assert text.startswith("spare/spare.yaml reaches no cluster by what is here")
    assert "fleet//spare" in text


def test_a_file_may_be_named_from_where_one_stands_or_from_the_root(tmp_path: Path) -> None:
    fleet = repository(tmp_path / "fleet", FILES).folder
    from_root = run("graph", fleet, "--why", "web/base/web.yaml")
    from_there = run("graph", ".", "--why", "web.yaml", cwd=fleet / "web/base")

    assert from_root.code == 0
    assert "reaches 1 cluster" in from_root.out
    assert from_there.out == from_root.out


def test_a_file_that_is_not_there_and_a_format_that_cannot_say_why_are_refused(fleet: Path) -> None:
    gone = run("graph", fleet, "--why", "gone.yaml")
    drawn = run("graph", fleet, "--why", "web/base/web.yaml", "--format", "dot")

    assert (gone.code, drawn.code) == (2, 2)
    assert "no repository of the run holds a file 'gone.yaml'" in gone.err
    assert "text or json, not as dot" in drawn.err


def test_a_values_file_reaches_what_it_is_rendered_with(tmp_path: Path) -> None:
    helm = "{valueFiles: [../values/prod.yaml]}"
    text = app("web", "chart").replace("path: chart}", f"path: chart, helm: {helm}}}")
    folder = write(
        tmp_path / "fleet",
        {
            "a.yaml": text,
            "chart/Chart.yaml": "apiVersion: v2\nname: chart\nversion: 1.0.0\n",
            "chart/templates/a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n",
            "values/prod.yaml": "a: 1\n",
        },
    )

    held = as_json(folder, "--why", str(folder / "values/prod.yaml"))

    assert [one["owners"][-1]["at"]["file"] for one in held["reaches"]] == ["a.yaml"]


def test_a_former_commit_is_shown_without_a_checkout(tmp_path: Path) -> None:
    git = repository(tmp_path / "fleet", FILES)
    git("tag", "before")
    git("rm", "--quiet", "apps/web.yaml")
    git.commit()

    assert "Application/web" not in owners(as_json(git.folder))
    assert "Application/web" in owners(as_json(git.folder, "--rev", "before"))


# What one delivery renders to


def test_build_prints_what_a_delivery_renders_to_by_its_id_or_the_end_of_it(fleet: Path) -> None:
    whole = owners(as_json(fleet))["Application/web"]["target"]

    by_id = run("build", fleet, "--target", whole)
    by_end = run("build", fleet, "--target", "argocd/web")

    assert by_id.code == by_end.code == 0, by_id.err
    assert by_id.out == by_end.out
    assert "kind: Deployment" in by_id.out


def test_build_of_an_unknown_target_is_refused(fleet: Path) -> None:
    ran = run("build", fleet, "--target", "argocd/wbe")

    assert ran.code == 2
    assert "nothing here delivers a target 'argocd/wbe'" in ran.err


def test_several_targets_of_one_end_are_told_apart(tmp_path: Path) -> None:
    files = {
        "eu.yaml": app("web", "web", server="https://eu.example"),
        "other.yaml": app("web", "web").replace("namespace: argocd", "namespace: other"),
        "web/a.yaml": config_map(),
    }

    ran = run("build", write(tmp_path / "fleet", files), "--target", "web")

    assert ran.code == 2
    assert "several targets end with 'web'" in ran.err
    assert "argocd/web" in ran.err
    assert "other/web" in ran.err


def test_build_of_a_delivery_that_fails_says_where_and_prints_nothing(fleet: Path) -> None:
    ran = run("build", fleet, "--target", "argocd/gone")

    assert ran.code == 1
    assert ran.out == ""
    assert "apps/gone.yaml:8" in ran.err


def test_provenance_of_a_delivery_names_the_lines_that_made_it(fleet: Path) -> None:
    ran = run("build", fleet, "--target", "argocd/web", "--provenance")

    assert ran.code == 0
    assert "web/base/web.yaml" in ran.out
