"""What is known of a value without rendering: which fields of the data it may be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

from msgspec import Struct

Path: TypeAlias = tuple[str, ...]
Kind: TypeAlias = Literal["value", "keys", "truth"]

_LONGEST = 30

CHECKS = frozenset(("not", "empty", "kindIs", "kindOf", "typeIs", "typeIsLike", "typeOf", "all", "any"))
"""Functions that ask only what a value is like."""

MEMBERS_ONLY = frozenset(("len", "keys"))
"""Functions that count or name the members of a value."""

PASSED_ON = frozenset(
    (
        "and",
        "or",
        "default",
        "coalesce",
        "required",
        "ternary",
        "merge",
        "mustMerge",
        "mergeOverwrite",
        "mustMergeOverwrite",
    )
) | frozenset(
    (
        "deepCopy",
        "mustDeepCopy",
        "concat",
        "reverse",
        "rest",
        "initial",
        "compact",
        "uniq",
    )
)
"""Functions that yield what they are given, or its parts: those are read where they are used."""


ADDING = frozenset(("append", "push", "prepend", "mustAppend", "mustPush", "mustPrepend", "set"))
"""Functions that yield their list or map with one element more."""

FIRST_OR_LAST = frozenset(("first", "last", "mustFirst", "mustLast"))
"""Functions that yield one element of a list."""


class Abstract(Struct, frozen=True):
    """The fields that a value may be, and the members that it is made of; "*" is any of them."""

    paths: frozenset[Path] = frozenset()
    members: tuple[tuple[str, Abstract], ...] = ()

    def member(self, name: str) -> Abstract:
        """What a field of it may be."""
        # A path that is longer than any data stands for all below it.
        paths = frozenset((*path, name) if len(path) < _LONGEST else path for path in self.paths)
        found = [one for key, one in self.members if key == name or "*" in (key, name)]
        return joined(Abstract(paths), *found)

    def deep(self, names: tuple[str, ...]) -> Abstract:
        """What a field of a field of it may be."""
        value = self
        for name in names:
            value = value.member(name)
        return value

    def variables_of(self, variables: Mapping[str, Abstract]) -> set[str]:
        """The variables that hold a field above one of its own."""
        return {
            name
            for name, held in variables.items()
            if name != "$"
            and any(mine[: len(theirs)] == theirs for mine in self.paths for theirs in held.paths)
        }


NOTHING = Abstract()


def joined(*values: Abstract) -> Abstract:
    """What is one of several."""
    held = [one for one in values if one != NOTHING]
    if len(held) < 2:
        return held[0] if held else NOTHING
    members: dict[str, Abstract] = {}
    for value in held:
        for name, member in value.members:
            members[name] = joined(members[name], member) if name in members else member
    return Abstract(frozenset().union(*(one.paths for one in held)), tuple(sorted(members.items())))
