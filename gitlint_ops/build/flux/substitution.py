"""Objects with their variables substituted as Flux does it: in the text of the whole object.

Flux prints an object as YAML, replaces the expressions in that text, and reads it again. So a value may come
out as another type than it was, a quote that the file had is gone by then, and a value may break the YAML.

Source: github.com/fluxcd/pkg/kustomize (kustomize_varsub.go), kustomize api/resource (AsYAML)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.flux.envsubst import TooMuch, missing_in, substituted
from gitlint_ops.build.flux.expressions import Argument, Expression, NotReadable, parse
from gitlint_ops.build.flux.variables import Variable, Variables, is_unknown
from gitlint_ops.model.blame import Blame, Origin, Via, child, origin, over, with_blame
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.structure import value_at
from gitlint_ops.syntax.documents import DUPLICATE_KEY, Typing, read
from gitlint_ops.syntax.emit import emit
from gitlint_ops.syntax.natural import natural_order

SWITCH = "kustomize.toolkit.fluxcd.io/substitute"

_MOST_TEXTS = 10_000


class Trouble(Struct, frozen=True):
    """What keeps Flux from substituting in an object: the field, its line (0: all of it), and why.

    `name` is that of a variable without a value.
    """

    path: FieldPath
    line: int
    reason: str
    name: str = ""
    excerpt: str = ""


class Substituted(Struct, frozen=True):
    """An object after substitution, and what is wrong with its expressions."""

    object: RenderedObject
    troubles: tuple[Trouble, ...] = ()


def is_switched_off(body: Mapping[str, Any]) -> bool:
    """Whether a label or annotation keeps Flux from substituting in an object."""
    return any(
        value_at(body, ("metadata", field, SWITCH)) == "disabled" for field in ("labels", "annotations")
    )


def substitute(one: RenderedObject, variables: Variables, *, strict: bool) -> Substituted:
    """An object as Flux applies it.

    With `strict` a variable without a value is an error; its expression stays, as do those whose value is
    not known.
    """
    texts = [held for held in texts_of(one.body) if "${" in held[1] or "$$" in held[1]]
    if not texts or is_switched_off(one.body):
        return Substituted(one)
    troubles = tuple(trouble for path, text in texts for trouble in _troubles(path, text, variables))
    if any(not found.name for found in troubles):
        return Substituted(one, troubles)
    body = _body_of(emit(one.body), variables, strict=strict)
    if body is None:
        return Substituted(one, (*troubles, _breaking(one.body, texts, variables, strict=strict)))
    blame = _blamed(one.body, body, one.blame, variables)
    kept = _with_old_parts(one.body, body)
    done = replace(
        one, key=object_key(kept), api_version=str(kept.get("apiVersion", "")), body=kept, blame=blame
    )
    return Substituted(done, troubles)


def texts_of(body: Any) -> Iterator[tuple[FieldPath, str]]:
    """All texts of a body, keys among them, each with its path."""
    waiting: list[tuple[FieldPath, Any]] = [((), body)]
    while waiting:
        path, held = waiting.pop()
        if isinstance(held, Mapping):
            for key in held:
                yield (*path, key), key
            waiting += [((*path, key), held[key]) for key in reversed(held)]
        elif isinstance(held, list):
            waiting += [((*path, index), held[index]) for index in reversed(range(len(held)))]
        elif isinstance(held, str):
            yield path, held


def _troubles(path: FieldPath, text: str, variables: Variables) -> Iterator[Trouble]:
    try:
        pieces = parse(text)
    except NotReadable as error:
        yield Trouble(path, _line(text, error.start), error.reason, excerpt=_excerpt(text, error.start))
        return
    for piece in pieces:
        if isinstance(piece, Expression):
            excerpt = text[piece.start : piece.end]
            for name in dict.fromkeys(missing_in(piece, variables.lookup)):
                yield Trouble(path, _line(text, piece.start), "variable not set", name, excerpt)


def _line(text: str, at: int) -> int:
    """The line of a text of several that a character is on, 0 in a text of one."""
    return text.count("\n", 0, at) + 1 if "\n" in text else 0


def _excerpt(text: str, at: int) -> str:
    line = text[at:].partition("\n")[0]
    end = line.find("}")
    return line[: end + 1] if 0 <= end < 40 else line[:40]


def _body_of(text: str, variables: Variables, *, strict: bool) -> dict[str, Any] | None:
    """The object that a text is after substitution, None where it is none."""
    try:
        after = substituted(text, variables.lookup, keep_missing=strict)
    except (NotReadable, TooMuch):
        return None
    found = read(after.encode(errors="replace"), Typing.KUBECTL)
    first = next((one for one in found.documents if one.index == 0), None)
    if first is None or found.problems or found.templated:
        return None
    if any(one.fatal and one.rule != DUPLICATE_KEY for one in first.problems):
        return None
    return first.body if isinstance(first.body, dict) else None


def _breaking(
    body: Mapping[str, Any], texts: Sequence[tuple[FieldPath, str]], variables: Variables, *, strict: bool
) -> Trouble:
    """The field whose value, once substituted, is no YAML where it stands."""
    for path, text in islice(texts, _MOST_TEXTS):
        held = emit({"field": text} if value_at(body, path) == text else {text: "value"})
        if _body_of(held, variables, strict=strict) is None:
            return Trouble(path, 0, "the object is no YAML any more", excerpt=_excerpt(text, text.find("${")))
    return Trouble(("metadata", "name"), 0, "the object is no YAML any more")


# Blame


def _blamed(old: Any, new: Any, blame: Blame, variables: Variables) -> Blame:
    """The blame of a body after substitution: what gave a value stands before what names it."""
    changes = list(_changes(old, new, blame, variables))
    for path, found in changes:
        blame = with_blame(blame, path, found)
    return blame


def _changes(
    old: Any, new: Any, blame: Blame, variables: Variables, path: FieldPath = ()
) -> Iterator[tuple[FieldPath, Blame]]:
    if isinstance(old, dict) and isinstance(new, dict):
        keys = natural_order(old)
        pairs = zip(keys, new, strict=True) if len(keys) == len(new) else ((key, key) for key in new)
        for before, after in pairs:
            below = child(blame, before)
            if before != after:
                yield (*path, after), below
            yield from _changes(old.get(before), new[after], below, variables, (*path, after))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _changes(before, after, child(blame, index), variables, (*path, index))
    elif isinstance(old, str) and (old != new or type(old) is not type(new)) and path:
        found = _set_by(old, blame, variables)
        if found is not None:
            yield path, found


def _set_by(text: str, blame: Blame, variables: Variables) -> Blame | None:
    """What set a text with expressions.

    A text that is one expression is what its variable is; else the text is what a person would look at
    first, and its variables stand behind it.
    """
    try:
        pieces = parse(text)
    except NotReadable:
        return None
    used = [one for piece in pieces for one in _used(piece, variables)]
    if not used:
        return None
    first = origin(used[0].blame)
    variable = Origin(first.source, first.source_path, Via.SUBSTITUTION, verbatim=False, over=first.over)
    if len(pieces) == 1:
        return over(variable, blame)
    here = origin(blame)
    return over(Origin(here.source, here.source_path, here.via, here.verbatim, variable), blame)


def _used(piece: Argument, variables: Variables) -> Iterator[Variable]:
    """The variables that give an expression its value, as far as it is known."""
    if isinstance(piece, Expression):
        for one in piece.names():
            found = variables.held.get(one.name)
            if found is not None and found.value and not is_unknown(found.value):
                yield found


def _with_old_parts(old: Any, new: Any) -> Any:
    """The new body, with the old one's own parts where they are the same, so that they stay shared."""
    if isinstance(old, dict) and isinstance(new, dict):
        if old.keys() != new.keys():
            return new
        held = {key: _with_old_parts(old[key], new[key]) for key in old}
        return old if all(held[key] is old[key] for key in old) else held
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        items = [_with_old_parts(before, after) for before, after in zip(old, new, strict=True)]
        return old if all(one is before for one, before in zip(items, old, strict=True)) else items
    return old if type(old) is type(new) and old == new else new
