"""Where Applications go, and Applications that take each other's names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gitlint_ops.model.blame import origin
from gitlint_ops.model.delivery import Owner, OwnerKind
from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.findings import Note, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params

_DESTINATION: FieldPath = ("spec", "destination")
_OWN = frozenset({"in-cluster", "https://kubernetes.default.svc"})


def destination_invalid(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Destinations that Argo CD refuses, or that are no cluster of the inventory."""
    for delivery in deliveries.of_kind(OwnerKind.APPLICATION):
        yield from _invalid(delivery.owner, deliveries)


def _invalid(owner: Owner, deliveries: Deliveries) -> Iterator[Violation]:
    name, server = (owner.text(*map(str, _DESTINATION), one) for one in ("name", "server"))
    if name and server:
        yield Violation(
            owner.object,
            (*_DESTINATION, "name"),
            "the destination has both a name and a server, of which Argo CD takes only one",
            hint="keep the one that does not change when the cluster is made anew",
        )
        return
    if not name and not server:
        there = isinstance(owner.value("spec", "destination"), Mapping)
        yield Violation(
            owner.object,
            _DESTINATION if there else ("spec",),
            "the destination names no cluster: Argo CD needs its name or its server",
            hint="for the cluster that Argo CD runs in, write `server: https://kubernetes.default.svc`",
            at_key=True,
        )
        return
    declared = [one for one in deliveries.clusters.values() if one.declared]
    text = name or server
    if not declared or text.rstrip("/") in _OWN:
        return
    known = {one.name for one in declared} if name else {one.address.rstrip("/") for one in declared}
    if text.rstrip("/") not in known:
        near = did_you_mean(text, known)
        yield Violation(
            owner.object,
            (*_DESTINATION, "name" if name else "server"),
            f"no cluster of the inventory has the {'name' if name else 'server'} '{text}'",
            hint=f"did you mean '{near}'?"
            if near
            else "correct it, or add the cluster under `clusters:` in gitlint-ops.yaml",
        )


def application_duplicate(deliveries: Deliveries, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Applications of one name in one Argo CD: the later takes what the earlier deployed, and prunes it."""
    for delivery in deliveries.of_kind(OwnerKind.APPLICATION):
        owner = delivery.owner
        if not owner.twin or owner.is_example:
            continue
        key = owner.object.key
        other = deliveries.owner(owner.kind, owner.cluster, key.namespace, key.name)
        if other is None or not _surely_meet(owner, other.owner):
            continue
        yield Violation(
            owner.object,
            ("metadata", "name"),
            f"there is another Application {key.namespace}/{key.name}".replace(" /", " "),
            related=(Note(other.owner.object, ("metadata", "name"), "the other one"),),
            hint="give one of the two another name: Argo CD keeps only one, and prunes what the other "
            "deployed",
        )


def _surely_meet(one: Owner, other: Owner) -> bool:
    """Whether both come into one Argo CD: through the same parent, or from the same folder."""
    if one.parent or other.parent:
        return one.parent == other.parent
    folders = [origin(each.object.blame).source.file.path.rpartition("/")[0] for each in (one, other)]
    return folders[0] == folders[1] and one.repo == other.repo
