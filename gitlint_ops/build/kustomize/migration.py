"""Deprecated fields of a kustomization rewritten, in the file's own text.

What comes out is checked against the data: it must say what was meant, and keep all comments.
What it renders to is for `build.proof` to compare.

Source: api/types/kustomization.go (FixKustomization, FixKustomizationPreMarshalling)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from gitlint_ops.syntax.blocks import Block, FieldLines, block, is_blank, last_line, shifted
from gitlint_ops.syntax.comments import all_comments
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.syntax.edits import Change, NotEditable, changes_between
from gitlint_ops.syntax.emit import emit
from gitlint_ops.syntax.nodes import MappingNode, Node, ScalarNode, SequenceNode

Lines: TypeAlias = list[str]

_MOST_LINES = 20_000
"""Lines of a kustomization beyond which it is left alone."""

_IN_BRACKETS = "its value is written in brackets or braces over several lines"


class Move(Struct, frozen=True):
    """What becomes of a field: its entries go to the list `to`, each made what it is there.

    `entry` is given an entry's data, `lines` the lines of all entries (dashes in the first column).
    `in_front`: kustomize takes the old field's entries first.
    """

    to: str
    entry: Callable[[Any], Any]
    lines: Callable[[Block, FieldLines], Lines]
    in_front: bool = False
    renames: bool = False


def migrated(data: bytes, field: str) -> tuple[Change, ...]:
    """The changes that put the entries of a top-level field where they belong.

    Raises:
        NotEditable: the file or the field is in a form that is not edited.
    """
    move = MOVES[field.lower()]
    held = _block(data)
    old = held.field(field)
    if old is None:
        raise NotEditable("the field comes by a merge key")
    if is_empty(old.value) and len(held.fields) > 1:
        lines = _replaced(held, (*(_cut(held, old) if old.above == old.start else (old.start, old.tail)), []))
        return _checked(data, held, lines, lambda body: {key: body[key] for key in body if key != field})
    dest = next((one for one in held.fields if one.name.lower() == move.to.lower()), None)
    if held.has_anchors and not (move.renames and dest is None):
        raise NotEditable("the file has anchors or tags")
    lines = _moved(held, old, dest, move)
    return _checked(data, held, lines, lambda body: _expected(body, field, dest.name if dest else None, move))


def is_empty(value: Node) -> bool:
    """Whether a field has no entries, so that it can be taken out."""
    return (isinstance(value, SequenceNode) and not value.items) or (
        isinstance(value, MappingNode) and not value.pairs
    )


def migrated_env(data: bytes, generators: str, index: int) -> tuple[Change, ...]:
    """The changes that make `env` of a generator the last of its `envs` (raises as `migrated`)."""
    held = _block(data)
    field = held.field(generators)
    if field is None or not isinstance(field.value, SequenceNode) or held.has_anchors:
        raise NotEditable("the file has anchors or tags")
    item = field.value.items[index]
    if not isinstance(item, MappingNode):
        raise NotEditable("the generator is in an unusual form")
    pairs = {key.value.lower(): (key, value) for key, value in item.pairs if isinstance(key, ScalarNode)}
    key, value = pairs["env"]
    if not key.start[0] == value.start[0] == value.end[0]:
        raise NotEditable("its value does not stand behind it on one line")
    if "envs" in pairs:
        envs, there = pairs["envs"]
        end = last_line(held.positions, (generators, index, envs.value))
        lines = _added_to_envs(held, _Env(held, key, value), there, end)
    else:
        lines = _Env(held, key, value).as_envs(_column(held, field), flow=item.flow)
    return _checked(data, held, lines, lambda body: _with_envs(body, generators, index))


class _Env(Struct, frozen=True):
    """The line of a generator's `env`."""

    held: Block
    key: ScalarNode
    value: Node

    @property
    def before(self) -> str:
        return self.held.text.lines[self.key.start[0]][: self.key.start[1]]

    @property
    def text(self) -> str:
        return self.held.text.lines[self.key.start[0]][self.value.start[1] : self.value.end[1]]

    @property
    def rest(self) -> str:
        return self.held.text.lines[self.key.start[0]][self.value.end[1] :]

    def as_envs(self, dash_column: int, *, flow: bool) -> Lines:
        """All lines of the file, with a list in place of the one name."""
        indent = " " * (self.key.start[1] + dash_column)
        flowing = [f"{self.before}envs: [{self.text}]{self.rest}"]
        below = [f"{self.before}envs:", f"{indent}- {self.text}{self.rest}"]
        return _replaced(self.held, (self.key.start[0], self.key.start[0] + 1, flowing if flow else below))


def _added_to_envs(held: Block, env: _Env, envs: Node, end: int) -> Lines:
    """All lines of the file, with the name put behind those of `envs`, which end before line `end`."""
    if not isinstance(envs, SequenceNode) or envs.flow or env.before.strip():
        raise NotEditable("the generator has `envs` too, in another form")
    added = f"{' ' * envs.start[1]}- {env.text}{env.rest}"
    at = env.key.start[0]
    return _replaced(held, (at, at + 1, []), (end, end, [added]))


def _replaced(held: Block, *ranges: tuple[int, int, Lines]) -> Lines:
    """The file's lines with ranges of them replaced, which do not overlap."""
    lines = list(held.text.lines)
    # The later first, so that the lines before it keep their numbers.
    for start, stop, new in sorted(ranges, reverse=True):
        lines[start:stop] = new
    return lines


def _with_envs(body: Mapping[str, Any], generators: str, index: int) -> dict[str, Any]:
    generator = body[generators][index]
    names = {name.lower(): name for name in generator}
    envs = names.get("envs", "envs")
    rest = {name: value for name, value in generator.items() if name not in (names["env"], envs)}
    changed = {**rest, envs: [*(generator.get(envs) or []), generator[names["env"]]]}
    return {**body, generators: [changed if n == index else one for n, one in enumerate(body[generators])]}


def _block(data: bytes) -> Block:
    held = block(data)
    if len(held.text.lines) > _MOST_LINES:
        raise NotEditable(f"the file has more than {_MOST_LINES:,} lines")
    return held


# What comes out


def _expected(body: Mapping[str, Any], field: str, dest: str | None, move: Move) -> dict[str, Any]:
    """The kustomization's data as it must be afterwards."""
    value = body[field]
    moved = [move.entry(one) for one in (value if isinstance(value, list) else [value])]
    there = (body[dest] if dest else None) or []
    rest = {key: one for key, one in body.items() if key not in (field, dest)}
    return {**rest, dest or move.to: [*moved, *there] if move.in_front else [*there, *moved]}


def _checked(
    data: bytes, held: Block, lines: Lines, expected: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> tuple[Change, ...]:
    """The changes that lead to `lines`.

    Raises:
        NotEditable: they do not say what is expected, or lose a comment.
    """
    edited = held.text.encoded(lines)
    before, after = read(data, Typing.KUBECTL), read(edited, Typing.KUBECTL)
    bodies = [(text.documents[0].body if text.documents else None) for text in (before, after)]
    sound = not any(text.problems or any(one.problems for one in text.documents) for text in (before, after))
    if not sound or not isinstance(bodies[0], Mapping) or emit(expected(bodies[0])) != emit(bodies[1]):
        raise NotEditable("it is written in an unusual form")
    said = [Counter(text for _, text in all_comments(one)) for one in (data, edited)]
    if said[0] != said[1]:
        raise NotEditable("a comment stands where it would be lost")
    return changes_between(held.text, lines)


# Moving lines


def _moved(held: Block, old: FieldLines, dest: FieldLines | None, move: Move) -> Lines:
    lines = held.text.lines
    if dest is None and move.renames:
        line, start, end = lines[old.start], old.key.start[1], old.key.end[1]
        return _replaced(held, (old.start, old.start + 1, [f"{line[:start]}{move.to}{line[end:]}"]))
    entries = move.lines(held, old)
    if dest is None:
        comment = held.comment_on(old)
        head = f"{move.to}:{f' {comment}' if comment else ''}"
        return _replaced(held, (old.start, old.tail, [head, *shifted(entries, _column(held, old))]))
    entries = [*_own_comments(held, old), *entries, *lines[old.tail : old.end]]
    put = _put_into(held, dest, entries, in_front=move.in_front)
    return _replaced(held, put, (*_cut(held, old), []))


def _column(held: Block, field: FieldLines) -> int:
    value = field.value
    block_list = isinstance(value, SequenceNode) and not value.flow
    return value.start[1] if block_list else held.dash_column


def _own_comments(held: Block, old: FieldLines) -> Lines:
    comment = held.comment_on(old)
    above = [line.strip() for line in held.text.lines[old.above : old.start]]
    return [*above, comment] if comment else above


def _put_into(
    held: Block, dest: FieldLines, entries: Sequence[str], *, in_front: bool
) -> tuple[int, int, Lines]:
    """Entries put into a list that is there: the range of lines to replace, and by what."""
    value = dest.value
    if isinstance(value, SequenceNode) and not value.flow:
        at = dest.start + 1 if in_front else dest.tail
        return at, at, shifted(entries, value.start[1])
    there = [] if _is_empty(dest) else _items(held, dest)
    comment = held.comment_on(dest)
    head = held.text.lines[dest.start][: dest.key.end[1]] + ":" + (f" {comment}" if comment else "")
    both = [*entries, *there] if in_front else [*there, *entries]
    return dest.start, dest.stop, [head, *shifted(both, held.dash_column)]


def _is_empty(field: FieldLines) -> bool:
    return isinstance(field.value, ScalarNode) and field.value.value in ("", "null", "~")


def _cut(held: Block, old: FieldLines) -> tuple[int, int]:
    """The lines to take out for a field; of blank lines before and behind it, only those behind stay."""
    lines, above = held.text.lines, old.above
    if old.end >= len(lines) or is_blank(lines[old.end]):
        while above and is_blank(lines[above - 1]):
            above -= 1
    return above, old.end


# The lines of entries, their dashes in the first column


def _items(held: Block, field: FieldLines) -> Lines:
    """The entries of a list as block items, with the comments between them."""
    value, lines = field.value, held.text.lines
    if not isinstance(value, SequenceNode):
        raise NotEditable("its value is no list")
    if not value.flow:
        return shifted(lines[field.start + 1 : field.tail], -value.start[1])
    if value.start[0] != value.end[0]:
        raise NotEditable(_IN_BRACKETS)
    return [f"- {lines[one.start[0]][one.start[1] : one.end[1]]}" for one in value.items]


def _merge_patches(held: Block, field: FieldLines) -> Lines:
    """`- file` as `- path: file`, and a text as `- patch: |-` with its lines moved along."""
    items, value = _items(held, field), field.value
    assert isinstance(value, SequenceNode)
    first, column = (value.start[0], 0) if value.flow else (field.start + 1, value.start[1])
    for index, one in reversed([*enumerate(value.items)]):
        if not isinstance(one, ScalarNode):
            raise NotEditable("an entry is no text")
        key = "patch" if is_patch(one.value) else "path"
        number = index if value.flow else one.start[0] - first
        at = 2 if value.flow else one.start[1] - column
        items[number] = f"{items[number][:at]}{key}: {items[number][at:]}"
        if not value.flow:
            end = last_line(held.positions, (field.name, index)) - first
            items[number + 1 : end] = shifted(items[number + 1 : end], 2)
    return items


def is_patch(text: str) -> bool:
    """Whether an entry of patchesStrategicMerge is a patch and not the path of one."""
    return "\n" in text or text.lstrip().startswith("{")


def _label_entry(held: Block, field: FieldLines) -> Lines:
    """A mapping of labels as the one entry of `labels` that says the same."""
    value, lines = field.value, held.text.lines
    head = ["- includeSelectors: true"]
    if not isinstance(value, MappingNode) or not value.pairs:
        raise NotEditable("it has no labels")
    if not value.flow:
        pairs = shifted(lines[field.start + 1 : field.tail], 4 - value.start[1])
        return [*head, "  pairs:", *pairs]
    if value.start[0] != value.end[0]:
        raise NotEditable(_IN_BRACKETS)
    return [*head, f"  pairs: {lines[value.start[0]][value.start[1] : value.end[1]]}"]


def _as_it_is(entry: Any) -> Any:
    return entry


MOVES: Mapping[str, Move] = {
    "bases": Move("resources", _as_it_is, _items, renames=True),
    "imagetags": Move("images", _as_it_is, _items, renames=True),
    "patchesjson6902": Move("patches", _as_it_is, _items, renames=True),
    # Kustomize applies them before those of `patches`; `kustomize edit fix` puts them behind.
    "patchesstrategicmerge": Move(
        "patches", lambda one: {"patch" if is_patch(one) else "path": one}, _merge_patches, in_front=True
    ),
    "commonlabels": Move("labels", lambda pairs: {"includeSelectors": True, "pairs": pairs}, _label_entry),
}
"""By the field's name in lower case: kustomize reads names without regard to case."""
