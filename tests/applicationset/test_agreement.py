"""What Argo CD's own library makes of an ApplicationSet, this program makes of it too."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest

from gitlint_ops.discover.source_trees import SourceTrees
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

from ..cli.command_line import write
from ..delivery.oracles import Answer, ask, find
from .agreement import disagreement, ours, secrets
from .cases import CLUSTERS, FILES, URL, Maker

SEEDS = range(160)


@pytest.fixture(scope="module")
def argocd() -> Path:
    found = find("argocd")
    if isinstance(found, str):
        pytest.skip(found)
    return found


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write(tmp_path_factory.mktemp("fleet") / "fleet", FILES)
    as_author = ("-c", "user.name=a", "-c", "user.email=a@example.org")
    for arguments in (
        ("init", "--quiet", "--initial-branch", "main"),
        ("remote", "add", "origin", URL),
        ("add", "."),
        (*as_author, "commit", "--quiet", "--message", "all"),
    ):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True, capture_output=True)
    return folder


@pytest.fixture(scope="module")
def trees(fleet: Path) -> SourceTrees:
    return SourceTrees(Sources([open_tree(open_workspace([str(fleet)], cwd="/").repositories[0])]))


def asked(program: Path, fleet: Path, **question: Any) -> Mapping[str, Any]:
    return {"mode": "applicationset", "repositories": {URL: str(fleet)}, **question}


def clusters_of(seed: int) -> Sequence[Mapping[str, Any]]:
    random = Random(seed)
    return [one for one in CLUSTERS if one["name"] == "dev" or random.random() < 0.7]


def test_sets_made_at_random_come_out_alike(argocd: Path, fleet: Path, trees: SourceTrees) -> None:
    sets = [(Maker(seed).application_set(), secrets(clusters_of(seed))) for seed in SEEDS]
    answers: Sequence[Answer] = ask(
        argocd, [asked(argocd, fleet, applicationSet=one, objects=objects) for one, objects in sets]
    )

    found = [ours(one, objects, trees) for one, objects in sets]

    differing = {
        seed: disagreement(held, answer)
        for seed, held, answer in zip(SEEDS, found, answers, strict=True)
        if not held.unknown
    }
    assert {seed: said for seed, said in differing.items() if said} == {}
    # Most must get as far as Applications, and none may be out of reach.
    assert sum(bool(one.applications) for one in found) > len(SEEDS) / 3
    assert [one.unknown for one in found if one.unknown] == []


def test_services_answer_as_the_fixtures_do(argocd: Path, fleet: Path, trees: SourceTrees) -> None:
    scm = {
        "organization": "acme",
        "repository": "web",
        "url": "https://x/web",
        "branch": "Main_1",
        "sha": "0123456789ab",
    }
    pull = {"number": 7, "title": "T", "branch": "Feature/_Login#2", "author": "me", "labels": ["a", "b"]}
    texts = {"scmProvider": "{{repository}}-{{branchNormalized}}-{{short_sha}}-{{short_sha_7}}-{{labels}}"}
    texts["pullRequest"] = "{{number}}-{{branch_slug}}-{{target_branch_slug}}-{{head_short_sha}}-{{author}}"
    texts["plugin"] = "{{name}}-{{deep.a}}-{{n}}"
    generators = {
        "scmProvider": {"github": {"organization": "acme"}, "values": {"v": "{{repository}}"}},
        "pullRequest": {"github": {"owner": "acme", "repo": "web"}, "values": {"v": "{{branch}}"}},
        "plugin": {
            "configMapRef": {"name": "plug"},
            "input": {"parameters": {"k": "v"}},
            "values": {"v": "{{name}}"},
        },
    }
    answered = [{"name": "one", "deep": {"a": True}, "n": 3}]
    for kind, generator in generators.items():
        made = with_template({kind: generator}, texts[kind])
        fixture = {
            "scmProvider": [{**scm, "labels": ["x", "y"]}],
            "pullRequest": [{**pull, "target_branch": "main", "head_sha": "abcdef012345"}],
            "plugin": answered,
        }
        [answer] = ask(
            argocd,
            [
                asked(
                    argocd,
                    fleet,
                    applicationSet=made,
                    objects=[],
                    scm=[{**scm, "labels": ["x", "y"]}],
                    pullRequests=[{**pull, "targetBranch": "main", "headSHA": "abcdef012345"}],
                    plugins={"plug": answered},
                )
            ],
        )

        assert disagreement(ours(made, [], trees, {"fleet": {kind: fixture[kind]}}), answer) == ""


def with_template(generator: Mapping[str, Any], text: str) -> dict[str, Any]:
    made = Maker(1).application_set()
    made["spec"] = {
        "generators": [generator],
        "template": {
            "metadata": {"name": text, "labels": {"v": "{{values.v}}"}},
            "spec": {
                "project": "default",
                "source": {"repoURL": URL, "path": "x"},
                "destination": {"server": "https://kubernetes.default.svc"},
            },
        },
    }
    return made


@pytest.mark.parametrize(
    "pattern", ["envs/**/config.yaml", "envs/*/config.*", "envs/{dev,prod/*}/*.yaml", "**/*.json"]
)
def test_files_are_found_in_the_new_way_where_the_settings_say_so(
    argocd: Path, fleet: Path, trees: SourceTrees, pattern: str
) -> None:
    made = with_template(
        {"git": {"repoURL": URL, "revision": "HEAD", "files": [{"path": pattern}]}}, "{{path}}"
    )
    setting = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "argocd-cmd-params-cm", "namespace": "argocd"},
        "data": {"applicationsetcontroller.enable.new.git.file.globbing": "true"},
    }
    [answer] = ask(argocd, [asked(argocd, fleet, applicationSet=made, objects=[], newGlobbing=True)])

    found = ours(made, [setting], trees)

    assert found.applications
    assert disagreement(found, answer) == ""
