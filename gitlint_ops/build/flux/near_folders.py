"""The folder that a path means that leads nowhere."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable

from gitlint_ops.model.near_names import most_alike

_MOST_WRONG = 2


def near_folder(wanted: str, folders: Collection[str], root: str = "") -> str:
    """The folder whose path is the wanted one but for a name or two, or that is called so elsewhere; or "".

    `root` is the folder that paths start at, with a slash at its end; the others are told from there.
    """
    held = {one.removeprefix(root) for one in folders if one.startswith(root)}
    return _by_names(wanted, held) or _by_last_name(wanted, held)


def _by_names(wanted: str, held: Collection[str]) -> str:
    """Name by name, each as it is or, where it leads nowhere, the most alike of those that do."""
    found, wrong = "", 0
    names = wanted.split("/")
    for at, name in enumerate(names):
        beside = [one for one in held if one and posixpath.dirname(one) == found]
        exact = posixpath.join(found, name)
        if exact in beside:
            found = exact
            continue
        rest = "/".join(names[at + 1 :])
        fitting = [one for one in beside if not rest or posixpath.join(one, rest) in held]
        near = _most_alike(name, map(posixpath.basename, fitting or beside))
        wrong += 1
        if not near or wrong > _MOST_WRONG:
            return ""
        found = posixpath.join(found, near)
    return found


def _most_alike(name: str, others: Iterable[str]) -> str:
    """The most alike of some names; else the one that is a longer or shorter form of it."""
    known = sorted(others)
    longer = [
        one
        for one in known
        if min(len(one), len(name)) > 1 and (one.startswith(name) or name.startswith(one))
    ]
    return most_alike(name, known) or (longer[0] if len(longer) == 1 else "")


def _by_last_name(wanted: str, held: Collection[str]) -> str:
    """The only folder of the same name, wherever it is."""
    last = posixpath.basename(wanted)
    found = [one for one in held if posixpath.basename(one) == last]
    return found[0] if len(found) == 1 else ""
