"""Generated Applications are rendered and judged, and findings in them show template and parameter."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from ..cli.command_line import Files, chain, check, write

URL = "https://github.com/acme/shop.git"
SET = """\
apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: web, namespace: argocd}
spec:
  goTemplate: true
  goTemplateOptions: [missingkey=error]
  generators:
  - clusters: {selector: {matchLabels: {env: staging}}}
  template:
    metadata: {name: 'web-{{.name}}'}
    spec:
      project: shop
      source:
        repoURL: https://github.com/acme/shop.git
        path: apps/web
        targetRevision: main
        kustomize:
          namePrefix: '{{.metadata.labels.prefix}}-'
      destination: {server: '{{.server}}', namespace: web}
"""
SECRET = """\
apiVersion: v1
kind: Secret
metadata:
  name: staging
  namespace: argocd
  labels:
    argocd.argoproj.io/secret-type: cluster
    env: staging
    prefix: Not_Legal
stringData: {name: staging-eu, server: "https://10.0.0.7"}
"""
APP: Files = {
    "apps/web/kustomization.yaml": "resources: [settings.yaml]\n",
    "apps/web/settings.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n",
}
INVENTORY = """\
clusters:
- name: staging-eu
  server: https://10.0.0.7
  labels:
    env: staging
    prefix: Not_Legal
"""


def repository(folder: Path, files: Mapping[str, str]) -> Path:
    made = write(folder / "shop", {**APP, "argo/set.yaml": SET, **files})
    subprocess.run(["git", "-C", str(made), "init", "--quiet", "--initial-branch", "main"], check=True)
    subprocess.run(["git", "-C", str(made), "remote", "add", "origin", URL], check=True)
    return made


@pytest.mark.parametrize(
    ("files", "parameter"),
    [
        ({"clusters/staging.yaml": SECRET}, "clusters/staging.yaml:9"),
        ({"gitlint-ops.yaml": INVENTORY}, "gitlint-ops.yaml:6"),
    ],
)
def test_a_finding_shows_the_template_and_where_its_parameter_is_given(
    tmp_path: Path, files: Mapping[str, str], parameter: str
) -> None:
    ran = check(repository(tmp_path, files), "--select", "objectmeta-invalid")

    assert ran.places("objectmeta-invalid") == ["argo/set.yaml:18"]
    assert f"{parameter} a parameter of it is given here" in chain(ran.of("objectmeta-invalid"))


def test_without_an_inventory_the_entry_to_add_is_shown_once(tmp_path: Path) -> None:
    ran = check(repository(tmp_path, {"argo/other.yaml": SET.replace("name: web,", "name: other,")}))

    assert "clusters: [{name: prod-eu" in ran.of("unresolvable-offline")["message"]


def test_what_a_service_answers_is_taken_from_the_fixtures(tmp_path: Path) -> None:
    pulls = SET.replace(
        "clusters: {selector: {matchLabels: {env: staging}}}", "pullRequest: {github: {owner: a, repo: b}}"
    )
    pulls = pulls.replace("{{.name}}", "{{.branch_slug}}").replace(
        "{{.metadata.labels.prefix}}", "{{.branch}}"
    )
    fixture = "fixtures: {web: {pullRequest: [{number: 1, branch: Not_Legal}]}}\n"
    files = {
        "argo/set.yaml": pulls.replace("server: '{{.server}}'", "name: staging"),
        "gitlint-ops.yaml": fixture,
    }

    ran = check(repository(tmp_path, files), "--select", "objectmeta-invalid")

    assert ran.places("objectmeta-invalid") == ["argo/set.yaml:18"]


def test_a_changed_set_is_judged_in_a_run_that_is_limited_to_the_change(tmp_path: Path) -> None:
    folder = repository(tmp_path, {"gitlint-ops.yaml": INVENTORY.replace("Not_Legal", "legal")})
    subprocess.run(["git", "-C", str(folder), "add", "."], check=True)
    author = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(folder), *author, "commit", "--quiet", "--message", "all"], check=True)
    write(folder, {"argo/set.yaml": SET.replace("'web-{{.name}}'", "'web-{{.nmae}}'")})
    subprocess.run(["git", "-C", str(folder), "add", "."], check=True)

    ran = check(folder, "--staged")

    assert ran.places("param-missing") == ["argo/set.yaml:10"]


def test_two_repositories_that_only_make_sense_together_are_read_together(tmp_path: Path) -> None:
    fleet = write(tmp_path / "fleet", {"clusters/eu.yaml": "name: eu\nprefix: Not_Legal\n"})
    subprocess.run(["git", "-C", str(fleet), "init", "--quiet", "--initial-branch", "main"], check=True)
    there = "https://github.com/acme/fleet.git"
    subprocess.run(["git", "-C", str(fleet), "remote", "add", "origin", there], check=True)
    git = f"git: {{repoURL: '{there}', revision: main, files: [{{path: clusters/*}}]}}"
    made = SET.replace("clusters: {selector: {matchLabels: {env: staging}}}", git)
    made = made.replace("{{.metadata.labels.prefix}}", "{{.prefix}}").replace(
        "server: '{{.server}}'", "name: eu"
    )

    ran = check(repository(tmp_path, {"argo/set.yaml": made}), fleet, "--select", "objectmeta-invalid")

    assert "clusters/eu.yaml:2 a parameter of it is given here" in chain(ran.of("objectmeta-invalid"))
