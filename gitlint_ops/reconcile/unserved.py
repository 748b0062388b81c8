"""Objects of kinds that a server does not serve: what that says of them, and what of the server."""

from __future__ import annotations

import re

from gitlint_ops.model.near_names import most_alike
from gitlint_ops.model.objects import RenderedObject, api_group
from gitlint_ops.model.removed_apis import removed
from gitlint_ops.reconcile.api import Answer, Api
from gitlint_ops.reconcile.definitions import served_versions
from gitlint_ops.reconcile.outcomes import ClusterSet, Entry, Outcome, Rehearsed, is_another_release
from gitlint_ops.reconcile.providers import Providers
from gitlint_ops.reconcile.staging.result import Staged

BAD_REQUEST = 400

_NO_KIND = "it has no kind: write apiVersion and kind into each item of a list"
_NO_VERSION = "its apiVersion is empty, so that no server knows what it is"
_FINISHED = re.compile(r"v\d+")
_MOST_VERSIONS = 5


class Unserved:
    """Tells what became of such objects of one set on one server.

    Not `complete`: something of the workspace could not be rendered, and may define more kinds.
    """

    def __init__(
        self, wanted: ClusterSet, api: Api, providers: Providers, made: Staged, *, complete: bool
    ) -> None:
        self._wanted = wanted.kubernetes
        self._api = api
        self._providers = providers
        self._made = made
        self._complete = complete

    def told(self, one: Entry) -> Rehearsed:
        """An object that was not asked about, as there is nothing to ask."""
        held = one.object
        if not held.kind:
            return Rehearsed(one, Outcome.UNVERIFIABLE, note=_NO_KIND)
        if not held.api_version:
            status = {"kind": "Status", "status": "Failure", "reason": "BadRequest", "message": _NO_VERSION}
            return Rehearsed(one, Outcome.REJECTED, answer=Answer(BAD_REQUEST, status), note=_NO_VERSION)
        if held.api_version in self._api.broken_groups():
            note = f"the server cannot say what it serves of {held.api_version}"
            return Rehearsed(one, Outcome.UNVERIFIABLE, note=note)
        definition = self._providers.definition(held.key.group, held.kind)
        refused = self._made.refused.get((held.key.group, held.kind))
        if refused:
            return Rehearsed(one, Outcome.UNVERIFIABLE, provider=definition, note=refused)
        if definition is not None:
            return _of_definition(one, definition)
        made_of = self._providers.maker(held.key.group, held.kind)
        if made_of is not None:
            note = f"a controller makes its definition of the {made_of.kind} {made_of.key.name}"
            return Rehearsed(one, Outcome.UNKNOWN_KIND, provider=made_of, note=note)
        outcome, note = self._without_definition(one)
        return Rehearsed(one, outcome, note=note)

    def _without_definition(self, one: Entry) -> tuple[Outcome, str]:
        """What nothing in the set defines is refused where no cluster like this one would take it."""
        held = one.object
        others = self._others(held)
        if not is_built_in(held.api_version):
            if self._api.owned:
                return Outcome.UNKNOWN_KIND, f"{others}, by a definition that is pinned" if others else ""
            if not others and one.applier.expects_kinds:
                return Outcome.UNKNOWN_KIND, "it is not served yet, and SkipDryRunOnMissingResource=true"
            if not others and not self._complete:
                return Outcome.UNKNOWN_KIND, (
                    f"the server has no {held.kind} in {held.api_version}, which something that could not "
                    "be rendered may define"
                )
        if not self._api.owned:
            return Outcome.REJECTED, others or self._meant(held)
        gone = removed(held.api_version, held.kind, {"kubernetes": self._wanted or self._api.release})
        if gone is not None:
            return Outcome.REJECTED, others
        if is_another_release(self._api.release, self._wanted):
            return Outcome.UNKNOWN_KIND, (
                f"Kubernetes {self._api.release} has no {held.kind} in {held.api_version}; whether "
                f"{self._wanted} has is not known here"
            )
        if _FINISHED.fullmatch(held.api_version.rpartition("/")[2]):
            return Outcome.REJECTED, others or self._meant(held)
        return Outcome.UNKNOWN_KIND, f"{held.api_version} {held.kind} is not turned on here"

    def _others(self, held: RenderedObject) -> str:
        """In which versions the server does serve the kind."""
        served = [
            one.api_version
            for one in self._api.kinds()
            if (one.group, one.kind) == (held.key.group, held.kind)
        ]
        moved = removed(held.api_version, held.kind, {"kubernetes": self._api.release})
        if not served and moved is not None and self._api.kind_of(moved.replacement, held.kind) is not None:
            served = [moved.replacement]
        return f"it serves {held.kind} as {', '.join(served[:_MOST_VERSIONS])}" if served else ""

    def _meant(self, held: RenderedObject) -> str:
        known = [one.kind for one in self._api.kinds() if one.api_version == held.api_version]
        near = most_alike(held.kind, known)
        return f"did you mean {near}?" if near else ""


def is_built_in(api_version: str) -> bool:
    """Whether a group is one that only Kubernetes itself can have: those of others have a dot in them."""
    group = api_group(api_version)
    return "." not in group or group in _BUILT_IN


_BUILT_IN = frozenset(
    f"{one}.k8s.io"
    for one in (
        "admissionregistration",
        "apiextensions",
        "apiregistration",
        "authentication",
        "authorization",
        "certificates",
        "coordination",
        "discovery",
        "events",
        "flowcontrol.apiserver",
        "networking",
        "node",
        "rbac.authorization",
        "resource",
        "scheduling",
        "settings",
        "storage",
        "storagemigration",
    )
)


def _of_definition(one: Entry, definition: RenderedObject) -> Rehearsed:
    version = one.object.api_version.rpartition("/")[2]
    versions = served_versions(definition.body)
    if version in versions:
        return Rehearsed(one, Outcome.PREREQUISITE, provider=definition)
    said = f"its definition serves {', '.join(versions[:_MOST_VERSIONS]) or 'no version'}"
    return Rehearsed(one, Outcome.REJECTED, note=said)
