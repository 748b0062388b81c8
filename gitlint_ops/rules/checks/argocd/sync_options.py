"""Sync options and hooks: texts that Argo CD compares letter by letter, and passes over if unknown.

Sources: argo-cd docs/user-guide/sync-options.md, docs/user-guide/resource_hooks.md;
gitops-engine pkg/sync/common/types.go
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.delivery import ARGO
from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.version_ranges import version
from gitlint_ops.rules.subjects import Facts, Params, nameless

_SWITCH = ("true", "false")
_OF_APPLICATIONS: Mapping[str, tuple[str, ...]] = {
    "Validate": _SWITCH,
    "CreateNamespace": _SWITCH,
    "PrunePropagationPolicy": ("foreground", "background", "orphan"),
    "PruneLast": _SWITCH,
    "Prune": (*_SWITCH, "confirm"),
    "Delete": (*_SWITCH, "confirm"),
    "Replace": _SWITCH,
    "Force": _SWITCH,
    "FailOnSharedResource": _SWITCH,
    "RespectIgnoreDifferences": _SWITCH,
    "ServerSideApply": _SWITCH,
    "ApplyOutOfSyncOnly": _SWITCH,
    "SkipDryRunOnMissingResource": _SWITCH,
    "ClientSideApplyMigration": _SWITCH,
}
_ONLY_APPLICATIONS = frozenset(
    {"CreateNamespace", "PrunePropagationPolicy", "FailOnSharedResource", "RespectIgnoreDifferences"}
)
# Made up so often that saying what is meant helps more than the nearest name.
_MEANT = {"FailFast": "FailOnSharedResource", "SkipDryRun": "SkipDryRunOnMissingResource"}

ANNOTATIONS: FieldPath = ("metadata", "annotations")
OPTIONS = "argocd.argoproj.io/sync-options"
HOOK = "argocd.argoproj.io/hook"
DELETE_POLICY = "argocd.argoproj.io/hook-delete-policy"
_HOOKS = ("PreSync", "Sync", "PostSync", "SyncFail", "Skip", "PreDelete", "PostDelete")
_POLICIES = ("HookSucceeded", "HookFailed", "BeforeHookCreation")

# https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/: since which version an Application may
# say what only single resources could before.
_SINCE = {"SkipDryRunOnMissingResource": "3.1", "ClientSideApplyMigration": "3.2"}


@nameless
def unknown(on: RenderedObject, _params: Params) -> Iterator[Violation]:
    """Options that Argo CD does not know, in Applications and on any object."""
    for path, text in _options(on):
        found = _fault(text.strip(), of_application=_is_application(on) and path[-1] != OPTIONS)
        if found is not None:
            message, hint = found
            yield Violation(on, path, message, hint=hint)


@nameless
def too_new(on: RenderedObject, _params: Params, facts: Facts) -> Iterator[Violation]:
    """Options of Applications that the declared version of Argo CD passes over."""
    held = version(facts.argocd) if facts.argocd else None
    if held is None or not _is_application(on):
        return
    for path, text in _options(on):
        since = _SINCE.get(text.partition("=")[0].strip())
        needed = version(since) if since else None
        if needed is not None and path[-1] != OPTIONS and held.order() < needed.order():
            name = text.partition("=")[0].strip()
            yield Violation(
                on,
                path,
                f"Argo CD {facts.argocd} passes over {name} on an Application: it does so since {since}",
                hint=f"set the annotation {OPTIONS}: {text.strip()} on the resources that need it",
            )


@nameless
def hook_invalid(on: RenderedObject, _params: Params) -> Iterator[Violation]:
    """Phases and deletion policies of hooks that do not exist: the object is then no hook, or stays."""
    for name, known, what in ((HOOK, _HOOKS, "phase"), (DELETE_POLICY, _POLICIES, "deletion policy")):
        text = value_at(on.body, (*ANNOTATIONS, name))
        for one in text.split(",") if isinstance(text, str) and "${" not in text and "{{" not in text else ():
            if one.strip() not in known:
                near = did_you_mean(one.strip(), known)
                yield Violation(
                    on,
                    (*ANNOTATIONS, name),
                    f"'{one.strip()}' is no {what} of a hook",
                    hint=f"did you mean '{near}'?" if near else f"one of {', '.join(known)}",
                )


def _is_application(on: RenderedObject) -> bool:
    return on.key.group == ARGO and on.kind in ("Application", "ApplicationSet")


def _options(on: RenderedObject) -> Iterator[tuple[FieldPath, str]]:
    if _is_application(on):
        spec: FieldPath = ("spec",) if on.kind == "Application" else ("spec", "template", "spec")
        listed: Any = value_at(on.body, (*spec, "syncPolicy", "syncOptions"))
        for index, one in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(one, str):
                yield (*spec, "syncPolicy", "syncOptions", index), one
    text = value_at(on.body, (*ANNOTATIONS, OPTIONS))
    if isinstance(text, str):
        yield from (((*ANNOTATIONS, OPTIONS), one) for one in text.split(",") if one.strip())


def _fault(text: str, *, of_application: bool) -> tuple[str, str] | None:
    """What is wrong with an option, and what to write; None where it is right or filled in later."""
    if "{{" in text or "${" in text:
        return None
    name, equals, value = text.partition("=")
    if name not in _OF_APPLICATIONS:
        near = _MEANT.get(name) or did_you_mean(name, _OF_APPLICATIONS)
        return (
            f"'{name}' is no sync option, so Argo CD passes over it",
            f"did you mean {near}?" if near else "",
        )
    if not of_application and name in _ONLY_APPLICATIONS:
        return (
            f"{name} counts on an Application only, so here Argo CD passes over it",
            "set it in spec.syncPolicy.syncOptions of the Application",
        )
    values = _OF_APPLICATIONS[name]
    if not equals or value not in values:
        return (
            f"'{text}' is not how Argo CD reads this option, so it passes over it",
            f"write {' or '.join(f'{name}={one}' for one in values)}",
        )
    return None
