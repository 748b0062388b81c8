"""Kubeconfigs and credential plugins for tests, and whether they let in."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gitlint_ops.reconcile.opening import kubeconfig_api
from gitlint_ops.reconcile.server.http_api import HttpApi

from .bodies import config_map, served_as

PLUGIN = """#!{python}
import json, pathlib
tokens = pathlib.Path({tokens!r})
left = tokens.read_text().split()
tokens.write_text(" ".join(left[1:] or left))
print(json.dumps({{"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                  "status": {{"token": left[0]}}}}))
"""


def kubeconfig(file: Path, cluster: Mapping[str, Any], user: Mapping[str, Any], name: str = "prod") -> str:
    held = {
        "clusters": [{"name": name, "cluster": cluster}],
        "users": [{"name": name, "user": user}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "current-context": name,
    }
    file.write_text(json.dumps(held))
    return str(file)


def answers(file: str, context: str = "") -> None:
    """The server lets us in, and answers."""
    with kubeconfig_api(file, context, qps=0, jobs=2, timeout=20) as api:
        assert_answers(api)


def assert_answers(api: HttpApi) -> None:
    assert api.apply(config_map("a"), served_as(api, config_map("a")), manager="tests").accepted


def plugin(folder: Path, *tokens: str) -> dict[str, Any]:
    """A credential plugin that gives one token after the other; the last for ever."""
    (folder / "tokens").write_text(" ".join(tokens))
    program = folder / "plugin"
    program.write_text(PLUGIN.format(python=sys.executable, tokens=str(folder / "tokens")))
    program.chmod(0o755)
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": "./plugin",
            "interactiveMode": "Never",
        }
    }
