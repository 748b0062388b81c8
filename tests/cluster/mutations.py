"""Valid objects with one field changed: what people get wrong, by a fixed random seed.

Nothing here says whether a change makes an object illegal; that is for the API server to say.
Many do not, and those show false alarms.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
Body: TypeAlias = Mapping[str, Any]
Change: TypeAlias = tuple[Path, Any]
"""A place and what to write there; GONE takes away what is there."""
Mutator: TypeAlias = Callable[[Body, random.Random], Iterator[Change]]

GONE: Any = object()
SEED = 20_260
LONG = 300
ANNOTATION_BYTES = 262_144  # the most that all of an object may hold together


@dataclass(frozen=True, slots=True)
class Mutation:
    """An object with one change; `label` says of which sort."""

    label: str
    path: Path
    body: Body


def mutations(seeds: Iterable[Body], at_most: int, seed: int = SEED) -> Iterator[Mutation]:
    """Changes of each sort to each object, `at_most` of one sort to one object."""
    for body in seeds:
        for label, mutator in MUTATORS.items():
            chance = random.Random(f"{seed} {_name(body)} {label}")
            changes = list(mutator(body, chance))
            for path, value in chance.sample(changes, min(at_most, len(changes))):
                changed = _with(body, path, value)
                if changed != body:
                    yield Mutation(label, path, changed)


def _name(body: Body) -> str:
    return f"{body['apiVersion']} {body['kind']} {body['metadata']['name']}"


def _with(body: Body, path: Path, value: Any) -> Body:
    changed = copy.deepcopy(body)
    inner: Any = changed
    for step in path[:-1]:
        inner = inner[step]
    if value is GONE:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return changed


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value below an object's, except what says of which kind it is."""
    if isinstance(value, Mapping):
        inner: Iterable[tuple[Any, Any]] = value.items()
    else:
        inner = enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        if path or key not in ("apiVersion", "kind"):
            yield (*path, key), one
            yield from walk(one, (*path, key))


def _dropped(body: Body, _: random.Random) -> Iterator[Change]:
    for path, _value in walk(body):
        yield path, GONE


def _unknown(body: Body, _: random.Random) -> Iterator[Change]:
    for path, value in (((), body), *walk(body)):
        if isinstance(value, Mapping):
            yield (*path, "unknownField"), "x"


def _misspelt(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        key = path[-1]
        if isinstance(key, str) and len(key) > 3 and key.isalpha():
            at = chance.randrange(1, len(key) - 1)
            swapped = key[:at] + key[at + 1] + key[at] + key[at + 2 :]
            yield from _renamed(body, path, chance.choice([swapped, key.lower(), key + "s", key[:-1]]), value)


def _renamed(body: Body, path: Path, key: str, value: Any) -> Iterator[Change]:
    if key == path[-1]:
        return
    parent = {name: one for name, one in at(body, path[:-1]).items() if name != path[-1]}
    if path[:-1]:
        yield path[:-1], {**parent, key: value}


def _misplaced(body: Body, _: random.Random) -> Iterator[Change]:
    """A field one level too high."""
    for path, value in walk(body):
        parent = path[:-1]
        if len(path) > 2 and isinstance(path[-1], str) and isinstance(parent[-1], str):
            rest = {name: one for name, one in at(body, parent).items() if name != path[-1]}
            above = at(body, parent[:-1])
            yield parent[:-1], {**above, parent[-1]: rest, path[-1]: value}


def at(body: Any, path: Path) -> Any:
    """The value at a path."""
    for step in path:
        body = body[step]
    return body


def _wrong_type(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        yield path, chance.choice(_other_types(value))


def _other_types(value: Any) -> Sequence[Any]:
    if isinstance(value, bool):
        return ("true", 1, "yes", [True])
    if isinstance(value, int | float):
        return (str(value), "many", [value], {"value": value}, True)
    if isinstance(value, str):
        return (8080, True, 1.5, [value], {"name": value})
    if isinstance(value, list):
        return (value[0] if value else "x", {"items": value}, "x")
    return ([value], "x", 5, next(iter(value)) if value else "x")


def _null(body: Body, _: random.Random) -> Iterator[Change]:
    for path, _value in walk(body):
        yield path, None


def _null_item(body: Body, _: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if isinstance(value, list):
            yield path, [*value, None]


def _empty(body: Body, _: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if isinstance(value, str | list | Mapping):
            yield path, type(value)()


def _number(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if isinstance(value, int) and not isinstance(value, bool):
            yield path, chance.choice([-1, 0, 101, 65_536, 2**31, 2**40, 2**63, 1.5])


def _nearby_number(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if isinstance(value, int) and not isinstance(value, bool):
            yield path, chance.choice([1, value + 1, value * 2, value * 10, max(value - 1, 0)])


QUANTITIES = {
    *("requests", "limits", "capacity", "hard", "default", "defaultRequest", "min", "max", "podFixed"),
    *("sizeLimit", "divisor", "averageValue", "maximumVolumeSize", "budget"),
}
BAD_QUANTITIES = (
    "10 GB",
    "1GB",
    "lots",
    "-1",
    "1.5.5Gi",
    "",
    "1e",
    "0x10",
    "100mb",
    "1_000",
    "½",
    "5m ",
    "+",
    "1Kib",
)
ODD_QUANTITIES = (
    "1e3",
    "1E6",
    "0",
    "1.5",
    "0.5Gi",
    "+5",
    ".5",
    "5.",
    "12345678901234567890",
    "1n",
    "0.1m",
    2,
    1.5,
)


def _quantities(body: Body) -> Iterator[Path]:
    for path, value in walk(body):
        named = {step for step in path[-2:] if isinstance(step, str)}
        if isinstance(value, str | int) and named & QUANTITIES:
            yield path


def _quantity(body: Body, chance: random.Random) -> Iterator[Change]:
    for path in _quantities(body):
        yield path, chance.choice(BAD_QUANTITIES)


def _odd_quantity(body: Body, chance: random.Random) -> Iterator[Change]:
    for path in _quantities(body):
        yield path, chance.choice(ODD_QUANTITIES)


def _bad_enum(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if isinstance(value, str) and re.fullmatch(r"[A-Z][A-Za-z0-9]*|auto|manual", value):
            yield path, chance.choice(["Bogus", value.lower(), value + "s", value.upper(), " " + value])


WORDS = (
    ("Always", "OnFailure", "Never"),
    ("Always", "IfNotPresent", "Never"),
    ("ClusterIP", "NodePort", "LoadBalancer", "ExternalName"),
    ("TCP", "UDP", "SCTP"),
    ("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Equal"),
    ("NoSchedule", "PreferNoSchedule", "NoExecute"),
    ("Exact", "Prefix", "ImplementationSpecific"),
    ("Ingress", "Egress"),
    ("Utilization", "Value", "AverageValue"),
    ("Resource", "Pods", "Object", "External", "ContainerResource"),
    ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"),
    ("Retain", "Delete", "Recycle"),
    ("Role", "ClusterRole"),
    ("User", "Group", "ServiceAccount"),
    ("RollingUpdate", "Recreate", "OnDelete"),
    ("Indexed", "NonIndexed"),
    ("FailJob", "Ignore", "Count", "FailIndex"),
    ("ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"),
    ("Local", "Cluster"),
    ("IPv4", "IPv6", "FQDN"),
    ("None", "NoneOnDryRun", "Some", "Unknown"),
    ("Container", "Pod", "PersistentVolumeClaim"),
    ("Filesystem", "Block"),
    ("auto", "manual"),
    ("Namespaced", "Cluster"),
    ("Opaque", "kubernetes.io/tls", "kubernetes.io/basic-auth", "kubernetes.io/dockerconfigjson"),
)


def _other_word(body: Body, chance: random.Random) -> Iterator[Change]:
    """A word of the same sort, which may not go with the rest."""
    for path, value in walk(body):
        for words in WORDS:
            if isinstance(value, str) and value in words:
                yield path, chance.choice([word for word in words if word != value])


BAD_NAMES = (
    "Bad_Name",
    "-shop",
    "shop-",
    "a.b",
    "a b",
    "x" * 64,
    "x" * LONG,
    "UPPER",
    "9lives",
    "a..b",
    "ä",
    "..",
    "a/b",
)


def _name_syntax(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        key = str(path[-1])
        if isinstance(value, str) and (key == "name" or key.endswith(("Name", "Ref", "namespace"))):
            yield path, chance.choice(BAD_NAMES)


def _object_name(_: Body, chance: random.Random) -> Iterator[Change]:
    for name in chance.sample(BAD_NAMES, 3):
        yield ("metadata", "name"), name


def _namespace(body: Body, chance: random.Random) -> Iterator[Change]:
    yield (
        ("metadata", "namespace"),
        chance.choice(["Shop", "shop_1", "x" * 64, "a.b", "other space", "default"]),
    )


LABELS = {"labels", "matchLabels", "nodeSelector"}
BAD_KEYS = ("bad key", "a/b/c", "/a", "a/", "-a", "x" * 64, "Example.com/a", "a" * 254 + "/b", "ä", "a_b.c-d")
BAD_VALUES = ("bad value", "-a", "x" * 64, "a/b", "a:b", "ä", "a@b", "A_b.c-d", "")


def _label(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if path[-1] in LABELS and isinstance(value, Mapping):
            yield (*path, chance.choice(BAD_KEYS)), "x"
            yield (*path, chance.choice(["example.com/added", *value])), chance.choice(BAD_VALUES)
            yield (*path, "number"), chance.choice([1, True, None, 1.5])


def _annotation(body: Body, chance: random.Random) -> Iterator[Change]:
    held = body["metadata"].get("annotations", {})
    for key in chance.sample(BAD_KEYS, 2):
        yield ("metadata", "annotations"), {**held, key: "x"}
    yield ("metadata", "annotations"), {**held, "example.com/a": chance.choice([1, True, ["x"], {"a": "b"}])}
    yield (
        ("metadata", "annotations"),
        {**held, "example.com/big": "x" * chance.choice([1000, ANNOTATION_BYTES])},
    )


def _metadata(body: Body, chance: random.Random) -> Iterator[Change]:
    added: Mapping[str, Sequence[Any]] = {
        "finalizers": (["example.com/keep"], ["keep"], ["bad finalizer"], ["a/b/c"], "example.com/keep"),
        "ownerReferences": (
            [{"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": "1"}],
            [{"apiVersion": "v1", "kind": "ConfigMap", "name": "a"}],
            [{"apiVersion": "", "kind": "ConfigMap", "name": "a", "uid": "1"}],
        ),
        "generateName": ("shop-", "Bad_", ""),
        "creationTimestamp": (None, "yesterday", "2026-01-02T03:04:05Z"),
        "deletionGracePeriodSeconds": (5, "5"),
        "clusterName": ("x",),
        "selfLink": ("/x",),
        "generation": (1, -1, "1"),
    }
    for key, values in added.items():
        yield ("metadata", key), chance.choice(values)


def _repeated(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if isinstance(value, list) and value:
            yield path, [*value, copy.deepcopy(chance.choice(value))]


KEYS = ("name", "containerPort", "port", "mountPath", "key", "ip", "type", "topologyKey", "path")


def _same_key(body: Body, chance: random.Random) -> Iterator[Change]:
    """A second item with the same key and another field changed or away."""
    for path, value in walk(body):
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            item = dict(chance.choice(value))
            other = [name for name in item if name not in KEYS]
            if other:
                name = chance.choice(other)
                item[name] = f"{item[name]}x" if isinstance(item[name], str) else item[name]
                if not isinstance(item[name], str):
                    del item[name]
                yield path, [*value, item]


def _base64(body: Body, chance: random.Random) -> Iterator[Change]:
    bad = ("not base64!", "aHVudGVyMg", "hunter2", "aHVu dGVyMg==", "aHVudGVyMg==\n", "a-_b", "=", "äöü", 5)
    for path, value in walk(body):
        if path[0] in ("data", "binaryData") and isinstance(value, str):
            yield path, chance.choice(bad)
            yield (
                (*path[:-1], chance.choice(["bad key", "a/b", "..", "x" * 254, ".hidden", "ok_key", ""])),
                value,
            )
        elif path[-1] in ("caBundle", "secret", "request"):
            yield path, chance.choice(bad)


CRONS = (
    "* * * *",
    "60 * * * *",
    "@daily",
    "@every 5m",
    "*/0 * * * *",
    "0 0 31 2 *",
    "a * * * *",
    "",
    "5 4 * * sun",
    "0 24 * * *",
)
CRONS += (
    "* * * * * *",
    "CRON_TZ=UTC 0 0 * * *",
    "1-80 * * * *",
    "@never",
    "0 0 * * 7",
    "0 0 * * MON-FRI",
    "H * * * *",
    "0 0 ? * *",
)


def _cron(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, _value in walk(body):
        if path[-1] == "schedule":
            for cron in chance.sample(CRONS, 6):
                yield path, cron
        elif path[-1] == "timeZone":
            yield path, chance.choice(["Local", "Europe/Nowhere", "utc", "Etc/UTC", "", "+01:00"])


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


def _int_or_string(body: Body, chance: random.Random) -> Iterator[Change]:
    bad = ("25", "-5%", "x%", "101%", -1, True, "0%", 0, "25 %", "1.5%", 1.5, "100%", [], "150%")
    for path, _value in walk(body):
        if path[-1] in ("maxSurge", "maxUnavailable", "minAvailable", "partition", "targetPort"):
            for one in chance.sample(bad, 3):
                yield path, one


def _environment(body: Body, chance: random.Random) -> Iterator[Change]:
    names = ("1A", "a=b", "", "a b", "A.B", "a-b", "ä", "A" * LONG, "..")
    for path, value in walk(body):
        if path[-1] == "env" and isinstance(value, list):
            yield path, [*value, {"name": chance.choice(names), "value": "x"}]
            yield path, [*value, {"name": "NUMBER", "value": chance.choice([8080, True, None, 1.5])}]
            where = chance.choice(["metadata.nme", "status.podIP", "metadata.labels['a']", "spec.x", ""])
            yield path, [*value, {"name": "FIELD", "valueFrom": {"fieldRef": {"fieldPath": where}}}]
            yield path, [*value, {"name": "NOTHING", "valueFrom": {}}]


def _time(body: Body, chance: random.Random) -> Iterator[Change]:
    bad = (
        "yesterday",
        "2026-01-02",
        "2026-13-02T03:04:05Z",
        "2026-01-02 03:04:05",
        "",
        5,
        "2026-01-02T03:04:05+01:00",
    )
    for path, value in walk(body):
        if isinstance(value, str) and re.match(r"\d{4}-\d\d-\d\dT", value):
            yield path, chance.choice(bad)
        elif path[-1] == "every":
            yield path, chance.choice(["5", "five", "1d", "", "1.5h", "5 m"])


def _address(body: Body, chance: random.Random) -> Iterator[Change]:
    ips = ("300.1.1.1", "1.2.3", "::1", "", "localhost", "010.0.0.1", "127.0.0.1", "0.0.0.0", "10.0.0.1/24")
    cidrs = ("10.0.0.0/33", "10.0.0.0", "10.0.0.1/8", "::/0", "x/8", "", "0.0.0.0/0", "010.0.0.0/8")
    for path, value in walk(body):
        if isinstance(value, str) and re.fullmatch(r"[\d.]+\.\d+", value):
            yield path, chance.choice(ips)
        elif isinstance(value, str) and re.fullmatch(r"[\d.]+/\d+", value):
            yield path, chance.choice(cidrs)


def _path(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, value in walk(body):
        if isinstance(value, str) and value.startswith("/"):
            yield (
                path,
                chance.choice(["relative", "../up", "/a/../b", "", "/a//b", "/ä", "/a b", "/a/%2f", "/ok"]),
            )


def _image(body: Body, chance: random.Random) -> Iterator[Change]:
    for path, _value in walk(body):
        if path[-1] == "image":
            yield (
                path,
                chance.choice(["", " nginx", "nginx ", "UPPER/Image:tag", "nginx:", "a@sha256:1", "nginx"]),
            )


def _host(body: Body, chance: random.Random) -> Iterator[Change]:
    hosts = (
        "UPPER.example.com",
        "a_b.example.com",
        "*",
        "*.com",
        "a.*.com",
        "192.0.2.1",
        "http://a.com",
        "a.com:80",
    )
    for path, value in walk(body):
        if isinstance(value, str) and re.fullmatch(r"[a-z*.-]*[a-z]+\.(example\.com|cluster\.local)", value):
            yield path, chance.choice([*hosts, "", "-a.com", "a..com", "x" * 64 + ".com", "a.com."])


def _expression(body: Body, chance: random.Random) -> Iterator[Change]:
    broken = ("object.", "1 + ", "undefined == 1", "'text'", "self.", "true", "size(5)", "self.nope == 1", "")
    for path, _value in walk(body):
        if path[-1] in ("rule", "expression", "messageExpression", "valueExpression"):
            for one in chance.sample(broken, 2):
                yield path, one
        elif path[-1] in ("jsonPath", "specReplicasPath", "pattern"):
            yield path, chance.choice(["spec", ".spec[", "(", ".status.x", "", "[a-z"])


def _other_text(body: Body, chance: random.Random) -> Iterator[Change]:
    """Another text: most are as good as the one before, some break what belongs together."""
    for path, value in walk(body):
        if isinstance(value, str):
            yield (
                path,
                chance.choice(["other", value + "-x", value + ".x", value[:-1], value * 3, "example.com/x"]),
            )


MUTATORS: Mapping[str, Mutator] = {
    "dropped field": _dropped,
    "unknown field": _unknown,
    "misspelt field": _misspelt,
    "misplaced field": _misplaced,
    "wrong type": _wrong_type,
    "null": _null,
    "null item": _null_item,
    "empty": _empty,
    "number": _number,
    "nearby number": _nearby_number,
    "bad quantity": _quantity,
    "odd quantity": _odd_quantity,
    "bad enum": _bad_enum,
    "other enum": _other_word,
    "name of something": _name_syntax,
    "name of the object": _object_name,
    "namespace": _namespace,
    "label": _label,
    "annotation": _annotation,
    "metadata": _metadata,
    "repeated item": _repeated,
    "same key": _same_key,
    "base64": _base64,
    "schedule": _cron,
    "port": _port,
    "protocol": _protocol,
    "selector": _selector,
    "two of a union": _pair,
    "role reference": _role_ref,
    "requests and limits": _requests,
    "volume mount": _mount,
    "int or string": _int_or_string,
    "environment variable": _environment,
    "time": _time,
    "address": _address,
    "path": _path,
    "image": _image,
    "host": _host,
    "expression": _expression,
    "other text": _other_text,
}
