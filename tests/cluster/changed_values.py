"""Numbers, quantities, words of closed sets, times, addresses, paths and expressions."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping

from .changes import Body, Change, Mutator, Path, walk


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


def _int_or_string(body: Body, chance: random.Random) -> Iterator[Change]:
    bad = ("25", "-5%", "x%", "101%", -1, True, "0%", 0, "25 %", "1.5%", 1.5, "100%", [], "150%")
    for path, _value in walk(body):
        if path[-1] in ("maxSurge", "maxUnavailable", "minAvailable", "partition", "targetPort"):
            for one in chance.sample(bad, 3):
                yield path, one


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
    "number": _number,
    "nearby number": _nearby_number,
    "bad quantity": _quantity,
    "odd quantity": _odd_quantity,
    "bad enum": _bad_enum,
    "other enum": _other_word,
    "base64": _base64,
    "schedule": _cron,
    "int or string": _int_or_string,
    "time": _time,
    "address": _address,
    "path": _path,
    "expression": _expression,
    "other text": _other_text,
}
