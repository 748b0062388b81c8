"""What nil and literals become as arguments of a type."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gitlint_ops.gotemplate import nodes
from gitlint_ops.gotemplate.values import INVALID, Map, Slice, Value


def zero(wanted: str) -> Value:
    """The nil of a type; the name of the type itself where it has none."""
    if wanted == "interface {}":
        return None
    if wanted == "reflect.Value":
        return INVALID
    if wanted.startswith("map["):
        return Map(element=wanted.removeprefix("map[string]"), is_nil=True)
    if wanted.startswith("[]"):
        return Slice(element=wanted[2:], is_nil=True)
    return wanted


LITERALS: Mapping[str, tuple[str, Callable[[nodes.Operand], Value]]] = {
    "bool": ("bool", lambda node: node.value if isinstance(node, nodes.Bool) else None),
    "string": ("string", lambda node: node.value if isinstance(node, nodes.String) else None),
    "int": ("integer", lambda node: node.integer if isinstance(node, nodes.Number) else None),
    "uint32": ("unsigned integer", lambda node: node.integer if isinstance(node, nodes.Number) else None),
    "float64": ("float", lambda node: node.real if isinstance(node, nodes.Number) else None),
}
"""For each type what Go calls its literals, and the value of one; None for that of another type."""
