"""`$patch`, the one directive that kustomize's strategic merge knows.

Source: kyaml/yaml/merge2/smpdirective.go
"""

from __future__ import annotations

from enum import Enum

from gitlint_ops.build.kustomize.merge_nodes import MergeFault, Node

DIRECTIVE = "$patch"


class Directive(Enum):
    MERGE = "merge"
    REPLACE = "replace"
    DELETE = "delete"


def take_directive(patch: Node) -> Directive:
    """What a mapping of a patch asks for; the directive is taken out of it.

    Raises:
        MergeFault: the directive is unknown; it stays in the mapping.
    """
    member = patch.get(DIRECTIVE)
    if member is None:
        return Directive.MERGE
    directive = parse_directive(member)
    patch.remove(DIRECTIVE)
    return directive


def take_known_directive(patch: Node) -> Directive:
    """The same for a mapping that has no counterpart: an unknown directive stays as a plain field."""
    try:
        return take_directive(patch)
    except MergeFault:
        return Directive.MERGE


def parse_directive(member: Node) -> Directive:
    try:
        return Directive(member.text)
    except ValueError:
        raise MergeFault(f"unknown patch strategy '{member.text}'", member) from None
