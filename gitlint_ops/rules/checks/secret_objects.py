"""Where objects and chart values hold credentials."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import api_group
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.checks import secret_values as values
from gitlint_ops.rules.checks.known_tokens import MIN_CHARACTERS, known_token, may_hold_token
from gitlint_ops.rules.checks.secret_names import NameKind, name_kind
from gitlint_ops.rules.checks.secret_texts import (
    WHOLE,
    is_address_with_credential,
    is_named_secret,
    line_elsewhere,
    line_in_secret,
    token_line,
)
from gitlint_ops.rules.subjects import containers_of

_KEY_FILES = (".jks", ".p12", ".pfx", ".keystore", ".key", ".ppk")
# Members of chart values that name Secrets and keys in them, or that hold no configuration.
_REFERENCES = ("ref", "refs", "annotations", "labels", "selector", "secretkeys", "envfrom", "matchlabels")
_VALUES_AT: Mapping[str, tuple[FieldPath, ...]] = {
    "HelmRelease": (("spec", "values"),),
    "Application": (("spec", "source", "helm", "valuesObject"), ("spec", "source", "helm", "parameters")),
}
# Objects of these groups name what a vault holds, often by UUID.
_GROUPS_OF_VAULTS = ("external-secrets.io", "onepassword.com", "bitwarden.com", "hashicorp.com", "k8s.io")
_LISTING_ADDRESSES = frozenset({"resources", "bases", "components", "crds", "helmCharts"})
_UNENCRYPTED_SUFFIX = "_unencrypted"


class Credential(Struct, frozen=True):
    """A value that is a credential; `line` is the line of its text, `WHOLE` where it is all of it."""

    path: FieldPath
    what: str
    line: int = WHOLE


def credentials(body: Any) -> Iterator[Credential]:
    """The credentials of an object, each field once."""
    return _once(_in_object((), body, depth=0), known_tokens(body))


def credentials_of_values(body: Any) -> Iterator[Credential]:
    """The credentials of a chart's values, each field once."""
    encrypted = isinstance(body, Mapping) and "sops" in body
    return _once(() if encrypted else _in_values((), body), known_tokens(body))


def credentials_of_addresses(body: Any) -> Iterator[Credential]:
    """The credentials in the addresses that a kustomization takes things from."""
    for path, key, text in _texts(body):
        if (*path, key)[0] in _LISTING_ADDRESSES and is_address_with_credential(text):
            yield Credential((*path, key), f"a credential in an address of '{path[0]}'")


def known_tokens(body: Any) -> Iterator[Credential]:
    """Private keys and tokens of known services, whatever the field."""
    encoded = ("data",) if isinstance(body, Mapping) and body.get("kind") == "Secret" else None
    if encoded is None and not may_hold_token("\n".join(_long_texts(body))):
        return
    for path, key, text in _texts(body, MIN_CHARACTERS):
        plain = (_plain(text) or "") if path == encoded else text
        line = token_line(plain)
        if line is not None:
            yield Credential((*path, key), f"{known_token(plain)} in '{_named(path, key)}'", line)


def _once(*found: Iterable[Credential]) -> Iterator[Credential]:
    seen: set[FieldPath] = set()
    for credentials_found in found:
        for one in credentials_found:
            if one.path not in seen:
                seen.add(one.path)
                yield one


def _texts(body: Any, shortest: int = 0) -> Iterator[tuple[FieldPath, str | int, str]]:
    """Every string of `shortest` characters or more with the path of what holds it.

    What an alias repeats comes once.
    """
    pending: list[tuple[FieldPath, Any]] = [((), body)]
    seen: set[int] = set()
    while pending:
        path, held = pending.pop()
        if id(held) in seen:
            continue
        seen.add(id(held))
        pairs: Iterable[tuple[Any, Any]] = held.items() if isinstance(held, dict) else ()
        for key, value in enumerate(held) if isinstance(held, list) else pairs:
            if isinstance(value, str):
                if len(value) >= shortest:
                    yield path, key, value
            elif isinstance(value, (dict, list)):
                pending.append(((*path, key), value))


def _long_texts(body: Any) -> list[str]:
    """The strings of which `_texts` tells the places, at half the cost."""
    found: list[str] = []
    pending = [body]
    seen: set[int] = set()
    while pending:
        held = pending.pop()
        if id(held) in seen:
            continue
        seen.add(id(held))
        values: Iterable[Any] = held.values() if isinstance(held, dict) else ()
        for value in held if isinstance(held, list) else values:
            if isinstance(value, str):
                if len(value) >= MIN_CHARACTERS:
                    found.append(value)
            elif isinstance(value, (dict, list)):
                pending.append(value)
    return found


def _named(path: FieldPath, key: str | int) -> str:
    return next((part for part in reversed((*path, key)) if isinstance(part, str)), str(key))


def _in_object(start: FieldPath, body: Any, depth: int, *, encrypted: bool = False) -> Iterator[Credential]:
    """Credentials of an object, and of those that a List or Template wraps."""
    if not isinstance(body, Mapping) or depth > 3:
        return
    kind = body.get("kind")
    # SOPS writes its block at the root of what it encrypts, which can be a whole List.
    sops = body.get("sops")
    encrypted = encrypted or sops is not None
    if kind == "Secret":
        yield from _in_secret(start, body, _is_left_clear(sops))
    for wrapper in ("items", "objects"):
        items = body.get(wrapper) if kind in ("Template", "List") or str(kind).endswith("List") else None
        for index, item in enumerate(items if isinstance(items, list) else ()):
            yield from _in_object((*start, wrapper, index), item, depth + 1, encrypted=encrypted)
    if encrypted:
        return
    if kind == "Template":
        yield from _in_values((*start, "parameters"), body.get("parameters"))
    for path in _VALUES_AT.get(kind, ()) if isinstance(kind, str) else ():
        yield from _in_values((*start, *path), value_at(body, path))
    yield from _in_env(start, body)
    yield from _identifiers(start, body)


def _is_left_clear(sops: Any) -> Callable[[str], bool]:
    """Which keys SOPS leaves in clear because somebody said so; what it merely missed is none.

    Source: github.com/getsops/sops, README ("Encrypting only parts of a file").
    """
    held = sops if isinstance(sops, Mapping) else {}
    suffix, pattern = held.get("unencrypted_suffix"), held.get("unencrypted_regex")
    if suffix is None and sops is not None:
        suffix = _UNENCRYPTED_SUFFIX
    try:
        regex = re.compile(pattern) if isinstance(pattern, str) and pattern else None
    except re.error:
        regex = None
    return lambda key: bool(
        (isinstance(suffix, str) and suffix and key.endswith(suffix)) or (regex and regex.search(key))
    )


def _in_secret(
    start: FieldPath, body: Mapping[str, Any], is_left_clear: Callable[[str], bool]
) -> Iterator[Credential]:
    """The keys of a v1 Secret that hold a credential."""
    if body.get("apiVersion", "v1") != "v1":
        return
    for member in ("data", "stringData"):
        held = body.get(member)
        for key, value in held.items() if isinstance(held, Mapping) else ():
            if not (isinstance(key, str) and isinstance(value, str)) or is_left_clear(key):
                continue
            line = _line_in_secret(key, value, member)
            if line is not None:
                yield Credential((*start, member, key), f"'{key}' of this Secret", line)


def _line_in_secret(key: str, value: str, member: str) -> int | None:
    if values.is_placeholder(value):
        return None
    text = _plain(value) if member == "data" else value
    if text is None:
        return WHOLE if key.lower().endswith(_KEY_FILES) or name_kind(key) is NameKind.SECRET else None
    return line_in_secret(key, text)


def _plain(value: str) -> str | None:
    """What base64 encodes, None where that is no text; what is no base64 stays as it is."""
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode()
    except UnicodeDecodeError:
        return None
    except (binascii.Error, ValueError):
        return value


def _in_env(start: FieldPath, body: Mapping[str, Any]) -> Iterator[Credential]:
    for path, container in containers_of(body):
        yield from _named_values((*start, *path, "env"), container.get("env"))
    yield from _named_values((*start, "spec", "config", "env"), value_at(body, ("spec", "config", "env")))


def _named_values(start: FieldPath, items: Any) -> Iterator[Credential]:
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if not isinstance(item, dict):
            continue
        name, value = item.get("name"), item.get("value")
        if isinstance(name, str) and isinstance(value, str):
            line = line_elsewhere(name, value)
            if line is not None:
                yield Credential((*start, index, "value"), f"the value of {name}", line)


def _in_values(start: FieldPath, body: Any) -> Iterator[Credential]:
    """Credentials in chart values, under keys that name one."""
    pending: list[tuple[FieldPath, Any]] = [(start, body)]
    while pending:
        path, held = pending.pop()
        if isinstance(held, list):
            yield from _named_values(path, held)
            pending.extend(((*path, index), item) for index, item in enumerate(held))
        elif isinstance(held, Mapping):
            for key, value in held.items():
                if not isinstance(key, str) or key.lower().endswith(_REFERENCES):
                    continue
                if isinstance(value, Mapping | list):
                    pending.append(((*path, key), value))
                line = line_elsewhere(key, value) if isinstance(value, str) else None
                if line is not None:
                    yield Credential((*path, key), f"the value of '{key}'", line)


def _identifiers(start: FieldPath, body: Mapping[str, Any]) -> Iterator[Credential]:
    """Members "secret" of custom resources that hold a UUID, as OAuth clients have them."""
    api_version = body.get("apiVersion")
    group = api_group(api_version) if isinstance(api_version, str) else ""
    if "." not in group or group.endswith(_GROUPS_OF_VAULTS):
        return
    for path, key, text in _texts(body.get("spec")):
        if isinstance(key, str) and values.is_uuid(text) and is_named_secret(key):
            yield Credential((*start, "spec", *path, key), f"the value of '{key}'")
