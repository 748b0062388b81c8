"""What Argo CD's own repo server renders for an Application, this program renders for it too."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from random import Random
from typing import Any

import pytest
import yaml

from gitlint_ops.build.helm.program import Helm
from gitlint_ops.model.targets import Status
from gitlint_ops.workspace.open import open_tree, open_workspace
from gitlint_ops.workspace.sources import Sources

from ..cli.command_line import Git, config_map, repository
from ..delivery.oracles import Answer, ask
from .applications import FILES, ODD_FILES, Maker
from .conftest import FILE, FLEET, Delivered, application, of_tree

SEEDS = range(150)
PATTERNS = range(90)
TRACKING = "argocd.argoproj.io/tracking-id"


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Git:
    return repository(tmp_path_factory.mktemp("fleet") / "fleet", FILES)


def test_applications_made_at_random_come_out_alike(argocd: Path, helm: str, fleet: Git) -> None:
    texts = [application(*Maker(seed).sources()) for seed in SEEDS]
    answers = ask(argocd, [asked(fleet, text) for text in texts])

    found = [ours(fleet, text, helm) for text in texts]

    differing = {
        seed: disagreement(held, answer) for seed, held, answer in zip(SEEDS, found, answers, strict=True)
    }
    assert {seed: said for seed, said in differing.items() if said} == {}
    # Most must get as far as objects, and none may be out of reach.
    assert sum(bool(one.result.objects) for one in found) > len(SEEDS) / 2
    assert [one.unchecked() for one in found if one.result.status is Status.UNCHECKED] == []


def test_odd_files_of_a_directory_are_read_alike(argocd: Path, helm: str, tmp_path: Path) -> None:
    files = {f"{name}/{name}": text for name, text in ODD_FILES.items()}
    odd = repository(tmp_path / "fleet", files)
    texts = [application({"path": name}) for name in ODD_FILES]
    answers = ask(argocd, [asked(odd, text) for text in texts])

    found = [ours(odd, text, helm) for text in texts]

    differing = {
        name: disagreement(held, answer) for name, held, answer in zip(ODD_FILES, found, answers, strict=True)
    }
    assert {name: said for name, said in differing.items() if said} == {}


def test_patterns_made_at_random_let_the_same_files_through(argocd: Path, helm: str, tmp_path: Path) -> None:
    names = [
        "a",
        "ab",
        "b.c",
        "a-b",
        "deep/a",
        "deep/b.c",
        "deep/er/ab",
        "x{a",
        "x[b",
        "^c",
        "!d",
        "a,b",
        "e*",
    ]
    files = {f"web/{name}.yaml": config_map(f"n{number}") for number, name in enumerate(names)}
    odd = repository(tmp_path / "fleet", files)
    patterns = [pattern_of(Random(seed)) for seed in PATTERNS]
    sources = [{"path": "web", "directory": {"recurse": True, "include": one}} for one in patterns]
    texts = [application(one) for one in sources]
    answers = ask(argocd, [asked(odd, text) for text in texts])

    found = [ours(odd, text, helm) for text in texts]

    differing = {
        pattern: disagreement(held, answer)
        for pattern, held, answer in zip(patterns, found, answers, strict=True)
    }
    assert {pattern: said for pattern, said in differing.items() if said} == {}
    assert sum(bool(one.result.objects) for one in found) > len(patterns) / 4


def pattern_of(random: Random) -> str:
    parts = [
        "*",
        "**",
        "?",
        "a",
        "b",
        "deep/",
        "/",
        ".",
        "{a,b}",
        "{a,deep/a}",
        "[ab]",
        "[!a]",
        "[a-c]",
        "\\",
    ]
    parts += [
        "{",
        "]",
        ",",
        "^",
        "[^a]",
        "{a,{b,c}}",
        "e\\*",
        "[",
        "-",
        "x",
        "[ac-]",
        "[a-cx]",
        "[a-",
        "[]a]",
    ]
    end = random.choice(["*", ".yaml", ".*", "{*.yaml,b*}"])
    return "".join(random.choice(parts) for _ in range(random.randint(1, 4))) + end


def asked(fleet: Git, text: str) -> Mapping[str, Any]:
    return {
        "mode": "manifests",
        "application": yaml.safe_load(text),
        "repositories": {FLEET: str(fleet.folder)},
        "kubeVersion": "v1.35.0",
        "apiVersions": ["v1/ConfigMap", "example.com/v1/Thing"],
    }


def ours(fleet: Git, text: str, helm: str) -> Delivered:
    """What this program makes of it, at the same commit."""
    head = fleet("rev-parse", "HEAD")
    fleet.commit({FILE: text})
    try:
        tree = open_tree(open_workspace([str(fleet.folder)], cwd="/", revision="HEAD").repositories[0])
        return of_tree(Sources([tree]), tree.name, Helm(helm), version="3.5")
    finally:
        fleet("reset", "--hard", "--quiet", head)


def disagreement(found: Delivered, answer: Answer) -> str:
    """How the two differ, "" where they do not."""
    failed = found.result.status is Status.FAILED
    if "error" in answer or failed:
        if failed == ("error" in answer):
            return ""
        return f"ours: {found.result.reason or 'objects'}; theirs: {answer.get('error', 'objects')}"
    mine = compared(one.body for one in found.result.objects)
    theirs = compared(answer["objects"])
    if mine == theirs:
        return ""
    only_ours, only_theirs = ([one for one in a if one not in b] for a, b in ((mine, theirs), (theirs, mine)))
    return f"only ours: {only_ours[:3]}\nonly theirs: {only_theirs[:3]}\n({len(mine)} and {len(theirs)})"


def compared(objects: Iterable[Mapping[str, Any]]) -> list[str]:
    """In an order of their own; of two objects of one name the last, and without Argo CD's own mark."""
    held: dict[str, Mapping[str, Any]] = {}
    for one in objects:
        metadata = dict(one.get("metadata") or {})
        marks = {
            key: value for key, value in (metadata.pop("annotations", None) or {}).items() if key != TRACKING
        }
        metadata |= {"annotations": marks} if marks else {}
        name = (
            one.get("apiVersion"),
            one.get("kind"),
            metadata.get("namespace"),
            metadata.get("name"),
            metadata.get("generateName"),
        )
        held[json.dumps(name)] = {**one, "metadata": metadata}
    return sorted(json.dumps(one, sort_keys=True) for one in held.values())
