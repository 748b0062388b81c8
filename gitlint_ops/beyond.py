"""What a change has to do with files that it does not touch.

A policy in another file judges what is changed; a changed policy, or a changed level of Pod Security on a
namespace, judges objects in other files. These files are built apart from the run, so that nothing else
is told of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from gitlint_ops.discover.survey import Survey
from gitlint_ops.facts import rule_inputs
from gitlint_ops.model.cards import Card
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.targets import BuildResult
from gitlint_ops.rules.engine import run_rules
from gitlint_ops.rules.namespaces import labelled_in, namespaces_by_target
from gitlint_ops.workspace.config import Config
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import EntryKind, Tree, Unreadable

if TYPE_CHECKING:
    from gitlint_ops.validate.transitions import Former

Apart: TypeAlias = Callable[[Mapping[str, frozenset[str] | None]], tuple[BuildResult, ...]]
"""What reads these files of each repository, built apart from the run; None is all files."""

_POLICY = "ValidatingAdmissionPolicy"
_BINDING = "ValidatingAdmissionPolicyBinding"
_ENDINGS = (".yaml", ".yml")
_POD_SECURITY = ("pss-baseline", "pss-restricted")


def untouched_policies(
    surveys: Sequence[Survey], trees: Sequence[Tree], sources: Sources, apart: Apart
) -> tuple[BuildResult, ...]:
    """The builds with ValidatingAdmissionPolicies that a run limited to a change does not make."""
    read = {(one.ref.file.repo, one.ref.file.path) for found in surveys for one in found.documents}
    held = {tree.name: frozenset(_holding(_POLICY, tree, sources, read)) for tree in trees}
    if not any(held.values()):
        return ()
    return tuple(
        build for build in apart(held) if any(one.kind in (_POLICY, _BINDING) for one in build.objects)
    )


def _holding(text: str, tree: Tree, sources: Sources, read: set[tuple[str, str]]) -> Iterator[str]:
    wanted = text.encode()
    for path, entry in tree.entries().items():
        if entry.kind is EntryKind.FILE and path.endswith(_ENDINGS) and (tree.name, path) not in read:
            try:
                if wanted in sources.data(tree.ref(path)):
                    yield path
            except Unreadable:
                continue  # whoever changes it is told


def reached(
    altered: Sequence[BuildResult],
    former: Former | None,
    apart: Callable[[], tuple[BuildResult, ...]],
    cards: Iterable[Card],
    config: Config,
    kubernetes: str,
) -> Iterator[Violation]:
    """What a change makes of objects in other files, by policies and by levels of Pod Security.

    `former` is None where the run is not limited to a change. `apart` builds everything, once that is
    needed; `kubernetes` overrides the configuration's versions.
    """
    if former is None:
        return
    namespaces, policies = _relabelled(altered, former), _policies(altered, former)
    if not namespaces and not policies:
        return
    builds = apart()
    told = {(one.target, one.key) for build in altered for one in build.objects}
    of_pods = [card for card in cards if card.id in _POD_SECURITY] if namespaces else []
    for violation in (
        *_by_policies(builds, policies),
        *_by_pod_security(builds, namespaces, of_pods, config, kubernetes),
    ):
        if isinstance(violation.on, RenderedObject) and (violation.on.target, violation.on.key) not in told:
            yield violation


def _by_policies(builds: Sequence[BuildResult], policies: set[str]) -> Iterator[Violation]:
    if not policies:
        return
    from gitlint_ops.validate.admission import Admission

    for violation in Admission(builds).violations():
        policy = violation.related[0].on
        if isinstance(policy, RenderedObject) and policy.key.name in policies:
            yield violation


def _by_pod_security(
    builds: tuple[BuildResult, ...],
    namespaces: set[str],
    cards: Sequence[Card],
    config: Config,
    kubernetes: str,
) -> Iterator[Violation]:
    if not cards:
        return
    seen = namespaces_by_target(builds)
    inputs = rule_inputs(builds, builds, (), config, kubernetes, seen)
    for violation in run_rules(cards, inputs):
        on = violation.on
        if isinstance(on, RenderedObject) and not namespaces.isdisjoint(
            seen[on.target].names(on.key.namespace)
        ):
            yield violation


def _relabelled(altered: Iterable[BuildResult], former: Former) -> set[str]:
    """The namespaces of which a change asks for other levels than before."""
    found: set[str] = set()
    for on in (one for build in altered for one in build.objects if one.kind in ("Namespace", "Application")):
        now = {name: one.standards for name, one in labelled_in(on, on.body)}
        before = {name: one.standards for name, one in labelled_in(on, former(on) or {})}
        found |= {name for name in {*now, *before} if now.get(name) != before.get(name)}
    return found


def _policies(altered: Iterable[BuildResult], former: Former) -> set[str]:
    """The policies that a change alters, or the bindings of."""
    found: set[str] = set()
    for on in (one for build in altered for one in build.objects if one.kind in (_POLICY, _BINDING)):
        if former(on) != on.body:
            name = on.key.name if on.kind == _POLICY else value_at(on.body, ("spec", "policyName"))
            found.add(str(name))
    return found
