"""The two rules: what a namespace refuses or every pod should keep, and what hardening is left to do.

docs/decisions/0014-pod-security.md says which of them tells what.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gitlint_ops.model.findings import Note, Severity, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.pod_security import LATEST, Level, Standard
from gitlint_ops.rules.checks.pod_security.breaches import Breach
from gitlint_ops.rules.checks.pod_security.controls import CONTROLS, breaches
from gitlint_ops.rules.checks.pod_security.demands import Demand, demand
from gitlint_ops.rules.checks.pod_security.pods import Pod, pod
from gitlint_ops.rules.checks.pod_security.wording import AGENT_HINT, forbidden, lacking, of_agent, remedy
from gitlint_ops.rules.subjects import Facts, Params, pod_template

# What Pod Security admission looks at (its workload kinds), and Argo CD's Deployment.
_KINDS: Mapping[str, frozenset[str]] = {
    "": frozenset({"Pod", "PodTemplate", "ReplicationController"}),
    "apps": frozenset({"DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"}),
    "extensions": frozenset({"DaemonSet", "Deployment", "ReplicaSet"}),
    "batch": frozenset({"CronJob", "Job"}),
    "argoproj.io": frozenset({"Rollout"}),
}
_LEVELS = (Level.BASELINE, Level.RESTRICTED)
# What breaks a control in any version breaks one in these: before most of them, before Windows and user
# namespaces were exempt from some, and now.
_TELLING_MINORS = (0, 24, LATEST)


def keeps_baseline(on: RenderedObject, params: Params, facts: Facts) -> Iterator[Violation]:
    """What a pod breaks of the level that it has to keep."""
    for path, found, asked in _judged(on, params, facts):
        if asked.required is not Level.PRIVILEGED:
            broken = _at(found, asked.required, asked.minor)
            agent = on.kind == "DaemonSet" and not asked.is_decided
            yield from _of_agent(on, path, broken) if agent else _told(on, path, found, asked, broken)
        elif asked.wished is not None:
            told = _at(found, Level.BASELINE, asked.wished.minor)
            yield from _told(on, path, found, asked, told, asked.wished)


def keeps_restricted(on: RenderedObject, params: Params, facts: Facts) -> Iterator[Violation]:
    """What keeps a pod from the level `restricted`, where nothing less was chosen for its namespace."""
    for path, found, asked in _judged(on, params, facts):
        if asked.wished is not None and asked.wished.level is Level.RESTRICTED:
            told = _at(found, Level.BASELINE, asked.wished.minor)
            beyond = _beyond(_at(found, Level.RESTRICTED, asked.wished.minor), told)
            yield from _told(on, path, found, asked, beyond, asked.wished)
        elif not asked.is_decided:
            told = _at(found, Level.BASELINE, asked.minor)
            yield from _told(on, path, found, asked, _beyond(_at(found, Level.RESTRICTED, asked.minor), told))


def _judged(on: RenderedObject, params: Params, facts: Facts) -> Iterator[tuple[FieldPath, Pod, Demand]]:
    """The one pod that an object describes with its path, if it breaks anything at all."""
    if on.kind not in _KINDS.get(on.key.group, ()):
        return
    template = pod_template(on.body)
    if template is None:
        return
    found = pod(template[1])
    # To look for a namespace in all files takes time: it is done only where there may be something to say.
    if not facts.namespaces.are_partial or any(
        _at(found, level, minor) for level in _LEVELS for minor in _TELLING_MINORS
    ):
        asked = demand(on, params, facts)
        if asked is not None:
            yield template[0], found, asked


def _at(found: Pod, level: Level, minor: int) -> list[Breach]:
    return list(breaches(found, level, minor))


def _beyond(strict: Iterable[Breach], told: Iterable[Breach]) -> list[Breach]:
    """The breaches at places of which the lower level says nothing."""
    places = {one.path for one in told}
    return [one for one in strict if one.path not in places]


def _told(
    on: RenderedObject,
    path: FieldPath,
    found: Pod,
    asked: Demand,
    broken: Sequence[Breach],
    wished: Standard | None = None,
) -> Iterator[Violation]:
    """One violation for each control that something breaks, and one for all that is missing."""
    severity = Severity.WARNING if wished is not None else None
    note = _note(asked, wished)
    by_control: dict[str, list[Breach]] = {}
    for one in broken:
        if not one.adds:
            by_control.setdefault(one.control, []).append(one)
    for control, held in by_control.items():
        first, *others = held
        yield Violation(
            on,
            (*path, *first.path),
            forbidden(on, CONTROLS[control], held, asked, wished),
            related=(*(Note(on, (*path, *one.path), one.said) for one in others), *note),
            hint=remedy(CONTROLS[control], asked),
            at_key=first.at_key,
            severity=severity,
        )
    absent = [one for one in broken if one.adds]
    if absent:
        place, message, hint = lacking(on, found, absent, asked, wished)
        yield Violation(
            on,
            (*path, *place),
            message,
            related=note,
            hint=hint,
            at_key=place[-1] in ("spec", "securityContext"),
            severity=severity,
        )


def _of_agent(on: RenderedObject, path: FieldPath, broken: Sequence[Breach]) -> Iterator[Violation]:
    """One warning for a DaemonSet in a namespace for which nobody has decided.

    Agents of the node do what baseline forbids because that is what they are for: it is the decision
    that is missing.
    """
    if broken:
        yield Violation(
            on,
            (*path, *broken[0].path),
            of_agent(broken),
            related=tuple(Note(on, (*path, *one.path), one.said) for one in broken[1:]),
            hint=AGENT_HINT,
            at_key=broken[0].at_key,
            severity=Severity.WARNING,
        )


def _note(asked: Demand, wished: Standard | None) -> tuple[Note, ...]:
    """Where the namespace asks for the level."""
    if asked.labelled is None:
        return ()
    standard = wished or asked.labelled.standards.get("enforce")
    if standard is None:
        return ()
    path = (*asked.labelled.path, standard.label)
    return (Note(asked.labelled.on, path, f"the namespace asks for '{standard.level.value}' here"),)
