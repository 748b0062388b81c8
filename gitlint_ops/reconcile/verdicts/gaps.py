"""Objects that the static run passes and the server refuses: what a static tool could have known.

What only a server knows is none of it: permissions, quotas, what lives there already, webhooks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from gitlint_ops import __version__
from gitlint_ops.model.findings import Severity, TriagedFinding, Violation
from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.model.objects import ObjectKey, RenderedObject
from gitlint_ops.model.removed_apis import kubernetes_minor
from gitlint_ops.model.results import CheckResult
from gitlint_ops.reconcile.definitions import defined_kind, definitions_among
from gitlint_ops.reconcile.outcomes import Outcome, Rehearsal, Rehearsed
from gitlint_ops.reconcile.unserved import is_built_in
from gitlint_ops.reconcile.verdicts.causes import causes_of
from gitlint_ops.reconcile.verdicts.conflicts import is_conflict
from gitlint_ops.reconcile.verdicts.merged import is_of_merge
from gitlint_ops.reconcile.verdicts.places import place_of
from gitlint_ops.reconcile.verdicts.refused import refusals
from gitlint_ops.reconcile.verdicts.surroundings import Surroundings, surroundings_of

RULE = "static-miss"

_ONLY_THE_SERVER_KNOWS = re.compile(
    r"immutable|may not (?:be )?chang|cannot be changed|already (?:allocated|exists)"
    r"|exceeded quota|failed quota|usage per \w+ is|limit to request ratio"
    r"|cannot \w+ resource|RBAC permissions not currently held"
    r"|admission webhook|failed calling webhook|not found|being terminated|being deleted|has been modified"
    r"|uid mismatch|violates PodSecurity|no (?:PriorityClass|RuntimeClass)|previously a storage version"
    r"|in the valid range|service account|serviceaccount",
    re.IGNORECASE,
)
_POLICY = re.compile(r"AdmissionPolicy '([^']*)'")
_UNEVALUATED = re.compile(r"the policy (\S+) was not evaluated for (\S+) objects")
"""As the static run says it among what it has not checked."""
_MOST = 200


class Gap(Struct, frozen=True):
    """A refusal that the static run did not foresee.

    `report` is ready to be sent: it does not name the object, and tells no value of a Secret.
    """

    violation: Violation
    report: str


def gaps_of(rehearsal: Rehearsal, static: CheckResult, *, owned: bool = True) -> tuple[Gap, ...]:
    """The gaps of one rehearsal.

    An object with any error from the static run has none, nor has what that run says it did not judge, or
    judged by other means than the server: another release, or definitions that only the server has.
    """
    known = _with_errors(static.findings)
    around = surroundings_of(rehearsal)
    is_comparable = _comparable(rehearsal, static, owned=owned)
    unevaluated = frozenset(
        (said[1], said[2]) for one in static.unchecked if (said := _UNEVALUATED.match(one.reason))
    )
    found: list[Gap] = []
    for one in rehearsal.objects:
        if (
            len(found) < _MOST
            and _is_judged(one)
            and is_comparable(one.entry.object)
            and not _is_known(one.entry.object, known)
        ):
            found.extend(_gaps(one, around, rehearsal.release, unevaluated))
    return tuple(found[:_MOST])


def _comparable(
    rehearsal: Rehearsal, static: CheckResult, *, owned: bool
) -> Callable[[RenderedObject], bool]:
    """Whether the static run judged an object by what the server judges it by.

    On a server of ours the definitions are those that the static run knows; of others only those are
    comparable that the set itself brings.
    """
    unknown = frozenset(name for name, _ in static.coverage.unvalidated)
    is_release = not rehearsal.release or (
        kubernetes_minor(rehearsal.release) == kubernetes_minor(rehearsal.set.kubernetes)
    )
    rendered = frozenset(
        defined_kind(one.body)
        for target in rehearsal.set.targets
        for one in definitions_among(target.result.objects)
    )

    def comparable(on: RenderedObject) -> bool:
        if f"{on.api_version} {on.kind}" in unknown:
            return False
        if is_built_in(on.api_version):
            return is_release
        return owned or (on.key.group, on.kind) in rendered

    return comparable


def _is_judged(one: Rehearsed) -> bool:
    return one.outcome is Outcome.REJECTED and one.answer is not None and not is_conflict(one.answer)


def _with_errors(findings: Iterable[TriagedFinding]) -> frozenset[tuple[str, ObjectKey]]:
    """Targets and objects of which the static run tells an error; a suppressed one is known as well."""
    return frozenset(
        (target, one.finding.object.key)
        for one in findings
        if one.finding.object is not None and one.finding.severity is Severity.ERROR
        for target in ("", *one.finding.targets)
    )


def _is_known(on: RenderedObject, known: frozenset[tuple[str, ObjectKey]]) -> bool:
    return (on.target, on.key) in known or ("", on.key) in known


def _gaps(
    one: Rehearsed, around: Surroundings, release: str, unevaluated: frozenset[tuple[str, str]]
) -> Iterator[Gap]:
    on = one.entry.object
    assert one.answer is not None
    causes = causes_of(one.answer)
    if not any(_is_ours(cause.said, on, around, unevaluated) for cause in causes):
        return
    if any(is_of_merge(cause, place_of(cause, on.body), on.body, one.before) for cause in causes):
        return
    for found in refusals(one, around):
        if not _ONLY_THE_SERVER_KNOWS.search(found.message):
            yield Gap(
                Violation(
                    on,
                    found.path,
                    f"`gitlint-ops check` passes this, but the API server refuses it: {found.message}",
                    hint="please report it: the report's gaps hold the text",
                    rule=RULE,
                    at_key=found.at_key,
                ),
                _report(on, found.path, found.message, release),
            )


def _is_ours(
    said: str, on: RenderedObject, around: Surroundings, unevaluated: frozenset[tuple[str, str]]
) -> bool:
    policy = _POLICY.search(said)
    if policy is not None:
        is_here = around.named("ValidatingAdmissionPolicy", policy[1]) is not None
        return is_here and (policy[1], on.kind) not in unevaluated
    return not _ONLY_THE_SERVER_KNOWS.search(said)


def _report(on: RenderedObject, path: FieldPath, message: str, release: str) -> str:
    field = format_path(path) if path != ("kind",) else "the object"
    said = message
    for name in (on.key.name, on.key.namespace):
        said = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", "NAME", said) if name else said
    return f"{on.api_version} {on.kind}, {field}: {said} (gitlint-ops {__version__}, Kubernetes {release})"
