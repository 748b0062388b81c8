"""What the server keeps otherwise than it was sent, and what is never settled.

Which of it lasts depends on the operator. Flux compares what lives there with the server's own answer
to a dry run, so that what the server always changes in the same way is no diff (fluxcd/pkg/ssa
manager_diff.go; helm-controller's drift detection uses it, too). Argo CD compares with Git, after it has
brought both into the form of the Go types of Kubernetes' own kinds, so that quantities and empty
values are none (gitops-engine pkg/diff: remarshal, ThreeWayDiff), unless the object asks for
ServerSideDiff.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.outcomes import Applier, Operator, Rehearsed
from gitlint_ops.reconcile.verdicts.comparing import ABSENT, Difference, differences
from gitlint_ops.reconcile.verdicts.shown import is_hidden, shown
from gitlint_ops.validate.values import is_filled_later

MUTATED = "server-mutation"
LOOPING = "reconcile-loop"

_MOST = 10
_COMPARE_OPTIONS: FieldPath = ("metadata", "annotations", "argocd.argoproj.io/compare-options")

# 0 asks the server to choose.
_CHOSEN = frozenset({"nodePort", "healthCheckNodePort"})


def mutations(one: Rehearsed) -> Iterator[Violation]:
    """The values of an accepted object that the server drops or replaces."""
    if one.after is None:
        return
    on = one.entry.object
    found = [each for each in differences(on.body, one.after) if not _is_meant(each)]
    for each in found[:_MOST]:
        yield Violation(
            on,
            each.path or ("kind",),
            _said(each, on),
            hint=_lasting(one.entry.applier, on),
            rule=MUTATED,
            at_key=each.is_dropped or not each.path,
        )


def loops(one: Rehearsed) -> Iterator[Violation]:
    """The fields that a second apply of the same object changes again."""
    if one.first is None or one.again is None:
        return
    on = one.entry.object
    found = {each.path: each for each in _both_ways(one.first, one.again)}
    for each in list(found.values())[:_MOST]:
        path = _written(each.path, on.body)
        before, after = (shown(value, on.body, each.path) for value in (each.sent, each.held))
        values = f": {before} after the first, {after} after the second" if before and after else ""
        yield Violation(
            on,
            path or ("kind",),
            f"applied twice, {format_path(each.path)} is not the same{values}",
            hint="what changes it on the server (a policy or a webhook) must give the same result each time; "
            "the operator applies it over and over",
            rule=LOOPING,
            at_key=not path,
        )


def _both_ways(first: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[Difference]:
    yield from differences(first, again)
    for each in differences(again, first):
        if each.is_dropped:
            yield Difference(each.path, ABSENT, each.sent)


def _written(path: FieldPath, body: Mapping[str, Any]) -> FieldPath:
    """The nearest of a path that stands in a body."""
    while path and value_at(body, path) is None:
        path = path[:-1]
    return path


def _is_meant(each: Difference) -> bool:
    """Whether a value is to be replaced: the server chooses it, or it is decrypted or filled in before."""
    if each.path[:1] == ("sops",) or is_filled_later(each.sent):
        return True
    return each.path[-1:] != () and each.path[-1] in _CHOSEN and each.sent == 0


def _said(each: Difference, on: RenderedObject) -> str:
    called = format_path(each.path) or "the object"
    if is_hidden(on.body, each.path):
        return f"the API server {'drops' if each.is_dropped else 'changes'} {called}"
    sent, held = (shown(value, on.body, each.path) for value in (each.sent, each.held))
    if each.is_dropped:
        return f"the API server drops {called}{f' ({sent})' if sent else ''}"
    return f"the API server keeps {held or 'something else'} for {called}, not {sent or 'what Git says'}"


def _lasting(applier: Applier, on: RenderedObject) -> str:
    if applier.operator is not Operator.ARGO_CD:
        return "write what is to hold: what runs is not what Git says"
    options = value_at(on.body, _COMPARE_OPTIONS)
    if isinstance(options, str) and "ServerSideDiff=true" in options:
        return "write what is to hold: what runs is not what Git says"
    return (
        "write what the server keeps: Argo CD compares with Git and goes on to show the object as OutOfSync "
        "(or compare with ServerSideDiff=true, or name the field under ignoreDifferences)"
    )
