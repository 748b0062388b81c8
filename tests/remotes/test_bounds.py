"""Hostile repositories end in findings, and what many take in is read once."""

from __future__ import annotations

import time

from gitlint_ops.build.kustomize.builder import KustomizeBuilder
from gitlint_ops.model.targets import BuildTarget, Status, TargetKind
from gitlint_ops.workspace.remotes import Declared

from .conftest import Forge, open_all

APP = "https://github.com/acme/app"
CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {}\n"


def test_a_long_chain_of_revisions_ends_in_a_finding(forge: Forge) -> None:
    commit = forge.repository("app", {"kustomization.yaml": "resources: []\n"})
    for _ in range(100):
        commit = forge.commit("app", {"kustomization.yaml": f"resources: ['{APP}//?ref={commit}']\n"})

    built = open_all(forge, ["app"]).build("app")

    assert [one.rule for one in built.violations] == ["build-failed"]
    assert "stand upon each other" in built.violations[0].message


def test_a_chain_that_doubles_at_each_revision_is_built_once_each(forge: Forge) -> None:
    files = {f"{part}/kustomization.yaml": "resources: []\n" for part in ("one", "two")}
    commit = forge.repository("app", files)
    for _ in range(30):
        both = "".join(f"- {APP}//{part}?ref={commit}\n" for part in ("one", "two"))
        commit = forge.commit("app", dict.fromkeys(files, f"resources:\n{both}"))
    started = time.monotonic()

    built = open_all(forge, ["app"]).build("app/one")

    assert built.status is Status.BUILT
    assert time.monotonic() - started < 20


def test_one_revision_is_accumulated_once_for_all_overlays(forge: Forge) -> None:
    forge.repository("app", {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": CONFIG.format("a")})
    overlays = {
        f"o{number}/kustomization.yaml": f"namePrefix: p{number}-\nresources: ['{APP}?ref=main']\n"
        for number in range(20)
    }
    forge.repository("env", overlays)
    sources = open_all(forge, ["env", "app"]).sources
    builder = KustomizeBuilder(sources, "env")

    built = [builder.build(BuildTarget("env", f"o{number}", TargetKind.KUSTOMIZE)) for number in range(20)]

    assert len({one for result in built for one in result.elsewhere}) == 2
    assert len([file for file, _, _ in sources.parsed() if file.path == "a.yaml"]) == 1


def test_a_reference_cannot_name_folders_of_this_machine(forge: Forge) -> None:
    forge.repository("secret", {"kustomization.yaml": "resources: [a.yaml]\n", "a.yaml": CONFIG.format("a")})
    forge.repository("env", {"kustomization.yaml": f"resources: ['file://{forge.folder}/secret']\n"})

    assert open_all(forge, ["env"]).build("env").status is Status.UNCHECKED


def test_a_mapped_folder_without_git_is_not_read(forge: Forge) -> None:
    (forge.folder / "plain").mkdir()
    forge.repository("env", {"kustomization.yaml": f"resources: ['{APP}']\n"})

    declared = [Declared(APP, str(forge.folder / "plain"))]
    built = open_all(forge, ["env"], declared).build("env")

    assert built.status is Status.UNCHECKED
    assert built.reason is not None
    assert "is mapped to ../plain in gitlint-ops.yaml, and no git repository is there" in built.reason
