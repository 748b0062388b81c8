"""Fields of kustomizations that newer ones have taken the place of, with the edits that move them over.

Source: api/types/kustomization.go (CheckDeprecatedFields, FixKustomization)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from gitlint_ops.build.kustomize.migration import MOVES, migrated, migrated_env
from gitlint_ops.discover.survey import Survey
from gitlint_ops.model.findings import Edit, Replacement, Violation
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.syntax.edits import Change, NotEditable
from gitlint_ops.workspace.sources import Sources, spanned
from gitlint_ops.workspace.tree import Unreadable

DEPRECATED_FIELD = "deprecated-field"

_GENERATORS = ("configmapgenerator", "secretgenerator")

_MOST_EDITS = 20
"""Generators of a file for which an edit is made: each takes reading the file again."""

# What kustomize itself warns of when it builds.
_WARNED_OF = frozenset(
    {"bases", "commonlabels", "imagetags", "patchesjson6902", "patchesstrategicmerge", "vars"}
)

# Without an edit: what to do, as the hint says it.
_BY_HAND: Mapping[str, tuple[str, str]] = {
    "vars": (
        "replacements",
        "write a replacement for each variable by hand: a variable stands anywhere in a text, and a "
        "replacement sets a field or a part of one",
    ),
    "helmchartinflationgenerator": (
        "helmCharts",
        "write its entries as `helmCharts` by hand (chartName is name, chartRepoUrl is repo, "
        "values is valuesFile, valuesLocal is valuesInline)",
    ),
}


def deprecated_fields(found: Survey, sources: Sources) -> Iterator[Violation]:
    """One violation a use of a deprecated field, in the kustomizations that the run looks at.

    The edits say the same in kustomize's terms; that nothing renders differently is not proved yet.
    """
    tree = sources.tree(found.repo)
    seen: set[str] = set()
    for folder in found.kustomizations:
        document = found.dirs[folder].document
        try:
            path = tree.resolve(document.file.path)
            text = sources.text(tree.ref(path), Typing.KUBECTL)
        except Unreadable:
            continue
        if path in seen or (found.changed is not None and path not in found.changed):
            continue
        seen.add(path)
        body = text.documents[0].body if text.documents and text.documents[0].index == 0 else None
        if isinstance(body, Mapping):
            yield from _in_kustomization(body, DocumentRef(tree.ref(path)), sources)


def _in_kustomization(
    body: Mapping[Any, Any], document: DocumentRef, sources: Sources
) -> Iterator[Violation]:
    for name, value in body.items():
        lowered = str(name).lower()
        if value is None:
            continue  # kustomize takes it for absent
        if lowered in MOVES:
            yield _violation(document, name, _edited(document, sources, name, value), value)
        elif lowered in _BY_HAND:
            yield _by_hand(document, name)
        elif lowered in _GENERATORS and isinstance(value, list):
            yield from _env_files(value, document, name, sources)


def _violation(document: DocumentRef, name: str, edit: Edit | str, value: Any) -> Violation:
    new = MOVES[name.lower()].to
    warned = " and warns of it" if name.lower() in _WARNED_OF else ""
    hint = f"write its entries under `{new}`" if value else "it has no entries: delete it"
    return _told(document, (name,), f"`{name}` is deprecated: kustomize asks for `{new}`{warned}", hint, edit)


def _by_hand(document: DocumentRef, name: str) -> Violation:
    new, hint = _BY_HAND[name.lower()]
    warned = " and warns of it" if name.lower() in _WARNED_OF else ""
    message = f"`{name}` is deprecated: kustomize asks for `{new}`{warned}"
    return Violation(document, (name,), message, hint=hint, rule=DEPRECATED_FIELD, at_key=True)


def _env_files(
    entries: list[Any], document: DocumentRef, generators: str, sources: Sources
) -> Iterator[Violation]:
    found = (
        (index, name)
        for index, entry in enumerate(entries)
        for name in (entry if isinstance(entry, Mapping) else ())
        if str(name).lower() == "env" and entry[name]
    )
    for number, (index, name) in enumerate(found):
        edit: Edit | str = f"it makes no more than {_MOST_EDITS} such edits at a time: run it again"
        if number < _MOST_EDITS:
            title = f"write `{name}` of a generator as `envs`"
            change = partial(migrated_env, generators=generators, index=index)
            edit = _edit(document, sources, title, change)
        message = f"`{name}` of a generator is deprecated: kustomize reads it as an entry of `envs`"
        yield _told(document, (generators, index, name), message, "make it an entry of `envs`", edit)


def _told(document: DocumentRef, path: FieldPath, message: str, hint: str, edit: Edit | str) -> Violation:
    """`edit` may be the reason why there is none."""
    if isinstance(edit, str):
        hint, offered = f"{hint}; `gitlint-ops fix` leaves it to you, because {edit}", None
    else:
        offered = edit
    return Violation(document, path, message, edit=offered, hint=hint, rule=DEPRECATED_FIELD, at_key=True)


def _edited(document: DocumentRef, sources: Sources, name: str, value: Any) -> Edit | str:
    title = f"write `{name}` as `{MOVES[name.lower()].to}`" if value else f"delete the empty `{name}`"
    return _edit(document, sources, title, partial(migrated, field=name))


def _edit(
    document: DocumentRef, sources: Sources, title: str, change: Callable[[bytes], tuple[Change, ...]]
) -> Edit | str:
    try:
        changes = change(sources.data(document.file))
    except NotEditable as error:
        return str(error)
    parts = (Replacement(spanned(document.file, one.span), one.text) for one in changes)
    return Edit(title, tuple(parts))
