"""The ApplicationSets of Argo CD's own documentation and examples, as its library expands them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from gitlint_ops.discover.source_trees import SourceTrees
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

from ..delivery.oracles import ask, find
from .agreement import disagreement, ours, secrets
from .cases import CLUSTERS

MODULE = "github.com/argoproj/argo-cd/v3"
URL = "https://github.com/argoproj/argo-cd.git"
# Their filters ask a service what this program takes from a fixture.
OF_SERVICES = ("scmProvider", "pullRequest", "plugin", "clusterDecisionResource", "oci")
FENCED = re.compile(r"```ya?ml\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def argo_cd(checkout: Path) -> Path:
    """The source of Argo CD, where Go holds it for the oracle."""
    go = shutil.which("go")
    if go is None:
        pytest.skip("no Go, and so no source of Argo CD with its documentation")
    asked = [go, "list", "-m", "-f", "{{.Dir}}", MODULE]
    found = subprocess.run(
        asked, cwd=checkout / "tools/oracles/argocd", capture_output=True, text=True, check=False
    )
    folder = Path(found.stdout.strip() or "absent")
    if not folder.is_dir():
        pytest.skip("the source of Argo CD has not been downloaded: tools/oracles.sh does that")
    return folder


@pytest.fixture(scope="module")
def program() -> Path:
    found = find("argocd")
    if isinstance(found, str):
        pytest.skip(found)
    return found


def documented(folder: Path) -> Iterator[dict[str, Any]]:
    """The whole sets among the examples; some are cut short, and some no YAML."""
    texts = [
        *(one for page in folder.glob("docs/**/*.md") for one in FENCED.findall(page.read_text())),
        *(one.read_text() for one in folder.glob("applicationset/examples/**/*.yaml")),
    ]
    for text in texts:
        try:
            bodies = list(yaml.safe_load_all(text)) if "ApplicationSet" in text else []
        except yaml.YAMLError:
            continue
        for body in bodies:
            if isinstance(body, dict) and body.get("kind") == "ApplicationSet" and is_whole(body.get("spec")):
                body["metadata"] = {"name": "documented", "namespace": "argocd"}
                yield body


def is_whole(spec: Any) -> bool:
    return (
        isinstance(spec, dict)
        and isinstance(spec.get("generators"), list)
        and isinstance(spec.get("template"), dict)
        and isinstance(spec["template"].get("spec"), dict)
        and not any(f"'{kind}'" in str(spec["generators"]) for kind in OF_SERVICES)
    )


def made_local(held: Any) -> None:
    """All git generators read the one repository that is here."""
    if isinstance(held, list):
        for one in held:
            made_local(one)
    elif isinstance(held, Mapping):
        git = held.get("git")
        if isinstance(git, dict) and "{{" not in str(git.get("repoURL")):
            git.update(repoURL=URL, revision="HEAD")
        for one in held.values():
            made_local(one)


def test_documented_sets_come_out_alike(program: Path, argo_cd: Path, tmp_path: Path) -> None:
    folder = tmp_path / "argo-cd"
    shutil.copytree(argo_cd / "applicationset/examples", folder / "applicationset/examples")
    subprocess.run(["chmod", "-R", "u+w", str(folder)], check=True)
    author = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (
        ["init", "--quiet", "--initial-branch", "master"],
        ["remote", "add", "origin", URL],
        ["add", "."],
        [*author, "commit", "--quiet", "--message", "all"],
    ):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)
    trees = SourceTrees(Sources([open_tree(open_workspace([str(folder)], cwd="/").repositories[0])]))
    sets = list(documented(argo_cd))
    for one in sets:
        made_local(one["spec"]["generators"])
        one["spec"]["template"]["spec"]["project"] = "default"
    objects = secrets(CLUSTERS[:2])
    answers = ask(
        program,
        [
            {
                "mode": "applicationset",
                "applicationSet": one,
                "objects": objects,
                "repositories": {URL: str(folder)},
            }
            for one in sets
        ],
    )

    found = [ours(one, objects, trees) for one in sets]

    assert len(sets) > 40
    differing = [disagreement(held, answer) for held, answer in zip(found, answers, strict=True)]
    assert [said for said, held in zip(differing, found, strict=True) if said and not held.unknown] == []
    assert sum(bool(one.applications) for one in found) > len(sets) / 2
