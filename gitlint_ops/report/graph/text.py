"""The delivery graph as a tree for terminals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from gitlint_ops.model.graph import ClusterNode, DeliveryGraph, OwnerNode, Why
from gitlint_ops.report.text.paint import painter, printable

_MOST_KINDS = 6


def as_text(graph: DeliveryGraph, *, colour: bool = False, objects: bool = False) -> str:
    """A tree of each cluster; `objects` lists every object, else they are counted by kind."""
    lines: list[str] = []
    for cluster in graph.clusters:
        lines += [*_cluster(cluster, colour, objects), ""]
    if graph.folders:
        lines.append(painter(colour)("Delivered by nothing here", "heading"))
        lines += (
            f"  {one.status:<10} {one.kind:<10} {printable(one.id)}  ({_number(one.objects, 'object')})"
            for one in graph.folders
        )
        lines.append("")
    if graph.unchecked:
        lines.append("Not followed:")
        lines += (f"  {printable(one)}" for one in graph.unchecked)
        lines.append("")
    return "\n".join(lines) if lines else "Nothing is delivered from here.\n"


def _cluster(cluster: ClusterNode, colour: bool, objects: bool) -> Iterator[str]:
    paint = painter(colour)
    name = f"cluster {cluster.name}" if cluster.name else "cluster without a name"
    said = [cluster.environment, f"Kubernetes {cluster.kubernetes}" if cluster.kubernetes else ""]
    said += ["" if cluster.declared or not cluster.name else "not in the inventory"]
    told = ", ".join(one for one in said if one)
    yield paint(printable(name), "heading") + (f"  ({printable(told)})" if told else "")
    if not cluster.owners:
        yield "└─ nothing is delivered to it"
        return
    here = {one.id for one in cluster.owners}
    below: dict[str, list[OwnerNode]] = {}
    for one in cluster.owners:
        below.setdefault(one.parent if one.parent in here else "", []).append(one)
    yield from _tree(below, objects=objects, here=here)


def _tree(below: Mapping[str, Sequence[OwnerNode]], *, objects: bool, here: set[str]) -> Iterator[str]:
    tops = below.get("", ())
    waiting: list[tuple[OwnerNode, str, bool]] = [
        (one, "", index == len(tops) - 1) for index, one in reversed(list(enumerate(tops)))
    ]
    while waiting:
        one, before, last = waiting.pop()
        yield f"{before}{'└─ ' if last else '├─ '}{_line(one, here)}"
        inner = before + ("   " if last else "│  ")
        children = below.get(one.id, ())
        yield from (f"{inner}{'│  ' if children else '   '}{text}" for text in _details(one, objects))
        waiting += (
            (child, inner, index == len(children) - 1) for index, child in reversed(list(enumerate(children)))
        )


def _line(one: OwnerNode, here: set[str]) -> str:
    parts = [one.said]
    parts += [one.source] if one.source else []
    parts += [f"[{one.status}]"] if one.status else []
    parts += [f"wave {one.wave}"] if one.wave is not None else []
    if one.parent and one.parent not in here:
        parts.append(f"by {one.parent.partition('//')[2]}")
    parts.append(str(one.at.file.path) + f":{one.at.line}")
    return printable("  ".join(parts))


def _details(one: OwnerNode, objects: bool) -> Iterator[str]:
    if one.depends_on:
        yield printable(f"after {', '.join(each.rpartition('//')[2] for each in one.depends_on)}")
    if one.reason:
        yield printable(one.reason)
    if objects:
        for key in one.objects:
            yield printable(f"{key.kind} {key.namespace + '/' if key.namespace else ''}{key.name}")
    elif one.objects:
        kinds = Counter(key.kind for key in one.objects).most_common()
        told = [f"{number} {kind}" for kind, number in kinds[:_MOST_KINDS]]
        rest = sum(number for _, number in kinds[_MOST_KINDS:])
        yield printable(", ".join([*told, *([f"{rest} others"] if rest else [])]))


def why_text(found: Why) -> str:
    """By which ways a file reaches which clusters."""
    lines: list[str] = []
    clusters = list(dict.fromkeys(one.cluster for one in found.reaches))
    if clusters:
        named = ", ".join(one or "a cluster without a name" for one in clusters)
        lines.append(f"{found.file} reaches {_number(len(clusters), 'cluster')}: {named}")
    else:
        lines.append(f"{found.file} reaches no cluster by what is here")
    for cluster in clusters:
        environment = next(one.environment for one in found.reaches if one.cluster == cluster)
        lines += [
            "",
            f"{cluster or 'a cluster without a name'}" + (f"  ({environment})" if environment else ""),
        ]
        for one in found.reaches:
            if one.cluster == cluster:
                owners = " > ".join(
                    f"{each.said} ({each.at.file.path}:{each.at.line})" for each in one.owners
                )
                lines.append(f"  {owners}" + (f"  as it is at {one.revision}" if one.revision else ""))
                lines += [f"    through {' > '.join(one.way)}"] if one.way else []
    if found.folders:
        lines += ["", "Read by folders that nothing here delivers:"]
        lines += (f"  {one}" for one in found.folders)
    return "\n".join(map(printable, lines)) + "\n"


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
