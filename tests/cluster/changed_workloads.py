"""What belongs together in workloads, Services and roles."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from .changes import GONE, Body, Change, Mutator, walk

LONG = 300

PORTS = {"containerPort", "port", "hostPort", "nodePort", "number", "targetPort", "endPort"}


BAD_PORTS = (0, -1, 65_536, "HTTP", "http_port", "a-very-long-port-name", "80", "--", "", 8080, 30_000, 443)


def _port(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if path[-1] in PORTS and isinstance(value, int | str):
            for port in chance.sample(BAD_PORTS, 2):
                yield path, port


def _protocol(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if path[-1] == "protocol":
            yield path, chance.choice(["tcp", "HTTP", "UDP", "SCTP", ""])
        elif path[-1] in ("ports",) and isinstance(value, list):
            for at_, item in enumerate(value):
                if isinstance(item, Mapping):
                    yield (*path, at_, "protocol"), chance.choice(["tcp", "ICMP", "UDP"])


def _selector(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if path[-1] in ("selector", "podSelector", "namespaceSelector", "labelSelector"):
            yield (
                path,
                chance.choice([{}, {"matchLabels": {"app": "other"}}, {"matchLabels": {}}, {"app": "x"}]),
            )
        if path[-1] == "matchExpressions" and isinstance(value, list) and value:
            for field, other in (
                ("operator", "Exists"),
                ("operator", "Gt"),
                ("values", []),
                ("key", "bad key"),
            ):
                yield path, [{**value[0], field: other}, *value[1:]]
        if path[-1] in ("matchLabels", "labels") and isinstance(value, Mapping) and value:
            yield path, {"app": "other"}


def _pair(body: Body, _: random.Random) -> Iterator[Change]:
    """A second of what excludes one another."""
    pairs: Mapping[str, tuple[str, Any]] = {
        "minAvailable": ("maxUnavailable", 1),
        "emptyDir": ("hostPath", {"path": "/x"}),
        "configMap": ("secret", {"secretName": "x"}),
        "secret": ("configMap", {"name": "x"}),
        "httpGet": ("tcpSocket", {"port": 80}),
        "exec": ("httpGet", {"path": "/", "port": 80}),
        "grpc": ("exec", {"command": ["x"]}),
        "value": ("valueFrom", {"fieldRef": {"fieldPath": "metadata.name"}}),
        "valueFrom": ("value", "x"),
        "configMapRef": ("secretRef", {"name": "x"}),
        "secretKeyRef": ("configMapKeyRef", {"name": "x", "key": "y"}),
        "fieldRef": ("resourceFieldRef", {"resource": "limits.cpu"}),
        "service": ("url", "https://x.example.com"),
        "url": ("service", {"name": "x", "namespace": "y"}),
        "ipBlock": ("podSelector", {}),
        "averageUtilization": ("averageValue", "5"),
        "averageValue": ("value", "5"),
        "nfs": ("hostPath", {"path": "/x"}),
        "csi": ("nfs", {"server": "x", "path": "/x"}),
        "git": ("bucket", {"name": "x"}),
        "start": ("after", "x"),
        "number": ("name", "http"),
        "resources": ("nonResourceURLs", ["/x"]),
        "subPath": ("subPathExpr", "x"),
        "onExitCodes": ("onPodConditions", [{"type": "A", "status": "True"}]),
        "selector": ("externalName", "x.example.com"),
        "clusterIP": ("clusterIPs", ["10.0.0.9"]),
    }
    for path, _value in walk(body):
        added = pairs.get(str(path[-1]))
        if added:
            yield (*path[:-1], added[0]), added[1]


def _role_ref(body: Body, chance: random.Random) -> Iterator[Change]:
    if "roleRef" in body:
        yield ("roleRef", "kind"), chance.choice(["Roles", "ServiceAccount", "", "role"])
        yield ("roleRef", "apiGroup"), chance.choice(["", "rbac", "v1", "rbac.authorization.k8s.io/v1"])
        yield ("roleRef", "name"), chance.choice(["", "a/b", "system:admin", ".."])
        yield ("subjects", 0, "kind"), chance.choice(["user", "ServiceAccounts", "Role"])
        yield ("subjects", 0, "apiGroup"), chance.choice(["", "v1", "rbac.authorization.k8s.io"])


def _requests(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if path[-1] == "resources" and isinstance(value, Mapping) and "limits" in value:
            name = chance.choice(list(value["limits"]))
            yield (*path, "requests"), {**value.get("requests", {}), name: "1000Gi"}
            yield (*path, "limits"), {**value["limits"], "gpu": 1}
            yield (*path, "limits"), {**value["limits"], "example.com/gpu": chance.choice([1, "1.5", "500m"])}
            yield (*path, "requests"), {**value.get("requests", {}), "example.com/gpu": 1}
            yield (*path, "limits", name), "1m"
        elif path[-1] in ("min", "max", "default", "defaultRequest") and isinstance(value, Mapping):
            yield path, dict.fromkeys(value, chance.choice(["1", "1000Gi"]))


def _mount(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if path[-1] == "volumeMounts" and isinstance(value, list):
            yield path, [{**value[0], "name": "no-such-volume"}, *value[1:]]
            yield path, [*value, {"name": value[0]["name"], "mountPath": "/second"}]
            yield path, [{**value[0], "mountPath": chance.choice(["", "a:b", "relative"])}, *value[1:]]
            yield path, [{**value[0], "subPath": chance.choice(["/abs", "../up", "ok"])}, *value[1:]]
        elif path[-1] == "volumes":
            yield path, GONE
            yield path, [*value, {"name": chance.choice(["extra", "Bad_Name", value[0]["name"]])}]


def _environment(body: Body, chance: random.Random) -> Iterator[Change]:
    names = ("1A", "a=b", "", "a b", "A.B", "a-b", "ä", "A" * LONG, "..")
    for path, value in walk(body):
        if path[-1] == "env" and isinstance(value, list):
            yield path, [*value, {"name": chance.choice(names), "value": "x"}]
            yield path, [*value, {"name": "NUMBER", "value": chance.choice([8080, True, None, 1.5])}]
            where = chance.choice(["metadata.nme", "status.podIP", "metadata.labels['a']", "spec.x", ""])
            yield path, [*value, {"name": "FIELD", "valueFrom": {"fieldRef": {"fieldPath": where}}}]
            yield path, [*value, {"name": "NOTHING", "valueFrom": {}}]


def _image(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, _value in walk(body):
        if path[-1] == "image":
            yield (
                path,
                chance.choice(["", " nginx", "nginx ", "UPPER/Image:tag", "nginx:", "a@sha256:1", "nginx"]),
            )


MUTATORS: Mapping[str, Mutator] = {
    "port": _port,
    "protocol": _protocol,
    "selector": _selector,
    "two of a union": _pair,
    "role reference": _role_ref,
    "requests and limits": _requests,
    "volume mount": _mount,
    "environment variable": _environment,
    "image": _image,
}
