"""What lives on a server before anything is applied."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from gitlint_ops.reconcile.api import Answer, Api, Body, Refused, ServedKind
from gitlint_ops.reconcile.lanes import all_at_once
from gitlint_ops.reconcile.outcomes import Entry
from gitlint_ops.reconcile.providers import namespace_of

FEWEST_TO_LIST = 10
"""Objects of one kind and namespace from which on a list is asked for, and not each by itself."""

MOST_OTHERS = 20
"""Objects of a list for each of ours, from which on the rest of it is not read."""

NOT_FOUND, FORBIDDEN = 404, 403

_Place = tuple[ServedKind, str]


class Seen(Struct, frozen=True):
    """What lives on a server under a name; `unread` says why that could not be learned, or ""."""

    body: Body | None = None
    unread: str = ""


class Standing:
    """The live objects that have the names of ours."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._lists: dict[_Place, tuple[dict[str, Body], bool]] = {}

    def read_ahead(self, entries: Iterable[Entry], jobs: int) -> None:
        """Read lists where many objects of one kind and namespace are wanted."""
        wanted: dict[_Place, set[str]] = {}
        for one in entries:
            kind = self._api.kind_of(one.object.api_version, one.object.kind)
            if kind is not None:
                namespace = namespace_of(one) if kind.namespaced else ""
                wanted.setdefault((kind, namespace), set()).add(one.object.key.name)
        many = [(place, names) for place, names in wanted.items() if len(names) >= FEWEST_TO_LIST]
        for (place, _), held in all_at_once(many, lambda one: self._list(*one), jobs):
            self._lists[place] = held

    def of(self, one: Entry, kind: ServedKind) -> Seen:
        """The live object, if there is one."""
        namespace = namespace_of(one) if kind.namespaced else ""
        name = one.object.key.name
        if not name:
            return Seen()
        held, is_all = self._lists.get((kind, namespace), ({}, False))
        if name in held:
            return Seen(held[name])
        if is_all:
            return Seen()
        answer = self._api.read(kind, namespace, name)
        return Seen(answer.body) if answer.accepted else Seen(unread=_why_unread(answer, kind))

    def _list(self, place: _Place, names: set[str]) -> tuple[dict[str, Body], bool]:
        """Those of a list that have our names, and whether the list was read to its end."""
        kind, namespace = place
        found: dict[str, Body] = {}
        most = 500 + MOST_OTHERS * len(names)
        try:
            for number, body in enumerate(self._api.listed(kind, namespace=namespace, whole=True)):
                name = body.get("metadata", {}).get("name")
                if name in names:
                    found[name] = body
                if len(found) == len(names):
                    return found, True
                if number >= most:
                    return found, False
        except Refused:
            return {}, False
        return found, True


def _why_unread(answer: Answer, kind: ServedKind) -> str:
    """Why a read shows nothing, "" where that is because there is nothing."""
    if answer.status == NOT_FOUND:
        return ""
    if answer.status == FORBIDDEN:
        called = f"{kind.plural}.{kind.group}" if kind.group else kind.plural
        return f"we may not get {called} here (`gitlint-ops reconcile --rbac` shows what is needed)"
    return f"the server could not answer ({answer.status}: {answer.message[:200]})"
