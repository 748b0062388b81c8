"""The texts of an object that can lead somewhere: addresses, hosts, databases, buckets."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at

_MAX_LENGTH = 200_000
_MAX_LINE = 2_000
_MAX_DEPTH = 40

# Names of things inside the cluster, of issuers, and words for people.
_SKIPPED = frozenset(
    {
        *("apiVersion", "kind", "metadata", "status", "image", "name", "labels", "matchLabels", "selector"),
        *(
            "annotations",
            "issuerRef",
            "clusterIssuer",
            "serviceAccountName",
            "storageClassName",
        ),
        *("description", "summary", "message", "runbook_url", "caBundle", "imagePullSecrets", "topologyKey"),
    }
)
_LEADING = frozenset(
    {
        *("host", "hosts", "hostname", "hostnames", "url", "uri", "endpoint", "addr", "address", "server"),
        *("broker", "brokers", "bucket", "database", "db", "dsn", "schema", "queue", "topic", "table"),
        *(
            "remote",
            "extract",
            "upstream",
            "backend",
            "origin",
            "issuer",
            "domain",
            "vault",
            "account",
            "project",
            "connection",
        ),
    }
)
_STORED = ("remoteRef", "extract")
_DELIVERING = ("argoproj.io", "fluxcd.io")
_VALUES: Mapping[str, tuple[FieldPath, ...]] = {
    "HelmRelease": (("spec", "values"),),
    "Application": (("spec", "source", "helm"),),
}
_DATA = frozenset(
    {
        *("db", "database", "dsn", "jdbc", "postgres", "postgresql", "mysql", "mongo", "mongodb", "redis"),
        *("bucket", "queue", "topic", "kafka", "broker", "brokers", "amqp", "sqs", "s3", "gs", "schema"),
    }
)
_SETTING = re.compile(r"\s*[\"']?(?P<key>[\w./-]{1,200})[\"']?\s*[:=]\s*(?P<value>.+)\Z")
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_USER = re.compile(r"(?<=://)[^/@\s]*@|[\w.+-]+@")
_HOST = re.compile(r"://(?P<host>[^/?#\s]*)")
# Names of the machine itself, and hosts of the world that have these names.
_LOCAL = ("file://", "unix://", "npipe://")
_PUBLIC = ("dev.azure.com", "dev.mysql.com", "dev.to", "test.pypi.org")
# Words that in the path of an address mean an environment, and not a device or a trial.
_IN_PATHS = re.compile(r"prod|stag|stg|qa|uat", re.IGNORECASE)
_NAME_PARTS = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z])(?=[A-Z])")
_FILE = re.compile(
    r"\.(?:ya?ml|json|properties|conf|cfg|xml|txt|pem|crt|cert|key|sh|py|js|ts|html?|css|log|toml|ini|jar|so|go|"
    r"sql|csv|tpl|tmpl|md|d|env|sock|pid|zip|gz)\Z"
)
_PACKAGE = re.compile(r"(?:com|org|io|net|de|fr|uk|dev)\.[a-z]")
_MOST_WORDS = 4


class Text(Struct, frozen=True):
    """A line that leads somewhere: where it stands, and the words of it that say where.

    `place` names list items by their names, so that it is the same in all variants; `line` counts from 1 in
    a value of several lines, else it is 0. `is_data`: it leads to a store of data. `is_secret`: it must not
    be repeated.
    """

    path: FieldPath
    place: tuple[str, ...]
    line: int
    text: str
    words: tuple[str, ...]
    is_data: bool
    is_secret: bool = False


def texts_of(on: RenderedObject, names: re.Pattern[str]) -> Iterator[Text]:
    """All such lines of an object of which a word may name an environment, as `names` finds."""
    if on.kind == "Secret" and not on.key.group:
        for path, value in _decoded(on.body):
            if names.search(value):
                yield from _lines(value, path, tuple(map(str, path)), str(path[-1]), is_secret=True)
        return
    if on.key.group.endswith(_DELIVERING):
        yield from _values_of_charts(on, names)
        return
    for key, value in on.body.items():
        if key not in _SKIPPED:
            yield from _walk(value, (key,), (str(key),), str(key), names)


def _values_of_charts(on: RenderedObject, names: re.Pattern[str]) -> Iterator[Text]:
    """What delivery objects give to charts, which need not be here to be rendered."""
    for path in _VALUES.get(on.kind, ()):
        held = value_at(on.body, path)
        if held is not None:
            yield from _walk(held, path, tuple(map(str, path)), str(path[-1]), names)


def _decoded(body: Mapping[str, Any]) -> Iterator[tuple[FieldPath, str]]:
    for field in ("data", "stringData"):
        held = body.get(field)
        for key, value in held.items() if isinstance(held, Mapping) else ():
            if not isinstance(value, str) or not isinstance(key, str) or len(value) > _MAX_LENGTH:
                continue
            try:
                text = base64.b64decode(value, validate=True).decode() if field == "data" else value
            except (binascii.Error, ValueError):
                continue
            yield (field, key), text


def _walk(
    value: Any, path: FieldPath, place: tuple[str, ...], key: str, names: re.Pattern[str]
) -> Iterator[Text]:
    if len(path) > _MAX_DEPTH:
        return
    if isinstance(value, str):
        if names.search(value):
            yield from _lines(value, path, place, key)
    elif isinstance(value, Mapping):
        named = value.get("name")
        for name, one in value.items():
            if name not in _SKIPPED:
                # What an entry of `env` says stands in its `value`.
                inner = named if name == "value" and isinstance(named, str) else str(name)
                # The name of a secret in a store, as ExternalSecrets have it.
                inner = key if name == "key" and key in _STORED else inner
                yield from _walk(one, (*path, name), (*place, str(name)), inner, names)
    elif isinstance(value, list):
        for index, one in enumerate(value):
            named = one.get("name") if isinstance(one, Mapping) else None
            yield from _walk(one, (*path, index), (*place, str(named) if named else str(index)), key, names)


def _lines(
    value: str, path: FieldPath, place: tuple[str, ...], key: str, *, is_secret: bool = False
) -> Iterator[Text]:
    if len(value) > _MAX_LENGTH:
        return
    lines = value.splitlines()
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if not text or len(text) > _MAX_LINE or (text.startswith(("#", "//", ";", "--")) and len(lines) > 1):
            continue
        setting = _SETTING.match(text) if len(lines) > 1 or text.startswith("--") else None
        name, said = (setting["key"], setting["value"]) if setting else (key, text)
        words = tuple(_words(said, name))
        if words:
            is_data = not _DATA.isdisjoint((*_parts(name), *_parts(said.partition("://")[0])))
            at = number if len(lines) > 1 else 0
            yield Text(path, place, at, text, words, is_data, is_secret)


def _words(value: str, key: str) -> Iterator[str]:
    """The words of a value that lead somewhere."""
    held = _USER.sub("", value)
    if "://" in held:
        yield from _words_of_address(held)
        return
    words = _WORD.findall(held)
    if len(held.split()) > _MOST_WORDS:
        return
    leads = not _LEADING.isdisjoint(_parts(key))
    for word in words:
        if "." in word.strip("."):
            is_file = _FILE.search(word) or _PACKAGE.match(word) or "/" in held.partition(word)[0]
            if not is_file and not word.lower().endswith(_PUBLIC):
                yield word
        elif leads:
            yield word


def _words_of_address(value: str) -> Iterator[str]:
    if value.lower().startswith(_LOCAL):
        return
    for found in _HOST.finditer(value):
        yield from (one for one in _WORD.findall(found["host"]) if not one.lower().endswith(_PUBLIC))
    yield from (one for one in _WORD.findall(_HOST.sub(" ", value)) if _IN_PATHS.search(one))


def _parts(name: str) -> list[str]:
    return [one.lower() for one in _NAME_PARTS.split(name) if one]
