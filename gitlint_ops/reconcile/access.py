"""Which access a run against a cluster would need, found out without asking any server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from gitlint_ops.discovering import Progress, Request
from gitlint_ops.model.objects import ObjectKey
from gitlint_ops.pipeline import Checked, checked
from gitlint_ops.reconcile.options import Options
from gitlint_ops.reconcile.outcomes import ClusterSet
from gitlint_ops.reconcile.rbac import Account, Asking, Body, Plural, access, grants, unguarded
from gitlint_ops.reconcile.sets import cluster_sets
from gitlint_ops.validate.admission_matching import guessed_plural
from gitlint_ops.validate.admission_setting import setting_of
from gitlint_ops.validate.pins import shipped_kinds
from gitlint_ops.workspace.tree import Tree


class Access(Struct, frozen=True):
    """The objects that give it, and what they do not give, as lines for a reader."""

    objects: tuple[Body, ...]
    notes: tuple[str, ...]


class Plurals:
    """Names of kinds in URLs: those of definitions in the workspace, of shipped ones, and guesses."""

    def __init__(self, static: Checked) -> None:
        self._own = setting_of(static.builds).plurals
        self._shipped = {(one.group, one.kind): one.plural for one in shipped_kinds() if one.plural}

    def __call__(self, key: ObjectKey) -> str:
        known = (key.group, key.kind)
        return self._own.get(known) or self._shipped.get(known) or guessed_plural(key.kind)


def needed_access(
    trees: Sequence[Tree], request: Request, options: Options, account: Account, progress: Progress
) -> Access:
    """The access for all kinds that the workspace delivers, to one of its clusters where one is named.

    Raises:
        UsageError: as `check` does, or the cluster is not known.
    """
    static = checked(trees, request, progress)
    sets = cluster_sets(static, cluster=options.cluster, as_operator=options.as_operator)
    asked = tuple(_asked(sets))
    plural = Plurals(static)
    notes = _notes(asked, plural, options)
    objects = access(asked, plural, account, writes=options.rehearse, drift=options.drift)
    return Access(tuple(objects), tuple(notes))


def _asked(sets: Iterable[ClusterSet]) -> Iterator[Asking]:
    for one in sets:
        for target in one.targets:
            yield from (Asking(entry.object.key, entry.applier.identity) for entry in target.entries)
            if target.delivery is not None:
                yield Asking(target.delivery.owner.object.key, only_read=True)


def _notes(asked: Sequence[Asking], plural: Plural, options: Options) -> Iterator[str]:
    if options.drift and options.prune and any(one.only_read for one in asked):
        yield (
            "what left Git is looked for among the kinds below only; to see all of it, add a rule with the "
            "verb `list` for all kinds (which lists Secrets, too)"
        )
    if not options.rehearse:
        yield "reads only: what the server would default or reject is not known without dry runs"
        return
    kinds = ", ".join(sorted(unguarded(asked, plural)))
    if kinds:
        yield f"no dry runs of {kinds}: no policy can keep those from being writes"
    if grants(asked):
        yield (
            "dry runs of roles and bindings are refused unless the account holds the rights that they give, "
            "or `escalate` and `bind`; give it those only while the policy below stands"
        )
    if any(one.identity is not None for one in asked):
        yield (
            "the account may ask as the accounts that are named, and the policy below does not see requests "
            "that are made so: what they may, it may"
        )
