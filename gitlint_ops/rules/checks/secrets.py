"""Credentials that stand in the repository in clear."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.blame import Via, at, origin
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.model.objects import DocumentRole, RenderedObject, SourceDocument
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.checks import secret_values as values
from gitlint_ops.rules.checks.known_tokens import known_token
from gitlint_ops.rules.checks.secret_names import NameKind, name_kind
from gitlint_ops.rules.subjects import Params, containers_of

_HINT = "keep it out of Git (SOPS, a SealedSecret, an ExternalSecret), and change it: history still holds it"
_JUDGED_ROLES = frozenset({DocumentRole.OBJECT, DocumentRole.PATCH, DocumentRole.CHART_VALUES})
_KEY_FILES = (".jks", ".p12", ".pfx", ".keystore", ".key", ".ppk")
# Members of chart values that name Secrets and keys in them, or that hold no configuration.
_REFERENCES = ("ref", "refs", "annotations", "labels", "selector", "secretkeys", "envfrom", "matchlabels")
_VALUES_AT: Mapping[str, tuple[FieldPath, ...]] = {
    "HelmRelease": (("spec", "values"),),
    "Application": (("spec", "source", "helm", "valuesObject"), ("spec", "source", "helm", "parameters")),
}


def plaintext(subject: SourceDocument | RenderedObject, _params: Params) -> Iterator[Violation]:
    """Credentials in a document as it stands, and in a Secret that a generator makes."""
    if isinstance(subject, SourceDocument):
        if subject.delivered and subject.role in _JUDGED_ROLES and isinstance(subject.body, Mapping):
            yield from _in_document(subject)
    elif subject.kind == "Secret":
        for path, what in _in_secret(subject.body):
            if origin(at(subject.blame, path)).via is Via.GENERATOR:
                yield _violation(subject, path, what)


def _violation(on: RenderedObject | DocumentRef, path: FieldPath, what: str) -> Violation:
    return Violation(on, path, f"{what} stands in the repository in clear", hint=_HINT)


def _in_document(document: SourceDocument) -> Iterator[Violation]:
    if document.role is DocumentRole.CHART_VALUES:
        found = () if "sops" in document.body else _in_values((), document.body)
    else:
        found = _in_object((), document.body, depth=0)
    for path, what in found:
        yield _violation(document.ref, path, what)


def _in_object(start: FieldPath, body: Any, depth: int) -> Iterator[tuple[FieldPath, str]]:
    """Credentials of an object, and of those that a List or Template wraps."""
    # SOPS writes its block at the root of what it encrypts, which can be a whole List.
    if not isinstance(body, Mapping) or "sops" in body or depth > 3:
        return
    kind = body.get("kind")
    if kind == "Secret":
        yield from (((*start, *path), what) for path, what in _in_secret(body))
    elif kind == "ConfigMap":
        yield from _tokens((*start, "data"), body.get("data"))
    for wrapper in ("items", "objects"):
        items = body.get(wrapper) if kind in ("Template", "List") or str(kind).endswith("List") else None
        for index, item in enumerate(items if isinstance(items, list) else ()):
            yield from _in_object((*start, wrapper, index), item, depth + 1)
    if kind == "Template":
        yield from _in_values((*start, "parameters"), body.get("parameters"))
    for path in _VALUES_AT.get(kind, ()) if isinstance(kind, str) else ():
        yield from _in_values((*start, *path), value_at(body, path))
    yield from _in_env(start, body)


def _in_secret(body: Mapping[str, Any]) -> Iterator[tuple[FieldPath, str]]:
    """The keys of a v1 Secret that hold a credential."""
    if body.get("apiVersion", "v1") != "v1":
        return
    for member in ("data", "stringData"):
        held = body.get(member)
        for key, value in held.items() if isinstance(held, Mapping) else ():
            if isinstance(key, str) and isinstance(value, str) and _is_kept_in_secret(key, value, member):
                yield (member, key), f"'{key}' of this Secret"


def _is_kept_in_secret(key: str, value: str, member: str) -> bool:
    if values.is_placeholder(value):
        return False
    text = _plain(value) if member == "data" else value
    if text is None:
        return key.lower().endswith(_KEY_FILES) or name_kind(key) is NameKind.SECRET
    return _is_credential(key, text, in_secret=True)


def _plain(value: str) -> str | None:
    """What base64 encodes, None where that is no text; what is no base64 stays as it is."""
    try:
        return base64.b64decode("".join(value.split()), validate=True).decode()
    except UnicodeDecodeError:
        return None
    except (binascii.Error, ValueError):
        return value


def _is_credential(name: str, text: str, *, in_secret: bool) -> bool:
    """Whether a text under this name is a credential that is really used."""
    if values.is_placeholder(text):
        return False
    if known_token(text) or values.url_passwords(text):
        return True
    if values.is_public(text) or values.is_harmless(text):
        return False
    if "\n" in text.strip() or text.lstrip().startswith(("{", "[")):
        return _holds_credentials(text)
    kind = name_kind(name)
    if in_secret:
        return kind in (NameKind.SECRET, NameKind.REFERENCE_OR_SECRET) or (
            kind is NameKind.UNKNOWN and values.is_random(text)
        )
    return _is_outside_secret(kind, text)


def _is_outside_secret(kind: NameKind, text: str) -> bool:
    """Outside of Secrets a "secret" or a "key" is often the name of one."""
    if kind is NameKind.REFERENCE_OR_SECRET:
        return values.is_random(text)
    named = "-" in text and values.is_object_name(text) and text.rpartition("-")[2] in _NAME_ENDINGS
    return kind is NameKind.SECRET and not named


_NAME_ENDINGS = frozenset({"secret", "secrets", "credentials", "creds", "tls", "key", "keys", "token"})


def _holds_credentials(text: str) -> bool:
    """Whether a configuration text (properties, JSON, YAML) assigns a credential."""
    return any(
        (name_kind(name) is NameKind.SECRET or name == "auth")
        and not (values.is_placeholder(value) or values.is_harmless(value) or values.is_public(value))
        for name, value in values.assignments(text)
    )


def _in_env(start: FieldPath, body: Mapping[str, Any]) -> Iterator[tuple[FieldPath, str]]:
    for path, container in containers_of(body):
        yield from _named_values((*start, *path, "env"), container.get("env"))
    yield from _named_values((*start, "spec", "config", "env"), value_at(body, ("spec", "config", "env")))


def _named_values(start: FieldPath, items: Any) -> Iterator[tuple[FieldPath, str]]:
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if not isinstance(item, Mapping):
            continue
        name, value = item.get("name"), item.get("value")
        if isinstance(name, str) and isinstance(value, str) and _is_credential(name, value, in_secret=False):
            yield (*start, index, "value"), f"the value of {name}"


def _in_values(start: FieldPath, body: Any) -> Iterator[tuple[FieldPath, str]]:
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
                if isinstance(value, str) and _is_credential(key, value, in_secret=False):
                    yield (*path, key), f"the value of '{key}'"
                elif isinstance(value, Mapping | list):
                    pending.append(((*path, key), value))


def _tokens(start: FieldPath, held: Any) -> Iterator[tuple[FieldPath, str]]:
    for key, value in held.items() if isinstance(held, Mapping) else ():
        kind = known_token(value) if isinstance(value, str) else None
        if kind:
            yield (*start, key), f"{kind} in '{key}'"
