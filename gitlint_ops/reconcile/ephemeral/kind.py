"""A cluster that kind makes in containers: its controllers and its scheduler run.

It knows nothing of the user's kubeconfig, and is deleted afterwards, also when we are interrupted or
killed while it is being made.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

from gitlint_ops.model.errors import UsageError
from gitlint_ops.reconcile.ephemeral.envtest import LEFT_OUT, is_ready
from gitlint_ops.reconcile.ephemeral.programs import NotStarted, Program, new_folder
from gitlint_ops.reconcile.ephemeral.running import KUBECONFIG, Running, write_private
from gitlint_ops.reconcile.server.access import Access

NODE_IMAGE = "kindest/node"
CONFIGURATION = "cluster.yaml"
RUNTIMES = ("docker", "podman", "nerdctl")
PATCHES = 4
"""Versions of a release that are tried, from its first: kind publishes nodes of few."""

SECONDS_TO_ASK = 20
SECONDS_TO_CREATE = 900  # the image is some 300 MB
SECONDS_TO_ANSWER = 120
SECONDS_TO_WAIT = 120  # kind itself, for the control plane

_HINT = "kind (https://kind.sigs.k8s.io) needs docker, podman or nerdctl; --envtest needs none of them"


class Kind(Struct, frozen=True):
    """The program, the container runtime that answers, and the environment that both get."""

    program: str
    runtime: str
    environ: Mapping[str, str] = {}

    @property
    def environment(self) -> Mapping[str, str]:
        return {**self.environ, "KIND_EXPERIMENTAL_PROVIDER": self.runtime}


def find_kind(path: str, environ: Mapping[str, str]) -> Kind:
    """kind on the path, with a container runtime.

    Raises:
        UsageError: it cannot be used; says of each thing why.
    """
    program = shutil.which("kind", path=path)
    if program is None:
        raise UsageError("no kind on the PATH", hint=_HINT)
    reasons: list[str] = []
    for runtime in RUNTIMES:
        reason = _unusable(runtime, path, environ)
        if not reason:
            return Kind(program, runtime, environ)
        reasons.append(reason)
    raise UsageError(f"kind has no container runtime ({'; '.join(reasons)})", hint=_HINT)


def _unusable(runtime: str, path: str, environ: Mapping[str, str]) -> str:
    program = shutil.which(runtime, path=path)
    if program is None:
        return f"no {runtime}"
    try:
        run = subprocess.run(  # noqa: S603 - no shell; a program of the user's
            [program, "info"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS_TO_ASK,
            check=False,
            env=environ,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{runtime}: {error}"
    if run.returncode == 0:
        return ""
    said = (run.stderr or run.stdout).strip().splitlines()
    return f"{runtime}: {said[-1] if said else 'ends with ' + str(run.returncode)}"


@contextmanager
def serving(kind: Kind, kubernetes: str, *, keep: bool = False) -> Iterator[Running]:
    """A server of a version ("1.37", "1.37.2"; "" for the one that kind prefers).

    Raises:
        NotStarted: kind cannot make the cluster, or it does not answer.
    """
    cluster, running = _create_first(kind, kubernetes)
    with cluster.ended_on_failure():
        yield running
    if keep:
        cluster.keep()
    else:
        cluster.end()


def _create_first(kind: Kind, kubernetes: str) -> tuple[Program, Running]:
    """A node that there is no image of fails at once, and then the next is tried."""
    reasons: list[str] = []
    for image in images(kubernetes):
        try:
            return _create(kind, image)
        except NotStarted as reason:
            reasons.append(str(reason))
            if not _is_without_image(str(reason)):
                break
    raise NotStarted("\n".join(reasons))


def _is_without_image(reason: str) -> bool:
    return any(one in reason for one in ("pull image", "manifest unknown", "not found"))


def images(kubernetes: str) -> tuple[str, ...]:
    """The images to try for a version: "1.37.2" is first meant as it stands."""
    found = re.match(r"v?(\d+\.\d+)(\.\d+)?", kubernetes)
    if not found:
        return ("",)
    first = [f"{found[1]}{found[2]}"] if found[2] else []
    tried = dict.fromkeys([*first, *(f"{found[1]}.{patch}" for patch in range(PATCHES))])
    return tuple(f"{NODE_IMAGE}:v{one}" for one in tried)


def _create(kind: Kind, image: str) -> tuple[Program, Running]:
    folder = new_folder("kind")
    write_private(folder / CONFIGURATION, json.dumps(configuration()))  # JSON is YAML
    create, delete = commands(kind, f"gitlint-ops-{secrets.token_hex(4)}", image, folder)
    cluster = Program(create, folder, delete, kind.environment)
    cluster.wait(SECONDS_TO_CREATE)
    with cluster.ended_on_failure():
        kubeconfig = folder / KUBECONFIG
        access = access_of(kubeconfig)
        ready = is_ready(access)
        latest = time.monotonic() + SECONDS_TO_ANSWER
        while not ready():
            if time.monotonic() > latest:
                raise NotStarted("the API server of kind's cluster does not answer")
            time.sleep(1)
    return cluster, Running(access, str(kubeconfig), str, " ".join(delete))


def commands(kind: Kind, name: str, image: str, folder: Path) -> tuple[Sequence[str], Sequence[str]]:
    """What creates the cluster, and what deletes it."""
    shared = ("--name", name, "--kubeconfig", str(folder / KUBECONFIG))
    wanted = ("--image", image) if image else ()
    create = (*shared, "--config", str(folder / CONFIGURATION), *wanted, "--wait", f"{SECONDS_TO_WAIT}s")
    return (kind.program, "create", "cluster", *create), (kind.program, "delete", "cluster", *shared)


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


def access_of(kubeconfig: Path) -> Access:
    """The access that a kubeconfig of one cluster describes; its keys are written beside it.

    Raises:
        NotStarted: it is not such a file.
    """
    from gitlint_ops.syntax.documents import read
    from gitlint_ops.syntax.text import Typing

    try:
        (document,) = read(kubeconfig.read_bytes(), Typing.KUBECTL).documents
        cluster, user = document.body["clusters"][0]["cluster"], document.body["users"][0]["user"]
        files = [
            _written(kubeconfig.with_name(name), held[f"{name}-data"])
            for held, name in (
                (cluster, "certificate-authority"),
                (user, "client-certificate"),
                (user, "client-key"),
            )
        ]
        authority, certificate, key = files
        return Access(str(cluster["server"]), authority, certificate=certificate, key=key)
    except (OSError, LookupError, TypeError, ValueError, binascii.Error) as error:
        raise NotStarted(f"{kubeconfig.name} of kind cannot be read: {error!r}") from error


def _written(file: Path, encoded: str) -> str:
    file.touch(mode=0o600)
    file.write_bytes(base64.b64decode(encoded))
    return str(file)
