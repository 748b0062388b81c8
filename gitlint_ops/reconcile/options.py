"""What a rehearsal is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from msgspec import Struct, field


class ServerKind(Enum):
    """Where the API server comes from."""

    KUBECONFIG = "kubeconfig"
    IN_CLUSTER = "in-cluster"
    ENVTEST = "envtest"
    KIND = "kind"

    @property
    def is_owned(self) -> bool:
        """Whether it is made for the run, so that things may be stored there."""
        return self in (ServerKind.ENVTEST, ServerKind.KIND)


class ServerChoice(Struct, frozen=True):
    """How to come to a server.

    `kubeconfig` and `context` are "" for what kubectl would take. `assets` is the folder of etcd and
    kube-apiserver ("" for where they usually lie, below `cache_home` and `data_home`), `path` where programs
    are looked for, `environ` what they get. `keep` leaves an owned server running. `terminal`: somebody sits
    at one, whom a credential plugin may ask.
    """

    kind: ServerKind
    kubeconfig: str = ""
    context: str = ""
    assets: str = ""
    cache_home: str = ""
    data_home: str = ""
    path: str = ""
    environ: Mapping[str, str] = field(default_factory=dict)
    keep: bool = False
    terminal: bool = False


class Options(Struct, frozen=True):
    """What of a rehearsal is wanted.

    `cluster` names the one of the workspace that the server stands for, "" where that is clear.
    `as_operator`: requests are made as the operator's or the tenant's account. `jobs` requests are under
    way at a time, `qps` begun per second (None: as many as the server allows), and each may take `timeout`
    seconds.
    """

    cluster: str = ""
    as_operator: bool = False
    rehearse: bool = True
    drift: bool = True
    prune: bool = True
    jobs: int = 8
    qps: float | None = None
    timeout: float = 60.0
