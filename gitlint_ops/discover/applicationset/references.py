"""Which parameters a template names, as far as its text tells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gitlint_ops.discover.applicationset.parameters import Names
from gitlint_ops.gotemplate import nodes
from gitlint_ops.gotemplate.template import Template

_BLOCKS_WITH_OWN_DOT = frozenset({"range", "with"})


def references(template: Template) -> tuple[Names, ...]:
    """The parameters, each once, in the order in which they stand; `index .a "b"` counts as `.a.b`."""
    found: dict[Names, None] = {}
    for body in template.definitions.values():
        found.update(dict.fromkeys(_in_body(body, own_dot=True)))
    return tuple(found)


def _in_body(body: Iterable[nodes.Node], *, own_dot: bool) -> Iterator[Names]:
    for node in body:
        match node:
            case nodes.Action(pipe=pipe):
                yield from _in_pipe(pipe, own_dot=own_dot)
            case nodes.Branch():
                inner = own_dot and node.keyword not in _BLOCKS_WITH_OWN_DOT
                yield from _in_pipe(node.pipe, own_dot=own_dot)
                yield from _in_body(node.body, own_dot=inner)
                yield from _in_body(node.otherwise or (), own_dot=own_dot)
            case nodes.Call(pipe=pipe):
                if pipe is not None:
                    yield from _in_pipe(pipe, own_dot=own_dot)


def _in_pipe(pipe: nodes.Pipe, *, own_dot: bool) -> Iterator[Names]:
    for command in pipe.commands:
        yield from _in_command(command, own_dot=own_dot)


def _in_command(command: nodes.Command, *, own_dot: bool) -> Iterator[Names]:
    words = command.words
    first = words[0]
    if isinstance(first, nodes.Identifier) and first.name == "index" and len(words) > 1:
        indexed = next(_in_operand(words[1], own_dot=own_dot), None)
        if indexed is not None:
            keys = [word.value for word in words[2:] if isinstance(word, nodes.String)]
            yield (*indexed, *keys)
            words = words[2:]
    for word in words:
        yield from _in_operand(word, own_dot=own_dot)


def _in_operand(word: nodes.Operand, *, own_dot: bool) -> Iterator[Names]:
    match word:
        case nodes.Field(names=names):
            if own_dot:
                yield names
        case nodes.Variable(names=("$", *names)):
            if names:
                yield tuple(names)
        case nodes.Chain(node=inner):
            yield from _in_operand(inner, own_dot=own_dot)
        case nodes.Pipe():
            yield from _in_pipe(word, own_dot=own_dot)
