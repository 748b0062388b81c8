"""What Argo CD and Flux themselves say: the programs of tools/oracles/argocd and tools/oracles/flux.

They are made of the libraries of the real controllers. Each question is a mapping with "mode", each answer
a mapping: `{"error": words}` where the controller would stop, else what stands behind the arrow. Nothing is
fetched.

argocd, every mode: `objects` (Secrets of clusters, AppProjects, ConfigMaps and whatever decides on
clusters, in the namespace argocd unless they say otherwise), `repositories` (address -> a git repository,
or a folder, which becomes the one commit of its branch main), `charts` (what Helm repositories hold: a list
of `repoURL`, `chart`, `version` and `path` of a folder or an archive).

applicationset: `applicationSet` (the object), `newGlobbing`, and what services would answer to its
generators, `scm` (branches of repositories: `organization`, `repository`, `url`, `branch`, `sha`, `labels`,
`repositoryId`, `paths`), `pullRequests` (`number`, `title`, `branch`, `targetBranch`, `headSHA`, `labels`,
`author`) and `plugins` (name of the ConfigMap -> sets of parameters) -> `applications`, `invalid`.
reconcile: the same -> `applications` that are then in the cluster, by name, and `conditions` of the set.
manifests: `application` (the object), `kubeVersion`, `apiVersions` (each as group/version/Kind),
`clusterScoped` (kinds as Kind.group; with them, objects get the namespace of the destination and repeated
ones are dropped) -> `objects`, `sources` (`type`, `commands`, `revision` of each), `conditions`, and
`denied`, those that the project forbids.

flux, build: `kustomization` (the object), `root` (the folder that is its source), `ignore` (spec.ignore of
that), `objects` (ConfigMaps and Secrets of the cluster), `strict` (a variable without value and default is
an error) -> `objects`, `skipped` (those that are built and never applied), `generated` (the
kustomization.yaml that is built). The artifact of the source is made first, so links and ignored files are
gone. Nothing is decrypted.
substitute: `document` (a text, one resource), `vars`, `strict`, `always` -> `document`.
expand: `document` (any text), `vars`, `strict` -> `text`.
values: `helmRelease` (the object), `objects` -> `values`.
sourceignore: `root`, `ignore`, `kind` ("Bucket" has rules of its own) -> `files`.
checkout: `root` (a repository), `reference` (spec.ref), `sparse`, `ignore` -> `revision`, `commit`,
`files`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

__all__ = ["Answer", "ask", "find"]

CHECKOUT = Path(__file__).resolve().parents[2]
Answer = Mapping[str, Any]


def find(name: str) -> Path | str:
    """The program of that name, or why there is none."""
    folder = subprocess.check_output([CHECKOUT / "tools/oracles.sh", "--where"], text=True).strip()
    found = shutil.which(name, path=folder)
    return Path(found) if found else f"tools/oracles.sh has not built {name} (it needs Go and a network)"


def ask(program: Path, questions: Iterable[Mapping[str, Any]]) -> list[Answer]:
    """The answer to each question."""
    asked = "\n".join(map(json.dumps, questions))
    # It calls kustomize, helm and git by their names: those that were built with it.
    paths = f"{program.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    run = subprocess.run(
        [program], input=asked, capture_output=True, text=True, check=False, env={**os.environ, "PATH": paths}
    )
    assert run.returncode == 0, run.stderr[-2_000:]
    return [json.loads(line) for line in run.stdout.splitlines()]
