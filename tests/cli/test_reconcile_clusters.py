"""Which of the workspace's clusters a context of the user's kubeconfig stands for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .command_line import Ran, config_map, repository, run

CONFIGURATION = """\
clusters:
- {name: prod-eu, environment: production, server: "https://eu.example.org"}
- {name: prod-us, environment: production, server: "https://127.0.0.1:9"}
"""


def application(cluster: str, server: str) -> str:
    return f"""\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {{name: web-{cluster}, namespace: argocd}}
spec:
  project: default
  source: {{repoURL: "https://git.example/fleet", path: {cluster}, targetRevision: HEAD}}
  destination: {{server: "{server}", namespace: web}}
"""


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A repository that delivers to two clusters."""
    made = repository(
        tmp_path / "fleet",
        {
            "gitlint-ops.yaml": CONFIGURATION,
            "apps/eu.yaml": application("prod-eu", "https://eu.example.org"),
            "apps/us.yaml": application("prod-us", "https://127.0.0.1:9"),
            "prod-eu/settings.yaml": config_map("eu"),
            "prod-us/settings.yaml": config_map("us"),
        },
    )
    made("remote", "add", "origin", "https://git.example/fleet")
    return made.folder


def asked(fleet: Path, server: str, *options: str) -> Ran:
    """The command on a context of that server; nothing listens there."""
    held = {
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "contexts": [{"name": "work", "context": {"cluster": "c"}}],
    }
    file = fleet.parent / "kubeconfig"
    file.write_text(json.dumps(held))
    return run("reconcile", fleet, "--kubeconfig", file, "--context", "work", *options)


def test_a_context_of_neither_is_refused_with_the_clusters_that_there_are(fleet: Path) -> None:
    ran = asked(fleet, "https://other.example.org")

    assert ran.code == 2
    assert "to several clusters, and which one context work stands for is not known" in ran.err
    assert "name it with --cluster (" in ran.err
    assert "prod-eu" in ran.err
    assert "prod-us" in ran.err


@pytest.mark.parametrize("server", ["https://127.0.0.1:9", "https://127.0.0.1:9/", "HTTPS://127.0.0.1:9"])
def test_a_context_whose_server_is_that_of_one_is_asked_for_it(server: str, fleet: Path) -> None:
    ran = asked(fleet, server)

    assert ran.code == 2
    assert "context work: " in ran.err
    assert "does not answer" in ran.err
    assert "several clusters" not in ran.err


def test_the_user_may_say_which_it_is(fleet: Path) -> None:
    ran = asked(fleet, "http://127.0.0.1:9", "--cluster", "prod-eu")

    assert ran.code == 2
    assert "does not answer" in ran.err


def test_a_cluster_that_there_is_not_is_refused_with_those_that_there_are(fleet: Path) -> None:
    ran = asked(fleet, "https://127.0.0.1:9", "--cluster", "prod-uk")

    assert ran.code == 2
    assert "prod-uk" in ran.err
    assert "prod-us" in ran.err
    assert "Traceback" not in ran.err
