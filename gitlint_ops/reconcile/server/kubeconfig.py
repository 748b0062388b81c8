"""What the user's kubeconfigs say, as kubectl merges them; how one logs in is `login`'s."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from gitlint_ops.model.errors import UsageError, did_you_mean

USUAL = "~/.kube/config"
_TEXTS = (
    *("server", "certificate-authority", "certificate-authority-data", "tls-server-name", "proxy-url"),
    *("client-certificate", "client-certificate-data", "client-key", "client-key-data"),
    *("token", "tokenFile", "username", "password", "as"),
)
_TYPES: Mapping[str, tuple[type, str]] = {
    **dict.fromkeys(_TEXTS, (str, "no text; put it in quotes")),
    "insecure-skip-tls-verify": (bool, "neither true nor false"),
    "as-groups": (list, "no list"),
    "exec": (dict, "no mapping"),
    "auth-provider": (dict, "no mapping"),
}
_NAME_ONE = "name a file with --kubeconfig, and one of its contexts with --context"


class Named(Struct, frozen=True):
    """A cluster, a user or a context, and the file in which it stands, to which its paths are relative."""

    name: str
    body: Mapping[str, Any]
    file: str


class Kubeconfig(Struct, frozen=True):
    """All files as one: of what stands in several, the first counts. `current` is "" where none is set."""

    clusters: Mapping[str, Named]
    users: Mapping[str, Named]
    contexts: Mapping[str, Named]
    current: str


class Context(Struct, frozen=True):
    """A context whose cluster is known; `user` is None for nobody."""

    name: str
    cluster: Named
    user: Named | None = None

    @property
    def server(self) -> str:
        """The URL of its server, "" where the cluster has none."""
        return str(self.cluster.body.get("server") or "")


def context_of(kubeconfig: str, wanted: str) -> Context:
    """The context of that name, "" for the current one.

    `kubeconfig` is a file, or several as the variable KUBECONFIG names them, "" for the usual one.

    Raises:
        UsageError: there is none, or the files cannot be read.
    """
    read = read_kubeconfig(kubeconfig)
    name = wanted or read.current
    if name not in read.contexts:
        raise _no_context(name, read)
    context = read.contexts[name]
    cluster = _of(context, "cluster", read.clusters)
    if cluster is None:
        raise UsageError(f"{context.file}: context {name!r} names no cluster", hint=_NAME_ONE)
    user = _of(context, "user", read.users)
    for what, one in (("cluster", cluster), ("user", user)):
        if one is not None:
            _expect_types(one, what)
    return Context(name, cluster, user)


def _expect_types(named: Named, what: str) -> None:
    """Raises UsageError where a field is not of its type, which kubectl does not accept either."""
    for field, value in named.body.items():
        wanted, said = _TYPES.get(field, (object, ""))
        if value is not None and not isinstance(value, wanted):
            raise UsageError(
                f"{named.file}: {field} of the {what} {named.name!r} is {said}",
                hint="compare it with what `kubectl config view` shows",
            )


def _of(context: Named, what: str, known: Mapping[str, Named]) -> Named | None:
    """The cluster or user of a context, None where it names none.

    Raises:
        UsageError: it names one that is not there.
    """
    name = str(context.body.get(what) or "")
    if name and name not in known:
        near = did_you_mean(name, known)
        raise UsageError(
            f"{context.file}: context {context.name!r} is of the {what} {name!r}, which is not there",
            hint=f"did you mean {near!r}?" if near else _NAME_ONE,
        )
    return known.get(name)


def read_kubeconfig(kubeconfig: str) -> Kubeconfig:
    """All files that are there.

    Raises:
        UsageError: none is, or one is no kubeconfig.
    """
    files = [Path(one).expanduser() for one in (kubeconfig or USUAL).split(os.pathsep) if one]
    there = [(str(file), _read(file)) for file in files if file.is_file()]
    if not there:
        missing = ", ".join(map(str, files))
        raise UsageError(f"there is no kubeconfig {missing}", hint=_NAME_ONE)
    current = (str(body.get("current-context") or "") for _, body in there)
    return Kubeconfig(
        _merged(there, "clusters", "cluster"),
        _merged(there, "users", "user"),
        _merged(there, "contexts", "context"),
        next(filter(None, current), ""),
    )


def _no_context(name: str, read: Kubeconfig) -> UsageError:
    listed = ", ".join(read.contexts) or "none"
    if not name:
        return UsageError(f"the kubeconfig has no current context; its contexts: {listed}", hint=_NAME_ONE)
    near = did_you_mean(name, read.contexts)
    hint = f"did you mean {near!r}?" if near else _NAME_ONE
    return UsageError(f"the kubeconfig has no context {name!r}; its contexts: {listed}", hint=hint)


def _read(file: Path) -> Mapping[str, Any]:
    from gitlint_ops.syntax.documents import read
    from gitlint_ops.syntax.text import Typing

    try:
        text = read(file.read_bytes(), Typing.KUBECTL)
    except OSError as error:
        raise UsageError(f"the kubeconfig {file} cannot be read: {error.strerror}", hint=_NAME_ONE) from error
    for one in text.problems:
        raise UsageError(f"the kubeconfig {file}:{one.span.line} cannot be used: {one.message}")
    body = text.documents[0].body if text.documents else {}
    if not isinstance(body, dict):
        raise UsageError(f"{file} is no kubeconfig", hint=_NAME_ONE)
    return body


def _merged(there: Sequence[tuple[str, Mapping[str, Any]]], several: str, one: str) -> Mapping[str, Named]:
    found: dict[str, Named] = {}
    for file, body in there:
        for name, held in _entries(body.get(several), one):
            found.setdefault(name, Named(name, held, file))
    return found


def _entries(listed: object, one: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get(one), dict):
            yield str(entry.get("name")), entry[one]
