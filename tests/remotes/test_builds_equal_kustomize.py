"""Bases in other repositories, against the real kustomize, which clones them from local folders."""

from __future__ import annotations

import pytest

from .conftest import Forge, open_all, rendered

CONFIG = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  from: {origin}\n"
META = "buildMetadata: [originAnnotations, transformerAnnotations]\n"


def config(name: str, origin: str = "first") -> str:
    return CONFIG.format(name=name, origin=origin)


@pytest.fixture
def app(forge: Forge) -> Forge:
    """app: tag v1 (annotated), branch next, main ahead of both; env: an empty environment repository."""
    forge.repository(
        "app",
        {
            "deploy/base/kustomization.yaml": "resources: [app.yaml]\n",
            "deploy/base/app.yaml": config("app"),
            "deploy/prod/kustomization.yaml": (
                "resources: [../base, more.yaml]\nnamePrefix: prod-\n"
                "configMapGenerator:\n- name: made\n  literals: [a=b]\n"
            ),
            "deploy/prod/more.yaml": config("more"),
            "part/kustomization.yaml": (
                "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"
                "labels:\n- pairs: {part: app}\nresources: [part.yaml]\n"
            ),
            "part/part.yaml": config("part"),
        },
    )
    forge.git("app", "tag", "--annotate", "v1", "--message", "v1")
    forge.git("app", "switch", "--quiet", "--create", "next")
    forge.commit("app", {"deploy/base/app.yaml": config("app", "next")})
    forge.git("app", "switch", "--quiet", "main")
    forge.commit("app", {"deploy/base/app.yaml": config("app", "main")})
    forge.repository("env", {})
    return forge


REFERENCES = [
    "https://github.com/acme/app//deploy/base?ref=v1",
    "https://github.com/acme/app//deploy/base?version=v1",
    "https://github.com/acme/app//deploy/base?ref=next",
    "https://github.com/acme/app//deploy/base?ref=refs/heads/next",
    "https://github.com/acme/app//deploy/base?ref=heads/next",
    "https://github.com/acme/app//deploy/base?ref=tags/v1",
    "https://github.com/acme/app//deploy/base?ref=refs/tags/v1",
    "https://github.com/acme/app//deploy/base",
    "https://github.com/acme/app//deploy/base?ref=HEAD",
    "https://github.com/acme/app//deploy/base?ref=v1&timeout=90s&submodules=false",
    "https://github.com/acme/app/deploy/prod?ref=v1",
    "https://github.com/acme/app.git/deploy/prod?ref=v1",
    "github.com/acme/app//deploy/prod?ref=v1",
    "git@github.com:acme/app//deploy/prod?ref=v1",
    "git@github.com:acme/app.git//deploy/prod/?ref=v1",
    "ssh://git@git.example/acme/app//deploy/prod?ref=v1",
    "git::https://github.com/acme/app//deploy/prod?ref=v1",
    "https://github.com/acme/app//deploy/./prod/../base?ref=v1",
    # No server understands these.
    "https://github.com/acme/app//deploy/base?ref=HEAD~1",
    "https://github.com/acme/app//deploy/base?ref=nothing",
    "https://github.com/acme/app//deploy/nothing?ref=v1",
    "https://github.com/acme/app//deploy/base/app.yaml?ref=v1",
    "https://github.com/acme/app//deploy?ref=v1",
    "https://github.com/acme/app//part?ref=v1",
    "https://github.com/acme/app//../x?ref=v1",
]


@pytest.mark.parametrize("reference", REFERENCES)
def test_a_base_of_another_repository_builds_as_kustomize_builds_it(app: Forge, reference: str) -> None:
    app.write("env", {"prod/kustomization.yaml": f"resources:\n- {reference}\nnameSuffix: -x\n{META}"})

    expected, said = app.kustomize("env/prod")
    app.git("app", "remote", "add", "example", "ssh://git@git.example/acme/app.git")
    built = open_all(app, ["env", "app"]).build("env/prod")

    assert rendered(built) == expected, said


def test_a_commit_is_named_by_its_whole_id(app: Forge) -> None:
    commit = app.git("app", "rev-parse", "next")
    app.write(
        "env", {"kustomization.yaml": f"resources:\n- {ADDRESS_OF_APP}//deploy/base?ref={commit}\n{META}"}
    )

    assert rendered(open_all(app, ["env", "app"]).build("env")) == app.kustomize("env")[0]


def test_the_start_of_an_id_is_told_with_the_whole_one(app: Forge) -> None:
    commit = app.git("app", "rev-parse", "next")
    app.write(
        "env", {"kustomization.yaml": f"resources:\n- {ADDRESS_OF_APP}//deploy/base?ref={commit[:10]}\n"}
    )

    built = open_all(app, ["env", "app"]).build("env")

    assert app.kustomize("env")[0] is None
    assert [(one.rule, one.hint) for one in built.violations] == [
        ("build-failed", f"write the whole id, {commit}")
    ]


def test_a_folder_of_this_machine_is_a_repository_too(app: Forge) -> None:
    reference = f"file://{app.folder}/app//deploy/prod?ref=v1"
    app.write("env", {"kustomization.yaml": f"resources:\n- {reference}\n{META}"})

    assert rendered(open_all(app, ["env", "app"]).build("env")) == app.kustomize("env")[0]


def test_components_may_come_from_elsewhere(app: Forge) -> None:
    app.write(
        "env",
        {
            "kustomization.yaml": (
                f"resources: [own.yaml]\ncomponents:\n- {ADDRESS_OF_APP}//part?ref=v1\n{META}"
            ),
            "own.yaml": config("own"),
        },
    )

    assert rendered(open_all(app, ["env", "app"]).build("env")) == app.kustomize("env")[0]


def test_a_repository_may_refer_to_another_revision_of_itself(app: Forge) -> None:
    app.write(
        "app",
        {
            "deploy/base/app.yaml": config("app", "not committed"),
            "env/kustomization.yaml": (f"resources:\n- ../deploy/base\n- own\n{META}"),
            "env/own/kustomization.yaml": (
                f"resources:\n- {ADDRESS_OF_APP}//deploy/base?ref=v1\nnamePrefix: old-\n"
            ),
        },
    )

    built = rendered(open_all(app, ["app"]).build("app/env"))

    assert built == app.kustomize("app/env")[0]
    assert built is not None
    assert "not committed" in built
    assert "from: first" in built


def test_repositories_may_refer_to_further_ones(app: Forge) -> None:
    app.repository(
        "platform",
        {
            "kustomization.yaml": (
                f"resources:\n- {ADDRESS_OF_APP}//deploy/prod?ref=v1\n- own.yaml\nnamePrefix: p-\n"
            ),
            "own.yaml": config("own"),
        },
    )
    app.write("env", {"kustomization.yaml": f"resources:\n- github.com/acme/platform\n{META}"})

    assert rendered(open_all(app, ["env", "app", "platform"]).build("env")) == app.kustomize("env")[0]


@pytest.mark.parametrize("submodules", ["", "&submodules=false"])
def test_submodules_are_there_unless_they_are_not_wanted(app: Forge, submodules: str) -> None:
    app.repository(
        "library", {"base/kustomization.yaml": "resources: [l.yaml]\n", "base/l.yaml": config("l")}
    )
    app.repository("bundle")
    app.git("bundle", "submodule", "--quiet", "add", "../library", "modules/lib")
    app.commit("bundle", {"deploy/kustomization.yaml": "resources: [../modules/lib/base]\n"})
    reference = f"https://github.com/acme/bundle//deploy?ref=main{submodules}"
    app.write("env", {"kustomization.yaml": f"resources:\n- {reference}\n{META}"})

    expected, said = app.kustomize("env")

    assert rendered(open_all(app, ["env", "bundle", "library"]).build("env")) == expected, said
    assert (expected is None) == bool(submodules)


def test_a_base_stays_inside_its_repository(app: Forge) -> None:
    app.commit("app", {"out/kustomization.yaml": "resources: [../../env/own]\n"})
    app.write(
        "env",
        {
            "kustomization.yaml": f"resources:\n- {ADDRESS_OF_APP}//out\n",
            "own/kustomization.yaml": "resources: [own.yaml]\n",
            "own/own.yaml": config("own"),
        },
    )

    assert app.kustomize("env")[0] is None
    assert rendered(open_all(app, ["env", "app"]).build("env")) is None


ADDRESS_OF_APP = "https://github.com/acme/app"


@pytest.mark.parametrize("spelling", ["https://github.com/acme/env//a?ref=main", "github.com/acme/env.git/a"])
def test_repositories_that_refer_to_each_other_end_in_a_finding(app: Forge, spelling: str) -> None:
    app.commit("app", {"loop/kustomization.yaml": f"resources: ['{spelling}']\n"})
    app.commit("env", {"a/kustomization.yaml": f"resources:\n- {ADDRESS_OF_APP}//loop\n"})

    built = open_all(app, ["env", "app"]).build("env/a")

    assert [one.rule for one in built.violations] == ["build-failed"]
    assert "cycle" in built.violations[0].message
    assert app.kustomize("env/a")[0] is None
