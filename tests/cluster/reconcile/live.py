"""A cluster as somebody else runs it: objects live on it that programs and people have applied."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from ..apiserver import SERVER_FLAGS, Programs, running
from ..client import APPLY, Body, Client
from ..server import Server

CONTEXT = "production"
MERGE = "application/merge-patch+json"
# Everybody who is nobody may do nothing, as in a real cluster; the tests' own user may do everything.
FLAGS = (
    *(one.replace("AlwaysAllow", "RBAC") for one in SERVER_FLAGS),
    "--enable-priority-and-fairness=true",
)
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
AUDIT_POLICY = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "omitStages": ["RequestReceived"],
    "rules": [{"level": "Metadata"}],
}
ITSELF = "system:apiserver"
STAYS = frozenset({"Namespace", "CustomResourceDefinition"})
"""Kinds that are not deleted after a test: nothing here would finish the deletion, or others use them."""


@dataclass(frozen=True, slots=True)
class Requested:
    """One request as the API server itself has noted it; `verb` is the server's word.

    `resource` is `plural.group`, "" where the request is about none.
    """

    verb: str
    uri: str
    user: str
    status: int = 0
    resource: str = ""

    @property
    def reads(self) -> bool:
        return self.verb in ("get", "list", "watch")

    @property
    def is_dry_run(self) -> bool:
        return parse_qs(urlsplit(self.uri).query).get("dryRun") == ["All"]


@dataclass(slots=True)
class Cluster:
    """A running server, the kubeconfig that leads to it, and its audit log."""

    server: Server
    client: Client
    kubeconfig: Path
    audit: Path
    _made: list[Body] = field(default_factory=list)

    def live(self, entries: Iterable[Mapping[str, Any]]) -> None:
        """Bring about what an example says that lives on the server, in its order.

        An entry has `apply` (an object, as a server-side apply with force), `create` (one that is applied
        from the client's side, as kubectl and Argo CD do it unless they are told otherwise), `update` (the
        changed fields of an object that is there, as `kubectl edit` sends them) or `delete` (which object),
        the `manager` who does it, and the `subresource` where it is one.
        """
        for entry in entries:
            ways = {
                "apply": self._apply,
                "create": self._create,
                "update": self._update,
                "delete": self._delete,
            }
            (way,) = ways.keys() & entry.keys()
            body = entry[way]
            manager = entry.get("manager", "somebody")
            ways[way](body, manager, entry.get("subresource", ""))

    def clean(self) -> None:
        """Delete all that `live` made but namespaces and definitions."""
        for body in reversed(self._made):
            self.client.send("DELETE", self.client.place(body), None)
        self._made.clear()

    def requests(self) -> list[Requested]:
        """All that others than the server itself have asked so far, in its order."""
        events = map(json.loads, self.audit.read_text().splitlines())
        return [one for one in map(_requested, events) if one.user != ITSELF]

    def _apply(self, body: Body, manager: str, subresource: str) -> None:
        query = urlencode({"fieldManager": manager, "force": "true"})
        place = self.client.place(body) + (f"/{subresource}" if subresource else "")
        self._done(self.client.send("PATCH", f"{place}?{query}", body, APPLY))
        if body["kind"] == "CustomResourceDefinition":
            self._wait(body)
        if not subresource:
            self._remember(body)

    def _update(self, body: Body, manager: str, subresource: str) -> None:
        query = urlencode({"fieldManager": manager})
        place = self.client.place(body) + (f"/{subresource}" if subresource else "")
        changed = {key: held for key, held in body.items() if key not in ("apiVersion", "kind")}
        self._done(self.client.send("PATCH", f"{place}?{query}", changed, MERGE))

    def _create(self, body: Body, manager: str, _: str) -> None:
        applied = {LAST_APPLIED: json.dumps(body)}
        metadata = {**body["metadata"], "annotations": {**body["metadata"].get("annotations", {}), **applied}}
        place = self.client.place(body).rpartition("/")[0]
        query = urlencode({"fieldManager": manager})
        self._done(self.client.send("POST", f"{place}?{query}", {**body, "metadata": metadata}))
        self._remember(body)

    def _remember(self, body: Body) -> None:
        if body["kind"] not in STAYS:
            self._made.append(body)

    def _delete(self, body: Body, *_: str) -> None:
        self._done(self.client.send("DELETE", self.client.place(body), None))

    def _wait(self, definition: Body) -> None:
        spec = definition["spec"]
        kind = spec["names"]["kind"]
        versions = [one["name"] for one in spec["versions"] if one["served"]]
        late = self.client.wait_for([(f"{spec['group']}/{one}", kind) for one in versions])
        assert not late, f"not served: {late}"

    @staticmethod
    def _done(answer: tuple[int, Any]) -> None:
        assert answer[0] < 400, answer[1]


def _requested(event: Mapping[str, Any]) -> Requested:
    about = event.get("objectRef", {})
    return Requested(
        event["verb"],
        event["requestURI"],
        event["user"]["username"],
        event.get("responseStatus", {}).get("code", 0),
        f"{about.get('resource', '')}.{about.get('apiGroup', '')}".strip("."),
    )


@contextmanager
def cluster(programs: Programs, folder: Path, *, audited: bool = True) -> Iterator[Cluster]:
    """A server with RBAC, and an audit log unless that is not wanted.

    `folder` holds what it takes to reach it.
    """
    policy = folder / "audit-policy.yaml"
    policy.write_text(json.dumps(AUDIT_POLICY))
    audit = folder / "audit.log"
    kept = (f"--audit-policy-file={policy}", f"--audit-log-path={audit}")
    with running(programs, (*FLAGS, *kept) if audited else FLAGS) as server, Client(server) as client:
        yield Cluster(server, client, kubeconfig(server, folder / "kubeconfig"), audit)


def kubeconfig(server: Server, file: Path) -> Path:
    """A file by which kubectl, and we, reach the server."""
    held = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [_named("here", "cluster", _address(server))],
        "users": [_named("tester", "user", {"token": server.token})],
        "contexts": [_named(CONTEXT, "context", {"cluster": "here", "user": "tester"})],
        "current-context": "",
    }
    file.write_text(json.dumps(held))
    return file


def _address(server: Server) -> Mapping[str, str]:
    return {
        "server": f"https://{server.host}:{server.port}",
        "certificate-authority": str(server.authority),
    }


def _named(name: str, what: str, held: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"name": name, what: held}


def arguments(there: Cluster) -> Sequence[str]:
    """What leads the command to the cluster."""
    return ("--kubeconfig", str(there.kubeconfig), "--context", CONTEXT)
