"""Names, labels, annotations and what else stands in metadata."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .changes import Body, Change, Mutator, walk

LONG = 300


ANNOTATION_BYTES = 262_144  # the most that all of an object may hold together
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


MUTATORS: Mapping[str, Mutator] = {
    "name of something": _name_syntax,
    "name of the object": _object_name,
    "namespace": _namespace,
    "label": _label,
    "annotation": _annotation,
    "metadata": _metadata,
    "host": _host,
}
