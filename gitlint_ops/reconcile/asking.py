"""Asking about one object: what lives there, what an apply would make of it, and of it the second time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeAlias

from msgspec.structs import replace

from gitlint_ops.reconcile.api import Answer, Api, Body, ServedKind
from gitlint_ops.reconcile.appliers import left_as_it_stands
from gitlint_ops.reconcile.bodies import Sent, marked, placed, sent
from gitlint_ops.reconcile.changing import Changing
from gitlint_ops.reconcile.judging import Judging
from gitlint_ops.reconcile.outcomes import ClusterSet, Entry, Operator, Outcome, Rehearsed
from gitlint_ops.reconcile.providers import Providers, applied_entries, namespace_of
from gitlint_ops.reconcile.staging.result import Staged, may_be_stored
from gitlint_ops.reconcile.standing import Seen, Standing
from gitlint_ops.reconcile.typed_faults import with_all_typed_faults
from gitlint_ops.reconcile.unserved import Unserved

KIND = "kind"
"""The name of servers of ours on which workloads run."""

SECOND = "it is accepted once, and refused when it is applied again"

CONFLICT = 409
_PAUSES = (0.05, 0.1, 0.2, 0.5, 1.0)
_NOT_YET_SERVED = "the server could not find the requested resource"
_NOT_YET_COUNTED = "status unknown for quota"

_Name: TypeAlias = tuple[str, str, str, str]
_NO_NAMESPACE = {
    Operator.ARGO_CD: "Argo CD: Namespace for {name} is missing",
    Operator.FLUX_KUSTOMIZE: "Flux: namespace not specified",
}


class Asking:
    """Asks one server about the objects of one set; safe to use from several threads.

    Not `complete`: something of the workspace could not be rendered.
    """

    def __init__(self, wanted: ClusterSet, api: Api, made: Staged, *, complete: bool = True) -> None:
        self._api = api
        self._made = made
        self._providers = Providers(wanted)
        self._unserved = Unserved(wanted, api, self._providers, made, complete=complete)
        self._standing = Standing(api)
        changing = None if api.owned else Changing(api, self._providers, self._standing)
        self._judging = Judging(api, self._providers, changing)
        self._stores = api.owned and api.name != KIND
        self._apart = apart(wanted)

    def look_around(self, entries: Iterable[Entry], jobs: int) -> None:
        """Read what lives on the server of kinds that many objects are of, many at a time."""
        if not self._api.owned:
            self._standing.read_ahead(entries, jobs)

    def look_at(self, one: Entry) -> Rehearsed:
        """What lives on the server in place of an object; nothing is asked of it.

        Raises:
            ServerLost: it says nothing any more.
        """
        kind = self._api.kind_of(one.object.api_version, one.object.kind)
        if kind is None:
            told = self._unserved.told(one)
            # Nothing is sent, so that nothing is rejected.
            return replace(told, outcome=Outcome.UNKNOWN_KIND) if told.outcome is Outcome.REJECTED else told
        seen = self._standing.of(one, kind)
        if seen.unread:
            return Rehearsed(one, Outcome.UNVERIFIABLE, kind, note=seen.unread)
        return Rehearsed(one, Outcome.UNASKED, kind, before=seen.body, note=_why_kept(one, seen.body))

    def ask(self, one: Entry) -> Rehearsed:
        """What the server says to an object.

        Raises:
            ServerLost: it says nothing any more.
        """
        kind = self._api.kind_of(one.object.api_version, one.object.kind)
        if kind is None:
            return self._unserved.told(one)
        if kind.namespaced and not namespace_of(one) and one.applier.operator in _NO_NAMESPACE:
            return Rehearsed(one, Outcome.REJECTED, kind, answer=_without_namespace(one))
        what = sent(one)
        seen = Seen() if self._api.owned else self._standing.of(one, kind)
        before = seen.body
        kept = _why_kept(one, before)
        if kept:
            return Rehearsed(one, Outcome.UNASKED, kind, before=before, note=kept)
        is_kept = self._stores and may_be_stored(one) and not self._is_apart(one)
        # Stored as ourselves, an object says nothing of what its operator may do.
        at_once = is_kept and one.applier.identity is None
        what = replace(what, body=marked(what.body, before, one))
        answer, unforced = (
            (self._settled(partial(self._store, one, kind, what)), None)
            if at_once
            else self._applied(one, kind, what, before)
        )
        if not answer.accepted:
            again = partial(self._apply, one, kind, force=one.applier.force)
            answer = with_all_typed_faults(answer, what.body, again)
        found = _with_what_stands(self._told(one, kind, what, answer, unforced, before), seen)
        if not is_kept or found.after is None:
            return found
        return self._applied_again(found, what, kind, answer) if at_once else self._stored(found, what, kind)

    def _told(
        self,
        one: Entry,
        kind: ServedKind,
        what: Sent,
        answer: Answer,
        unforced: Answer | None,
        before: Body | None,
    ) -> Rehearsed:
        if answer.accepted:
            answer = self._of_staging(one) or answer
        meaning = self._judging.meaning(one, answer, what.lack, stands=before is not None)
        return Rehearsed(
            one,
            meaning.outcome,
            kind,
            answer=replace(answer, body={}) if answer.accepted else answer,
            unforced=unforced,
            before=before,
            after=_lasting(answer.body) if answer.accepted else None,
            provider=meaning.provider,
            note=meaning.note,
        )

    def _of_staging(self, one: Entry) -> Answer | None:
        """Why a definition that is accepted when it is tried could not be stored, or is not served."""
        unaccepted = self._made.unaccepted.get(one.object.key, "")
        if unaccepted:
            return answer_of_ours(CONFLICT, "NamesNotAccepted", unaccepted)
        return self._made.unstored.get(one.object.key)

    def _applied(
        self, one: Entry, kind: ServedKind, what: Sent, before: Body | None
    ) -> tuple[Answer, Answer | None]:
        """The answer to the operator's way, and the one without force where that was a conflict."""
        if before is not None and one.applier.server_side and _may_conflict(before, what.body, one):
            first = self._apply(one, kind, what.body, force=False)
            if first.status != CONFLICT or not one.applier.force:
                return first, first if first.status == CONFLICT else None
            return self._apply(one, kind, what.body, force=True), first
        return self._apply(one, kind, what.body, force=one.applier.force), None

    def _apply(self, one: Entry, kind: ServedKind, body: Body, *, force: bool) -> Answer:
        applier = one.applier
        ask = partial(
            self._api.apply,
            body,
            kind,
            manager=applier.manager,
            force=force,
            identity=applier.identity,
            namespace=namespace_of(one),
        )
        return self._settled(ask)

    def _settled(self, ask: Callable[[], Answer]) -> Answer:
        """The answer when the server has seen what was stored before."""
        answer = ask()
        for pause in _PAUSES if self._api.owned else ():
            if not _is_settling(answer):
                break
            time.sleep(pause)
            answer = ask()
        return answer

    def _store(self, one: Entry, kind: ServedKind, what: Sent) -> Answer:
        return self._api.store(placed(what.body, one, kind), kind, manager=one.applier.manager)

    def _stored(self, found: Rehearsed, what: Sent, kind: ServedKind) -> Rehearsed:
        """An object that was accepted as its operator's, when it was stored as ours."""
        kept = self._store(found.entry, kind, what)
        # Policies may take us for somebody else.
        return self._applied_again(found, what, kind, kept) if kept.accepted else found

    def _applied_again(self, found: Rehearsed, what: Sent, kind: ServedKind, kept: Answer) -> Rehearsed:
        """What a second apply would make of an object that is stored."""
        one = found.entry
        again = self._apply(one, kind, what.body, force=one.applier.force)
        if not again.accepted:
            meaning = self._judging.meaning(one, again, what.lack, stands=True)
            return replace(found, outcome=meaning.outcome, answer=again, note=meaning.note or SECOND)
        first, second = _lasting(kept.body), _lasting(again.body)
        # What comes out equal is kept once.
        return replace(found, first=first, again=first if second == first else second)

    def _is_apart(self, one: Entry) -> bool:
        """Whether an object goes nowhere together with others of the set."""
        key = one.object.key
        return (key.group, key.kind, namespace_of(one), key.name) in self._apart


def apart(wanted: ClusterSet) -> frozenset[_Name]:
    """What several targets hold that are not known to go to one cluster: these never meet."""
    if wanted.cluster:
        return frozenset()
    targets: dict[_Name, str] = {}
    found: set[_Name] = set()
    for one in applied_entries(wanted):
        key = one.object.key
        name = key.group, key.kind, namespace_of(one), key.name
        if targets.setdefault(name, one.target) != one.target:
            found.add(name)
    return frozenset(found)


def answer_of_ours(status: int, reason: str, message: str) -> Answer:
    """What no server was asked for, in the form of its answers."""
    return Answer(status, {"kind": "Status", "status": "Failure", "reason": reason, "message": message})


def _why_kept(one: Entry, before: Body | None) -> str:
    """Why the operator leaves an object as it stands on the server, "" where it applies it."""
    return left_as_it_stands(one.object, before, one.applier) if before is not None else ""


def _with_what_stands(found: Rehearsed, seen: Seen) -> Rehearsed:
    """What was told of an object, given whether it is known what stands there.

    Where it is not, an apply that passes says nothing of what the sync would change.
    """
    if not seen.unread or found.outcome is not Outcome.ACCEPTED:
        return found
    return replace(found, outcome=Outcome.UNVERIFIABLE, note=seen.unread)


def _without_namespace(one: Entry) -> Answer:
    """What the operator says to an object that no namespace is known for."""
    said = _NO_NAMESPACE[one.applier.operator].format(name=one.object.key.name)
    return answer_of_ours(404, "NotFound", said)


def _is_settling(answer: Answer) -> bool:
    """Whether a server of ours has not yet seen what was stored just before."""
    return answer.message == _NOT_YET_SERVED or _NOT_YET_COUNTED in answer.message


def _lasting(body: Body) -> Body:
    """An object without who set which field of it when."""
    metadata = body.get("metadata")
    if not isinstance(metadata, dict):
        return body
    kept = {key: value for key, value in metadata.items() if key not in ("managedFields", "resourceVersion")}
    return {**body, "metadata": kept}


def _may_conflict(before: Body, body: Body, one: Entry) -> bool:
    """Whether another manager owns a field that an object sets."""
    metadata = before.get("metadata")
    entries = metadata.get("managedFields") if isinstance(metadata, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        own = entry.get("manager") == one.applier.manager and entry.get("operation") == "Apply"
        # A status is none of an apply's business; what is set by way of /scale is a field of the spec.
        if own or entry.get("subresource") == "status":
            continue
        if _overlaps(entry.get("fieldsV1"), body):
            return True
    return False


def _overlaps(fields: Any, value: Any) -> bool:
    """Whether a value sets one of the fields of a set, in the form that managedFields have."""
    if not isinstance(fields, dict):
        return False
    for name, below in fields.items():
        if not name.startswith("f:"):
            # An item of a list is found by its content; that some item is there is enough to ask.
            if name != "." and value not in (None, {}, []):
                return True
            continue
        held = value.get(name[2:]) if isinstance(value, dict) else None
        if held is None:
            continue
        if not below or _overlaps(below, held) or not isinstance(held, dict | list):
            return True
    return False
