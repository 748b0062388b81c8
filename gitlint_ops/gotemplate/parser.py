"""From the words of a template to its tree.

Source: text/template/parse/parse.go and node.go of Go.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from msgspec import Struct

from gitlint_ops.gotemplate import literals, nodes
from gitlint_ops.gotemplate.faults import TemplateFault, Unverifiable
from gitlint_ops.gotemplate.lexer import Token, tokens
from gitlint_ops.gotemplate.nodes import Position
from gitlint_ops.gotemplate.numerals import read_number

_MOST_CHARACTERS = 1_000_000
_DEEPEST = 60

_FIRST_OF_OPERAND = frozenset(
    ("bool", "character", "complex", "dot", "field", "identifier", "number", "nil", "raw string", "string")
) | {"variable", "("}
_CONTROLS = frozenset(("block", "break", "continue", "else", "end", "if", "range", "template", "with"))
_NOT_EXECUTABLE = (nodes.Bool, nodes.Dot, nodes.Nil, nodes.Number, nodes.String)


class Use(Struct, frozen=True):
    """A function that a template names."""

    name: str
    at: Position


class Parsed(Struct, frozen=True):
    """The templates that a text defines, by name; the text itself has the name that it was given."""

    definitions: dict[str, tuple[nodes.Node, ...]]
    functions: tuple[Use, ...]


class _Ending(Struct, frozen=True):
    """`{{end}}` or `{{else}}`, which closes a list of nodes."""

    word: str


class _Scope:
    """What one definition knows while it is parsed."""

    def __init__(self) -> None:
        self.variables = ["$"]
        self.ranges = 0


def parse_text(text: str, name: str) -> Parsed:
    """Parses a template.

    Raises:
        TemplateFault: Go would refuse it.
        Unverifiable: it is too long, or too deeply nested.
    """
    if len(text) > _MOST_CHARACTERS:
        raise Unverifiable("the template is too long to be evaluated here")
    return _Parser(text, name).parsed()


class _Parser:
    def __init__(self, text: str, name: str) -> None:
        self._name = name
        self._tokens: Sequence[Token] = list(tokens(text))
        self._count = len(self._tokens)
        self._next = 0
        self._lines = [0]
        for index, character in enumerate(text):
            if character == "\n":
                self._lines.append(index + 1)
        self._scope = _Scope()
        self._depth = 0
        self._action_line = 0
        self._definitions: dict[str, tuple[nodes.Node, ...]] = {}
        self._functions: list[Use] = []

    def parsed(self) -> Parsed:
        body: list[nodes.Node] = []
        while self._peek().kind != "end of file":
            if self._peek().kind == "{{" and self._after_spaces(self._next + 1).kind == "define":
                self._take()
                self._take_word()
                self._definition()
                continue
            node = self._node()
            if isinstance(node, _Ending):
                raise self._fault(f"unexpected {{{{{node.word}}}}}")
            body.append(node)
        self._add(self._name, tuple(body))
        return Parsed(self._definitions, tuple(self._functions))

    def _peek(self) -> Token:
        return self._tokens[self._next] if self._next < self._count else self._tokens[-1]

    def _take(self) -> Token:
        token = self._peek()
        self._next += 1
        return token

    def _after_spaces(self, index: int) -> Token:
        while index < len(self._tokens) - 1 and self._tokens[index].kind == "space":
            index += 1
        return self._tokens[min(index, len(self._tokens) - 1)]

    def _peek_word(self) -> Token:
        while self._peek().kind == "space":
            self._next += 1
        return self._peek()

    def _take_word(self) -> Token:
        self._peek_word()
        return self._take()

    def _expect(self, kinds: tuple[str, ...], context: str) -> Token:
        token = self._take_word()
        if token.kind not in kinds:
            raise self._unexpected(token, context)
        return token

    def _at(self, token: Token) -> Position:
        line = bisect_right(self._lines, token.offset)
        return Position(line, token.offset - self._lines[line - 1] + 1)

    def _fault(self, message: str) -> TemplateFault:
        last = self._tokens[max(0, min(self._next, len(self._tokens)) - 1)]
        place = self._at(last)
        text = f"template: {self._name}:{last.line}: {message}"
        return TemplateFault(text, place.line, place.column)

    def _unexpected(self, token: Token, context: str) -> TemplateFault:
        if token.kind != "error":
            return self._fault(f"unexpected {token.shown()} in {context}")
        started = ""
        if self._action_line not in (0, token.line):
            started = f" in action started at {self._name}:{self._action_line}"
            if token.text.endswith(" action"):
                started = started.removeprefix(" in action")
        return self._fault(f"{token.text}{started}")

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            place = self._at(self._peek())
            raise Unverifiable("the template is too deeply nested", place.line, place.column)

    def _add(self, name: str, body: tuple[nodes.Node, ...]) -> None:
        held = self._definitions.get(name)
        if held is None or nodes.is_empty(held):
            self._definitions[name] = body
        elif not nodes.is_empty(body):
            raise self._fault(f"template: multiple definition of template {literals.quote(name)}")

    def _definition(self) -> None:
        name = self._unquoted(self._expect(("string", "raw string"), "define clause"))
        self._expect(("}}",), "define clause")
        self._add(name, self._inner_template("define clause"))

    def _inner_template(self, context: str) -> tuple[nodes.Node, ...]:
        outer, self._scope = self._scope, _Scope()
        line, self._action_line = self._action_line, 0
        body, ending = self._list()
        if ending.word != "end":
            raise self._fault(f"unexpected {{{{{ending.word}}}}} in {context}")
        self._scope, self._action_line = outer, line
        return body

    def _list(self) -> tuple[tuple[nodes.Node, ...], _Ending]:
        self._deeper()
        body: list[nodes.Node] = []
        while self._peek_word().kind != "end of file":
            node = self._node()
            if isinstance(node, _Ending):
                self._depth -= 1
                return tuple(body), node
            body.append(node)
        self._take()
        raise self._fault("unexpected EOF")

    def _node(self) -> nodes.Node | _Ending:
        token = self._take_word()
        if token.kind == "text":
            return nodes.Text(self._at(token), token.text)
        if token.kind != "{{":
            raise self._unexpected(token, "input")
        self._action_line = token.line
        node = self._action()
        self._action_line = 0
        return node

    def _action(self) -> nodes.Node | _Ending:
        token = self._peek_word()
        if token.kind not in _CONTROLS:
            return nodes.Action(self._at(token), self._pipeline("command", "}}"))
        self._take()
        if token.kind in ("if", "range", "with"):
            return self._branch(token.kind)
        match token.kind:
            case "end":
                self._expect(("}}",), "end")
                return _Ending("end")
            case "else":
                return self._else()
            case "template" | "block":
                return self._call(token.kind)
            case _:
                return self._jump(token)

    def _else(self) -> _Ending:
        if self._peek_word().kind not in ("if", "with"):
            self._expect(("}}",), "else")
        return _Ending("else")

    def _jump(self, token: Token) -> nodes.Node:
        written = f"{{{{{token.kind}}}}}"
        self._expect(("}}",), written)
        if not self._scope.ranges:
            raise self._fault(f"{written} outside {{{{range}}}}")
        made = nodes.Break if token.kind == "break" else nodes.Continue
        return made(self._at(token))

    def _branch(self, keyword: str) -> nodes.Branch:
        held = len(self._scope.variables)
        pipe = self._pipeline(keyword, "}}")
        self._scope.ranges += keyword == "range"
        body, ending = self._list()
        self._scope.ranges -= keyword == "range"
        otherwise = None if ending.word == "end" else self._otherwise(keyword)
        del self._scope.variables[held:]
        return nodes.Branch(pipe.at, keyword, pipe, body, otherwise)

    def _otherwise(self, keyword: str) -> tuple[nodes.Node, ...]:
        if keyword in ("if", "with") and self._peek().kind == keyword:
            # {{else if}} is {{else}}{{if}} with one end for both.
            self._take()
            self._deeper()
            inner = self._branch(keyword)
            self._depth -= 1
            return (inner,)
        body, ending = self._list()
        if ending.word != "end":
            raise self._fault(f"expected end; found {{{{{ending.word}}}}}")
        return body

    def _call(self, keyword: str) -> nodes.Call:
        context = f"{keyword} clause"
        token = self._take_word()
        if token.kind not in ("string", "raw string"):
            raise self._unexpected(token, context)
        name = self._unquoted(token)
        pipe = None
        if keyword == "template" and self._peek_word().kind == "}}":
            self._take()
        else:
            pipe = self._pipeline(context, "}}")
        if keyword == "block":
            self._add(name, self._inner_template(context))
        return nodes.Call(self._at(token), name, pipe)

    def _pipeline(self, context: str, end: str) -> nodes.Pipe:
        self._deeper()
        at = self._at(self._peek_word())
        declared, assigns = self._declarations(context)
        commands: list[nodes.Command] = []
        while True:
            token = self._take_word()
            if token.kind == end:
                break
            if token.kind not in _FIRST_OF_OPERAND:
                raise self._unexpected(token, context)
            self._next -= 1
            commands.append(self._command())
        self._check(commands, context)
        self._depth -= 1
        return nodes.Pipe(at, declared, assigns, tuple(commands))

    def _declarations(self, context: str) -> tuple[tuple[nodes.Variable, ...], bool]:
        declared: list[nodes.Variable] = []
        while self._peek_word().kind == "variable":
            token = self._peek()
            sign = self._after_spaces(self._next + 1)
            if sign.kind not in ("=", ":=") and not (sign.kind == "sign" and sign.text == ","):
                break
            self._take()
            self._take_word()
            declared.append(nodes.Variable(self._at(token), (token.text,)))
            self._scope.variables.append(token.text)
            if sign.kind != "sign":
                return tuple(declared), sign.kind == "="
            if context != "range" or len(declared) == 2:
                raise self._fault(f"too many declarations in {context}")
            if self._peek_word().kind not in ("variable", "}}", ")"):
                raise self._fault("range can only initialize variables")
        return tuple(declared), False

    def _check(self, commands: list[nodes.Command], context: str) -> None:
        if not commands:
            raise self._fault(f"missing value for {context}")
        for index, command in enumerate(commands[1:], start=2):
            if isinstance(command.words[0], _NOT_EXECUTABLE):
                raise self._fault(f"non executable command in pipeline stage {index}")

    def _command(self) -> nodes.Command:
        at = self._at(self._peek_word())
        words: list[nodes.Operand] = []
        while True:
            self._peek_word()
            operand = self._operand()
            if operand is not None:
                words.append(operand)
            token = self._take()
            if token.kind == "space":
                continue
            if token.kind in ("}}", ")"):
                self._next -= 1
            elif token.kind != "|":
                raise self._unexpected(token, "operand")
            break
        if not words:
            raise self._fault("empty command")
        return nodes.Command(at, tuple(words))

    def _operand(self) -> nodes.Operand | None:
        node = self._term()
        if node is None or self._peek().kind != "field":
            return node
        at = self._at(self._peek())
        names: list[str] = []
        while self._peek().kind == "field":
            names.append(self._take().text[1:])
        if isinstance(node, nodes.Field):
            return nodes.Field(at, (*node.names, *names))
        if isinstance(node, nodes.Variable):
            return nodes.Variable(at, (*node.names, *names))
        if isinstance(node, _NOT_EXECUTABLE):
            raise self._fault(f"unexpected . after term {literals.quote(nodes.source(node))}")
        return nodes.Chain(at, node, tuple(names))

    def _term(self) -> nodes.Operand | None:
        token = self._take_word()
        at = self._at(token)
        match token.kind:
            case "identifier":
                self._functions.append(Use(token.text, at))
                return nodes.Identifier(at, token.text)
            case "dot":
                return nodes.Dot(at)
            case "nil":
                return nodes.Nil(at)
            case "variable":
                return self._variable(token)
            case "field":
                return nodes.Field(at, (token.text[1:],))
            case "bool":
                return nodes.Bool(at, token.text == "true")
            case _:
                return self._literal(token, at)

    def _literal(self, token: Token, at: Position) -> nodes.Operand | None:
        if token.kind in ("number", "character", "complex"):
            return self._number(token, at)
        if token.kind in ("string", "raw string"):
            return nodes.String(at, token.text, self._unquoted(token))
        if token.kind == "(":
            return self._pipeline("parenthesized pipeline", ")")
        self._next -= 1
        return None

    def _variable(self, token: Token) -> nodes.Variable:
        if token.text not in self._scope.variables:
            raise self._fault(f"undefined variable {literals.quote(token.text)}")
        return nodes.Variable(self._at(token), (token.text,))

    def _unquoted(self, token: Token) -> str:
        value = literals.unquote(token.text)
        if value is None:
            raise self._fault("invalid syntax")
        return value

    def _number(self, token: Token, at: Position) -> nodes.Number:
        try:
            return read_number(token.text, at)
        except ValueError as problem:
            raise self._fault(str(problem)) from problem
