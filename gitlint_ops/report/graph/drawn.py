"""The delivery graph for Mermaid and Graphviz."""

from __future__ import annotations

import json
from collections.abc import Iterator

from gitlint_ops.model.graph import ClusterNode, DeliveryGraph, OwnerNode

_STYLES = {"failed": "stroke:#c00", "unchecked": "stroke-dasharray: 4"}


def as_mermaid(graph: DeliveryGraph) -> str:
    """A flowchart as GitHub and GitLab draw it in Markdown.

    Source: https://mermaid.js.org/syntax/flowchart.html
    """
    names = _names(graph)
    lines = ["flowchart LR"]
    for number, cluster in enumerate(graph.clusters):
        lines.append(f'  subgraph c{number}["{_mermaid(_title(cluster))}"]')
        for one in cluster.owners:
            label = _mermaid("\\n".join(_label(one))).replace("\\n", "<br/>")
            lines.append(f'    {names[one.id]}["{label}"]')
        lines.append("  end")
    for start, end, said in _edges(graph, names):
        lines.append(f"  {start} -. {said} .-> {end}" if said else f"  {start} --> {end}")
    styled = (one for one in _owners(graph) if one.status in _STYLES)
    lines += (f"  style {names[one.id]} {_STYLES[one.status]}" for one in styled)
    return "\n".join(lines) + "\n"


def as_dot(graph: DeliveryGraph) -> str:
    """A digraph for Graphviz.

    Source: https://graphviz.org/doc/info/lang.html
    """
    names = _names(graph)
    lines = ["digraph delivery {", "  rankdir=LR;", "  node [shape=box];"]
    for number, cluster in enumerate(graph.clusters):
        lines += [f"  subgraph cluster_{number} {{", f"    label={_quoted(_title(cluster))};"]
        lines += (
            f"    {names[one.id]} [label={_quoted(chr(10).join(_label(one)))}{_colour(one)}];"
            for one in cluster.owners
        )
        lines.append("  }")
    for start, end, said in _edges(graph, names):
        style = f" [style=dashed, label={_quoted(said)}]" if said else ""
        lines.append(f"  {start} -> {end}{style};")
    return "\n".join([*lines, "}"]) + "\n"


def _owners(graph: DeliveryGraph) -> Iterator[OwnerNode]:
    return (one for cluster in graph.clusters for one in cluster.owners)


def _names(graph: DeliveryGraph) -> dict[str, str]:
    return {one.id: f"n{number}" for number, one in enumerate(_owners(graph))}


def _title(cluster: ClusterNode) -> str:
    name = cluster.name or "cluster without a name"
    return f"{name} ({cluster.environment})" if cluster.environment else name


def _label(one: OwnerNode) -> Iterator[str]:
    yield one.said
    if one.source:
        yield one.source
    count = len(one.objects)
    told = [one.status or "", f"{count} objects" if count != 1 else "1 object"] if one.status else []
    if one.wave is not None:
        told.append(f"wave {one.wave}")
    if told:
        yield ", ".join(told)


def _edges(graph: DeliveryGraph, names: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    for one in _owners(graph):
        if one.parent in names:
            yield names[one.parent], names[one.id], ""
        for other in one.depends_on:
            if other in names:
                yield names[one.id], names[other], "waits for"


def _colour(one: OwnerNode) -> str:
    return {"failed": ", color=red", "unchecked": ", style=dashed"}.get(one.status, "")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _mermaid(text: str) -> str:
    """Mermaid reads some characters as syntax even within quotes; entities are safe."""
    return "".join(one if one.isalnum() or one in " ./_-:@,()\\" else f"#{ord(one)};" for one in text)
