"""What refuses an object on a cluster of others, and is changed by the same set: definitions, quotas, labels.

There nothing is stored before, so that objects are judged by what was in force before the sync.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.api import Answer, Api, Body
from gitlint_ops.reconcile.bodies import marked, sent
from gitlint_ops.reconcile.identities import account_of
from gitlint_ops.reconcile.outcomes import Entry
from gitlint_ops.reconcile.providers import Providers, namespace_of
from gitlint_ops.reconcile.standing import Standing

FORBIDDEN = 403
_OF_SCHEMAS = frozenset({400, 422, 500})

_QUOTA = re.compile(r"(?:exceeded|failed) quota: ([^\s:,]+)")
_POLICY = re.compile(r"ValidatingAdmissionPolicy '([^']+)' with binding '([^']+)'")
_POD_SECURITY = "violates PodSecurity"
_LIMITS = re.compile(r"usage per \w+ is|limit to request ratio")
_NOT_ALLOWED = re.compile(r'User "[^"]*" cannot \S+ resource|RBAC permissions not currently held')

_ROLES = ("Role", "ClusterRole")
_OWN = frozenset({"managedFields", "resourceVersion", "generation", "creationTimestamp", "uid"})


class Changing:
    """Finds, in one set, the change that a refusal on one server waits for."""

    def __init__(self, api: Api, providers: Providers, standing: Standing) -> None:
        self._api = api
        self._providers = providers
        self._standing = standing
        self._known: dict[int, bool] = {}

    def behind(self, one: Entry, answer: Answer) -> Entry | None:
        """What the set changes or adds of that for which an object is refused."""
        return next((each for each in self._reasons(one, answer) if self._is_changed(each)), None)

    def _reasons(self, one: Entry, answer: Answer) -> Iterator[Entry]:
        key, message, within = one.object.key, answer.message, namespace_of(one)
        found: list[Entry | None] = []
        if answer.status in _OF_SCHEMAS:
            found.append(self._providers.entry_of_definition(key.group, key.kind))
        if quota := _QUOTA.search(message):
            found.append(self._providers.entry("ResourceQuota", within, quota[1]))
        if policy := _POLICY.search(message):
            found.append(self._providers.entry("ValidatingAdmissionPolicy", "", policy[1]))
            found.append(self._providers.entry("ValidatingAdmissionPolicyBinding", "", policy[2]))
        if _POD_SECURITY in message:
            found.append(self._providers.entry("Namespace", "", within))
        if _LIMITS.search(message):
            found.extend(self._providers.entries_in("LimitRange", within))
        if answer.status == FORBIDDEN and _NOT_ALLOWED.search(message):
            found.extend(self._rights(one))
        yield from (each for each in found if each is not None)

    def _rights(self, one: Entry) -> Iterator[Entry]:
        """The bindings of the set that name who asks, and the roles that they give."""
        identity = one.applier.identity
        account = account_of(identity) if identity is not None else None
        if identity is None or account is None:
            return
        for binding in self._providers.bindings(namespace_of(one)):
            subjects = value_at(binding.object.body, ("subjects",))
            named = (_subject(each, binding) for each in (subjects if isinstance(subjects, list) else ()))
            if not {account, identity.user, *identity.groups}.isdisjoint(named):
                yield binding
                role = value_at(binding.object.body, ("roleRef", "name"))
                held = (
                    self._providers.entry(kind, namespace_of(binding), role)
                    for kind in _ROLES
                    if isinstance(role, str)
                )
                yield from (each for each in held if each is not None)

    def _is_changed(self, one: Entry) -> bool:
        number = id(one.object)
        if number not in self._known:
            self._known[number] = self._differs(one)
        return self._known[number]

    def _differs(self, one: Entry) -> bool:
        """Whether an apply would make an object, or another one of it."""
        kind = self._api.kind_of(one.object.api_version, one.object.kind)
        if kind is None:
            return True
        before = self._standing.of(one, kind).body
        if before is None:
            return True
        answer = self._api.apply(
            marked(sent(one).body, before, one),
            kind,
            manager=one.applier.manager,
            identity=one.applier.identity,
            namespace=namespace_of(one),
        )
        return answer.accepted and _wanted(before) != _wanted(answer.body)


def _subject(held: Any, binding: Entry) -> tuple[str, str] | str:
    """Whom a subject names: an account by namespace and name, others by their name."""
    name = str(value_at(held, ("name",), ""))
    if value_at(held, ("kind",)) != "ServiceAccount":
        return name
    return str(value_at(held, ("namespace",)) or namespace_of(binding)), name


def _wanted(body: Body) -> Body:
    """An object without what the server says of it."""
    metadata = body.get("metadata")
    held = metadata if isinstance(metadata, dict) else {}
    kept = {key: value for key, value in held.items() if key not in _OWN}
    return {**{key: value for key, value in body.items() if key != "status"}, "metadata": kept}
