"""What an answer of the server means for the object that was asked about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.reconcile.api import Answer, Api
from gitlint_ops.reconcile.changing import Changing
from gitlint_ops.reconcile.outcomes import Entry, Outcome
from gitlint_ops.reconcile.providers import Providers, namespace_of

NOT_FOUND, FORBIDDEN, NO_METHOD, TOO_MANY, SERVER_FAULT = 404, 403, 405, 429, 500

CHANGED = "what refuses it is changed by the same sync"
RECREATED = "it cannot be changed: its operator deletes it and creates it anew"

_NAMESPACE = re.compile(r'namespaces "([^"]+)" not found')
_WEBHOOK = re.compile(r'failed calling webhook "([^"]+)"')
_NO_DRY_RUN = re.compile(r'webhook "([^"]+)" does not support dry run')
NOT_ALLOWED = re.compile(r'User "[^"]*" cannot (\S+) resource')
# What some kinds take beside the right to write them: k8s.io/kubernetes pkg/registry/rbac, pkg/registry/
# admissionregistration, plugin/pkg/admission/{gc,certificates}.
_BEYOND_WRITING = re.compile(
    r'RBAC permissions not currently held|(?:must have|does not have) "get" permission on|'
    r"user not permitted to |cannot set blockOwnerDeletion|cannot set an ownerRef on"
)
_NOT_GRANTED = "we may not grant here what it grants, which its operator may (`--as-operator` asks as that)"
_UNKNOWN_FIELD = re.compile(r"field not declared in schema|unknown field \"")
_WRONG_TYPE = re.compile(r": expected |cannot unmarshal|must be of type|Invalid value")
_ADDRESSES = re.compile(r"not in the valid range|valid IPs is|is not within any of the .* ranges")
_IMMUTABLE = re.compile(
    r"immutable|updates to \S+ spec for fields other than|may not change once set|cannot change|"
    r"updates to parameters are forbidden|is not allowed to change",
    re.IGNORECASE,
)

# What admission looks up by name, and of which kind that is.
_NEEDED: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r'serviceaccount "([^"]+)" not found'), ("ServiceAccount",)),
    (re.compile(r"no PriorityClass with name (\S+) was found"), ("PriorityClass",)),
    (re.compile(r'RuntimeClass "([^"]+)" not found', re.IGNORECASE), ("RuntimeClass",)),
    (re.compile(r'roles?\.rbac\.authorization\.k8s\.io "([^"]+)" not found'), ("Role", "ClusterRole")),
)


class Meaning(Struct, frozen=True):
    """An outcome; `provider` and `note` as in `Rehearsed`."""

    outcome: Outcome
    provider: RenderedObject | None = None
    note: str = ""


class Judging:
    """Tells what answers of one server mean, for objects of one set."""

    def __init__(self, api: Api, providers: Providers, changing: Changing | None = None) -> None:
        """`changing` is for a cluster of others, where nothing is stored before."""
        self._api = api
        self._providers = providers
        self._changing = changing

    def meaning(self, one: Entry, answer: Answer, lack: str = "", *, stands: bool = False) -> Meaning:
        """What became of an object.

        `lack` says why some of its values were not known, `stands` that it was on the server before.
        """
        if answer.accepted:
            return Meaning(Outcome.ACCEPTED, note=lack)
        unasked = _not_judged(answer, one) or self._of_this_server(answer)
        if unasked:
            return Meaning(Outcome.UNVERIFIABLE, note=unasked)
        provider = self._provider(one, answer)
        if provider is not None:
            return Meaning(Outcome.PREREQUISITE, provider)
        if lack and not _is_of_shape(answer):
            return Meaning(Outcome.UNVERIFIABLE, note=lack)
        if stands and one.applier.recreates and all(map(_IMMUTABLE.search, _said(answer))):
            return Meaning(Outcome.ACCEPTED, note=RECREATED)
        changed = self._changing.behind(one, answer) if self._changing is not None else None
        if changed is not None:
            return Meaning(Outcome.PREREQUISITE, changed.object, CHANGED)
        return Meaning(Outcome.REJECTED)

    def _provider(self, one: Entry, answer: Answer) -> RenderedObject | None:
        """What the set holds of that for want of which an object is refused."""
        missing = _NAMESPACE.search(answer.message)
        if missing and answer.status == NOT_FOUND:
            return self._providers.namespace(missing[1])
        for pattern, kinds in _NEEDED:
            found = pattern.search(answer.message)
            if found:
                named = found[1].rpartition("/")[2]
                held = (self._providers.named(kind, namespace_of(one), named) for kind in kinds)
                return next((one for one in held if one is not None), None)
        return None

    def _of_this_server(self, answer: Answer) -> str:
        """What a server of ours refuses only because it is another than the real one."""
        if self._api.owned and _ADDRESSES.search(answer.message):
            return "the range of addresses of the real cluster is not known here"
        return ""


def _not_judged(answer: Answer, one: Entry) -> str:
    """Why an answer says nothing of the object, "" where it does."""
    message = answer.message
    if found := _WEBHOOK.search(message):
        return f"the admission webhook {found[1]} does not answer"
    if found := _NO_DRY_RUN.search(message):
        return f"the admission webhook {found[1]} cannot be asked in a dry run"
    not_allowed = NOT_ALLOWED.search(message)
    if one.applier.identity is None and _BEYOND_WRITING.search(message):
        is_grant = "RBAC permissions" in message
        return _NOT_GRANTED if is_grant else f"we may not write it here: {message[:200]}"
    if answer.status == FORBIDDEN and not_allowed:
        if not_allowed[1] == "impersonate":
            return f"we may not act as {one.applier.identity.user if one.applier.identity else 'others'} here"
        if one.applier.identity is None:
            return (
                f"we may not {not_allowed[1]} it here (`gitlint-ops reconcile --rbac` shows what is needed)"
            )
    if answer.status == NO_METHOD:
        return "the server takes no objects of this kind by apply"
    # Faults of typed input are answered with 500 as well, without a reason.
    busy = answer.status >= SERVER_FAULT and (answer.reason or answer.status != SERVER_FAULT)
    if busy or answer.status == TOO_MANY:
        return f"the server could not answer ({answer.status}: {message[:200]})"
    return ""


def _is_of_shape(answer: Answer) -> bool:
    """Whether fields are refused that no value can make legal."""
    return bool(_UNKNOWN_FIELD.search(answer.message)) and not _WRONG_TYPE.search(answer.message)


def _said(answer: Answer) -> Iterator[str]:
    """Each thing that is wrong with an object, in the server's words."""
    causes: tuple[Mapping[str, Any], ...] = answer.causes
    if not causes:
        yield answer.message
    for cause in causes:
        yield str(cause.get("message", ""))
