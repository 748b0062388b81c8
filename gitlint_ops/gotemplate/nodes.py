"""The tree of a template; its words are those of Go's text/template/parse."""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Struct

from gitlint_ops.gotemplate.literals import quote


class Position(Struct, frozen=True):
    """Where a node stands; both count from 1, columns in characters."""

    line: int
    column: int


class Identifier(Struct, frozen=True):
    """The name of a function."""

    at: Position
    name: str


class Dot(Struct, frozen=True):
    at: Position


class Nil(Struct, frozen=True):
    at: Position


class Field(Struct, frozen=True):
    """`.a.b`; as in Go, the place of a chain is that of its second name."""

    at: Position
    names: tuple[str, ...]


class Variable(Struct, frozen=True):
    """`$x.a.b`; the first name has its dollar sign."""

    at: Position
    names: tuple[str, ...]


class Bool(Struct, frozen=True):
    at: Position
    value: bool


class Number(Struct, frozen=True):
    """A number as each of the types that can hold it; None for those that cannot."""

    at: Position
    text: str
    integer: int | None = None
    real: float | None = None
    complex: complex | None = None


class String(Struct, frozen=True):
    at: Position
    written: str
    value: str


class Chain(Struct, frozen=True):
    """`(pipeline).a.b`, or the fields of what a function yields."""

    at: Position
    node: Operand
    names: tuple[str, ...]


class Command(Struct, frozen=True):
    at: Position
    words: tuple[Operand, ...]


class Pipe(Struct, frozen=True):
    """Commands in a row; `assigns` where `declared` are given values with "=" rather than ":="."""

    at: Position
    declared: tuple[Variable, ...]
    assigns: bool
    commands: tuple[Command, ...]


class Text(Struct, frozen=True):
    at: Position
    text: str


class Action(Struct, frozen=True):
    at: Position
    pipe: Pipe


class Branch(Struct, frozen=True):
    """`if`, `with` or `range`, as `keyword` says."""

    at: Position
    keyword: str
    pipe: Pipe
    body: tuple[Node, ...]
    otherwise: tuple[Node, ...] | None


class Call(Struct, frozen=True):
    """`{{template "name" pipeline}}`, also what a `block` becomes."""

    at: Position
    name: str
    pipe: Pipe | None


class Break(Struct, frozen=True):
    at: Position


class Continue(Struct, frozen=True):
    at: Position


Operand: TypeAlias = Identifier | Dot | Nil | Field | Variable | Bool | Number | String | Chain | Pipe
Node: TypeAlias = Text | Action | Branch | Call | Break | Continue
Anything: TypeAlias = Operand | Node | Command


def is_empty(body: tuple[Node, ...]) -> bool:
    """Whether there is nothing but blanks: such a definition may be replaced by another of its name."""
    return all(isinstance(one, Text) and not one.text.strip() for one in body)


def source(node: Anything) -> str:
    """A node as Go prints it in its messages."""
    match node:
        case Identifier(name=text) | Number(text=text) | String(written=text) | Text(text=text):
            return text
        case Field(names=names):
            return "".join(f".{one}" for one in names)
        case Variable(names=names):
            return ".".join(names)
        case Chain(node=inner, names=names):
            return _inner(inner) + "".join(f".{one}" for one in names)
        case Command(words=words):
            return " ".join(_inner(one) for one in words)
        case Dot() | Nil() | Bool():
            return _word(node)
        case Pipe():
            return _pipe(node)
    return _block(node)


def _word(node: Dot | Nil | Bool) -> str:
    if isinstance(node, Bool):
        return "true" if node.value else "false"
    return "." if isinstance(node, Dot) else "nil"


def _inner(node: Operand) -> str:
    return f"({source(node)})" if isinstance(node, Pipe) else source(node)


def _pipe(node: Pipe) -> str:
    written = " | ".join(source(one) for one in node.commands)
    if not node.declared:
        return written
    return f"{', '.join(source(one) for one in node.declared)} {'=' if node.assigns else ':='} {written}"


def _block(node: Node) -> str:
    match node:
        case Action(pipe=pipe):
            return f"{{{{{source(pipe)}}}}}"
        case Call(name=name, pipe=given):
            return f"{{{{template {quote(name)}{' ' + source(given) if given else ''}}}}}"
        case Branch():
            return _branch(node)
        case Break():
            return "{{break}}"
        case Continue():
            return "{{continue}}"
        case Text(text=text):
            return text


def _branch(node: Branch) -> str:
    body = "".join(source(one) for one in node.body)
    otherwise = "" if node.otherwise is None else "{{else}}" + "".join(source(one) for one in node.otherwise)
    return f"{{{{{node.keyword} {source(node.pipe)}}}}}{body}{otherwise}{{{{end}}}}"
