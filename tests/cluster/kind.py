"""A server of a cluster that kind makes in containers, where the programs themselves cannot be had.

The cluster lives as long as the tests need it, knows nothing of the user's kubeconfig, and is deleted
afterwards, also when the tests are interrupted or killed. Its controllers and its scheduler run, but
only namespaces, definitions and policies are ever stored, so that they have no say in what is judged.
"""

from __future__ import annotations

import base64
import json
import os
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from .apiserver import CHECKOUT, LEFT_OUT
from .programs import NotStarted, Program, new_folder
from .server import Identity, Server

NODE_IMAGE = "kindest/node"
CONFIGURATION = "cluster.yaml"
KUBECONFIG = "kubeconfig"
RUNTIMES = ("docker", "podman", "nerdctl")
SECONDS_TO_ASK = 20
SECONDS_TO_CREATE = 900  # the image is some 300 MB
SECONDS_TO_ANSWER = 120


@dataclass(frozen=True, slots=True)
class Kind:
    """The program, and the container runtime that answers."""

    program: Path
    runtime: str

    @property
    def environment(self) -> Mapping[str, str]:
        return {**os.environ, "KIND_EXPERIMENTAL_PROVIDER": self.runtime}


def find_kind() -> Kind | str:
    """kind, or why it cannot be used: each thing that was tried."""
    program = shutil.which("kind")
    if program is None:
        return "no kind on the PATH"
    reasons: list[str] = []
    for runtime in RUNTIMES:
        reason = _unusable(runtime)
        if not reason:
            return Kind(Path(program), runtime)
        reasons.append(reason)
    return f"kind has no container runtime ({'; '.join(reasons)})"


def _unusable(runtime: str) -> str:
    program = shutil.which(runtime)
    if program is None:
        return f"no {runtime}"
    try:
        run = subprocess.run(
            [program, "info"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_ASK,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{runtime}: {error}"
    if run.returncode == 0:
        return ""
    said = (run.stderr or run.stdout).strip().splitlines()
    return f"{runtime}: {said[-1] if said else 'ends with ' + str(run.returncode)}"


@contextmanager
def running_in(kind: Kind) -> Iterator[Server]:
    """A server of the pinned version, or of the first of its release.

    Raises:
        NotStarted: kind cannot make the cluster, or it does not answer.
    """
    cluster, server = _create_first(kind)
    try:
        yield server
    finally:
        cluster.end()


def _create_first(kind: Kind) -> tuple[Program, Server]:
    """kind publishes nodes of few versions; one that there is none of fails at once."""
    reasons: list[str] = []
    for version in wanted_versions():
        try:
            return _create(kind, version)
        except NotStarted as reason:
            reasons.append(str(reason))
    raise NotStarted("\n".join(reasons))


def wanted_versions() -> tuple[str, ...]:
    """What kube-apiserver is pinned to, and the first version of that release: "v1.37.2", "v1.37.0"."""
    pins = (CHECKOUT / "tools/oracles/kube-apiserver/go.mod").read_text()
    found = re.search(r"k8s\.io/kubernetes (v\d+\.\d+)\.(\d+)", pins)
    assert found, "kube-apiserver is not pinned"
    return tuple(dict.fromkeys((f"{found[1]}.{found[2]}", f"{found[1]}.0")))


def _create(kind: Kind, version: str) -> tuple[Program, Server]:
    folder = new_folder("kind")
    (folder / CONFIGURATION).write_text(json.dumps(configuration()))  # JSON is YAML
    create, delete = commands(kind, f"gitlint-ops-{secrets.token_hex(4)}", version, folder)
    cluster = Program(create, folder, delete, kind.environment)
    cluster.wait(SECONDS_TO_CREATE)
    with cluster.ended_on_failure():
        server = server_of(folder / KUBECONFIG)
        latest = time.monotonic() + SECONDS_TO_ANSWER
        while not server.ready():
            if time.monotonic() > latest:
                raise NotStarted("the API server of kind's cluster does not answer")
            time.sleep(1)
    return cluster, server


def commands(kind: Kind, name: str, version: str, folder: Path) -> tuple[list[str], list[str]]:
    """What creates the cluster, and what deletes it."""
    shared = ["--name", name, "--kubeconfig", str(folder / KUBECONFIG)]
    create = [*shared, "--config", str(folder / CONFIGURATION), "--image", f"{NODE_IMAGE}:{version}"]
    program = [str(kind.program)]
    return [*program, "create", "cluster", *create, "--wait", "120s"], [
        *program,
        "delete",
        "cluster",
        *shared,
    ]


def configuration() -> dict[str, Any]:
    """A cluster whose server admits as the one that we start ourselves, for each form of kubeadm's files."""
    as_map = {"disable-admission-plugins": LEFT_OUT}
    as_list = [{"name": name, "value": value} for name, value in as_map.items()]
    patches = [
        {
            "apiVersion": f"kubeadm.k8s.io/{version}",
            "kind": "ClusterConfiguration",
            "apiServer": {"extraArgs": arguments},
        }
        for version, arguments in (("v1beta3", as_map), ("v1beta4", as_list))
    ]
    return {
        "kind": "Cluster",
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "kubeadmConfigPatches": [json.dumps(one) for one in patches],
    }


def server_of(kubeconfig: Path) -> Server:
    """The server that a kubeconfig of one cluster names; its keys are written beside it.

    Raises:
        NotStarted: it is not such a file.
    """
    try:
        read = yaml.safe_load(kubeconfig.read_text())
        cluster, user = read["clusters"][0]["cluster"], read["users"][0]["user"]
        address = urlsplit(cluster["server"])
        files = {
            name: _written(kubeconfig.with_name(name), held[f"{name}-data"])
            for held, name in (
                (cluster, "certificate-authority"),
                (user, "client-certificate"),
                (user, "client-key"),
            )
        }
    except (OSError, LookupError, TypeError, ValueError, yaml.YAMLError) as error:
        raise NotStarted(f"{kubeconfig.name} of kind cannot be read: {error!r}") from error
    identity = Identity(files["client-certificate"], files["client-key"])
    return Server(address.hostname or "", address.port or 443, files["certificate-authority"], "", identity)


def _written(file: Path, encoded: str) -> Path:
    file.touch(mode=0o600)
    file.write_bytes(base64.b64decode(encoded))
    return file
