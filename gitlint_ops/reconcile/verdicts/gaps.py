"""Objects that the static run passes and the server refuses: what a static tool could have known.

What only a server knows is none of it: permissions, quotas, what lives there already, webhooks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

from gitlint_ops import __version__
from gitlint_ops.model.findings import Severity, TriagedFinding, Violation
from gitlint_ops.model.location import FieldPath, format_path
from gitlint_ops.model.objects import ObjectKey, RenderedObject
from gitlint_ops.reconcile.outcomes import Outcome, Rehearsal, Rehearsed
from gitlint_ops.reconcile.verdicts.causes import causes_of
from gitlint_ops.reconcile.verdicts.conflicts import is_conflict
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
_MOST = 200


class Gap(Struct, frozen=True):
    """A refusal that the static run did not foresee.

    `report` is ready to be sent: it does not name the object, and tells no value of a Secret.
    """

    violation: Violation
    report: str


def gaps_of(rehearsal: Rehearsal, findings: Iterable[TriagedFinding]) -> tuple[Gap, ...]:
    """The gaps of one rehearsal. An object with any error from the static run has none."""
    known = _with_errors(findings)
    around = surroundings_of(rehearsal)
    found: list[Gap] = []
    for one in rehearsal.objects:
        if len(found) < _MOST and _is_judged(one) and not _is_known(one.entry.object, known):
            found.extend(_gaps(one, around, rehearsal.release))
    return tuple(found[:_MOST])


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


def _gaps(one: Rehearsed, around: Surroundings, release: str) -> Iterator[Gap]:
    on = one.entry.object
    assert one.answer is not None
    if not any(_is_ours(cause.said, around) for cause in causes_of(one.answer)):
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


def _is_ours(said: str, around: Surroundings) -> bool:
    policy = _POLICY.search(said)
    if policy is not None:
        return around.named("ValidatingAdmissionPolicy", policy[1]) is not None
    return not _ONLY_THE_SERVER_KNOWS.search(said)


def _report(on: RenderedObject, path: FieldPath, message: str, release: str) -> str:
    field = format_path(path) if path != ("kind",) else "the object"
    said = message
    for name in (on.key.name, on.key.namespace):
        said = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", "NAME", said) if name else said
    return f"{on.api_version} {on.kind}, {field}: {said} (gitlint-ops {__version__}, Kubernetes {release})"
