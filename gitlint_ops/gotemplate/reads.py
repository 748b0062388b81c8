"""Which fields of their data templates read, found in their trees without rendering them.

Every branch counts as taken and every definition as called with what it is given, so what is told may
never be read in fact; what is not told is not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from gitlint_ops.gotemplate import nodes
from gitlint_ops.gotemplate.nodes import Position
from gitlint_ops.gotemplate.read_values import (
    ADDING,
    CHECKS,
    FIRST_OR_LAST,
    MEMBERS_ONLY,
    NOTHING,
    PASSED_ON,
    Abstract,
    Kind,
    Path,
    joined,
)
from gitlint_ops.gotemplate.template import Template

_MOST_STEPS = 200_000
_DEEPEST = 40


class Read(Struct, frozen=True):
    """A field that is read: `path` from the root of the data, where "*" stands for any member or element.

    `kind` is "value" where the whole subtree is read (it is printed, or given to a function such as toYaml,
    tpl or index with a key that only a run knows), "keys" where its members are counted or gone through,
    "truth" where it is only asked whether it is there or true. `file` is the name of the template.
    """

    path: Path
    kind: Kind
    file: str
    at: Position


def fields_read(templates: Iterable[Template], texts: Iterable[Template] | None = None) -> tuple[Read, ...]:
    """What templates that are rendered with the same data read of it, each field at its first place.

    They call each other's definitions, as the files of a chart do; of one name the last counts. `texts` are
    all that Helm's `tpl` can be given; None where that is not known, and then it may read anything.
    """
    return _Reader(tuple(templates), None if texts is None else tuple(texts)).reads()


class _TooMuch(Exception):
    pass


class _Reader:
    def __init__(self, templates: tuple[Template, ...], texts: tuple[Template, ...] | None) -> None:
        self._templates = templates
        self._texts = texts
        self._definitions: dict[str, tuple[str, tuple[nodes.Node, ...]]] = {}
        for template in templates:
            for name, body in template.definitions.items():
                if name != template.name:
                    self._definitions[name] = (template.name, body)
        self._found: dict[tuple[Path, Kind], Read] = {}
        self._seen: set[tuple[str, Abstract]] = set()
        self._file = ""
        self._steps = 0
        self._depth = 0
        self._variables: dict[str, Abstract] = {}

    def reads(self) -> tuple[Read, ...]:
        root = Abstract(paths=frozenset({()}))
        try:
            for template in self._templates:
                self._body_of(template.name, template.definitions[template.name], root)
        except _TooMuch:
            # What was not looked at may read anything.
            self._read(root, "value", Position(1, 1))
        return tuple(self._found.values())

    def _spend(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS or self._depth > _DEEPEST:
            raise _TooMuch

    def _read(self, value: Abstract, kind: Kind, at: Position) -> None:
        for path in sorted(value.paths):
            self._found.setdefault((path, kind), Read(path, kind, self._file, at))
        if kind == "value":
            for _, member in value.members:
                self._read(member, kind, at)

    # Blocks.

    def _body_of(self, file: str, body: tuple[nodes.Node, ...], dot: Abstract) -> None:
        outer = (self._file, self._variables)
        self._file, self._variables = file, {"$": dot}
        self._depth += 1
        self._nodes(body, dot)
        self._depth -= 1
        self._file, self._variables = outer

    def _nodes(self, body: tuple[nodes.Node, ...], dot: Abstract) -> None:
        for node in body:
            self._spend()
            match node:
                case nodes.Action(pipe=pipe):
                    value = self._pipe(pipe, dot)
                    if not pipe.declared:
                        self._read(value, "value", pipe.at)
                case nodes.Branch():
                    self._branch(node, dot)
                case nodes.Call(name=name, pipe=given):
                    self._call(name, NOTHING if given is None else self._pipe(given, dot), node.at)

    def _branch(self, node: nodes.Branch, dot: Abstract) -> None:
        before = dict(self._variables)
        if node.keyword == "range":
            self._range(node, dot)
        else:
            value = self._pipe(node.pipe, dot)
            self._read(value, "truth", node.at)
            self._nodes(node.body, value if node.keyword == "with" else dot)
        self._nodes(node.otherwise or (), dot)
        # What a branch declares ends with it; what it assigns may hold or not.
        self._variables = {name: joined(held, self._variables[name]) for name, held in before.items()}

    def _range(self, node: nodes.Branch, dot: Abstract) -> None:
        declared = [one.names[0] for one in node.pipe.declared]
        value = self._pipe(node.pipe, dot, declares=False)
        self._read(value, "keys", node.at)
        element = value.member("*")
        if declared:
            self._variables[declared[-1]] = element
        for name in declared[:-1]:
            self._variables[name] = NOTHING
        # Twice, for what one round assigns and the next reads.
        for _ in range(2):
            self._nodes(node.body, element)

    def _call(self, name: str, given: Abstract, at: Position) -> None:
        definition = self._definitions.get(name)
        if definition is None:
            self._read(given, "value", at)
            return
        if (name, given) not in self._seen:
            self._seen.add((name, given))
            self._body_of(*definition, given)

    def _text(self, given: Abstract, texts: tuple[Template, ...]) -> None:
        """Render all texts that may be meant with what `tpl` is given."""
        for one in texts:
            if (one.name, given) not in self._seen:
                self._seen.add((one.name, given))
                self._body_of(one.name, one.definitions[one.name], given)

    # Expressions.

    def _pipe(self, pipe: nodes.Pipe, dot: Abstract, *, declares: bool = True) -> Abstract:
        value: Abstract | None = None
        self._depth += 1
        for command in pipe.commands:
            value = self._command(command, dot, value)
        self._depth -= 1
        assert value is not None
        if declares:
            for variable in pipe.declared:
                self._declare(variable.names[0], value, pipe)
        return value

    def _declare(self, name: str, value: Abstract, pipe: nodes.Pipe) -> None:
        # Even where the variable is not used, the field has to be there.
        self._read(value, "truth", pipe.at)
        if not pipe.assigns:
            self._variables[name] = value
            return
        # A chain of assignments in a loop can go ever deeper: what is assigned counts as read.
        if name in value.variables_of(self._variables):
            self._read(value, "value", pipe.at)
        self._variables[name] = joined(self._variables.get(name, NOTHING), value)

    def _command(self, command: nodes.Command, dot: Abstract, final: Abstract | None) -> Abstract:
        self._spend()
        first, rest = command.words[0], command.words[1:]
        if isinstance(first, nodes.Identifier):
            return self._function(first, rest, dot, final)
        for word in rest:
            # The arguments of a method.
            self._read(self._operand(word, dot), "value", word.at)
        if final is not None:
            self._read(final, "value", command.at)
        return self._operand(first, dot)

    def _operand(self, node: nodes.Operand, dot: Abstract) -> Abstract:
        match node:
            case nodes.Dot():
                return dot
            case nodes.Field(names=names):
                return dot.deep(names)
            case nodes.Variable(names=names):
                return self._variables.get(names[0], NOTHING).deep(names[1:])
            case nodes.Chain(node=inner, names=names):
                return self._operand(inner, dot).deep(names)
            case nodes.Pipe():
                return self._pipe(node, dot)
            case nodes.Identifier():
                return self._function(node, (), dot, None)
            case _:
                return NOTHING

    def _function(
        self,
        node: nodes.Identifier,
        words: tuple[nodes.Operand, ...],
        dot: Abstract,
        final: Abstract | None,
    ) -> Abstract:
        given = [self._operand(one, dot) for one in words]
        constants = [_constant(one) for one in words]
        if final is not None:
            given.append(final)
            constants.append(None)
        handled = self._special(node, given, constants)
        if handled is not None:
            return handled
        for value in given:
            self._read(value, _KINDS.get(node.name, "value"), node.at)
        return NOTHING

    def _special(
        self, node: nodes.Identifier, given: list[Abstract], constants: list[str | None]
    ) -> Abstract | None:
        """What a function yields that is known here; None for all others, which read what they are given."""
        name, count = node.name, len(given)
        if name in PASSED_ON:
            return self._passed_on(name, given, node.at)
        if name == "include" and count == 2 and constants[0] is not None:
            self._call(constants[0], given[1], node.at)
            return NOTHING
        if name == "tpl" and count == 2 and self._texts is not None:
            self._read(given[0], "value", node.at)
            self._text(given[1], self._texts)
            return NOTHING
        if name == "dict":
            return self._dict(given, constants, node.at)
        if name in ("list", "tuple"):
            self._read(joined(*given), "truth", node.at)
            return Abstract(members=(("*", joined(*given)),))
        if name in ADDING and count > 1:
            for value in given[1:]:
                self._read(value, "value", node.at)
            return given[0]
        if name in FIRST_OR_LAST and count == 1:
            return given[0].member("*")
        return self._member(node, given, constants)

    def _passed_on(self, name: str, given: list[Abstract], at: Position) -> Abstract:
        for value in given:
            self._read(value, "truth", at)
        # The last argument of ternary only chooses.
        return joined(*(given[:2] if name == "ternary" else given))

    def _member(
        self, node: nodes.Identifier, given: list[Abstract], constants: list[str | None]
    ) -> Abstract | None:
        """What a function takes out of a map, where its keys are written there."""
        match node.name, given:
            case "index", [held, *_]:
                path = _written(constants[1:])
                return None if path is None else held.deep(path)
            case "dig", [*_, otherwise, held] if _written(constants[:-2]):
                return joined(held.deep(_written(constants[:-2]) or ()), otherwise)
            case "get" | "hasKey", [held, _] if constants[1] is not None:
                found = held.member(constants[1])
                if node.name == "get":
                    return found
                self._read(found, "truth", node.at)
                return NOTHING
        return None

    def _dict(self, given: list[Abstract], constants: list[str | None], at: Position) -> Abstract:
        members: dict[str, Abstract] = {}
        for index in range(0, len(given) - 1, 2):
            key = constants[index]
            if key is None:
                self._read(given[index], "value", at)
                self._read(given[index + 1], "value", at)
            else:
                self._read(given[index + 1], "truth", at)
                members[key] = given[index + 1]
        return Abstract(members=tuple(sorted(members.items())))


def _constant(word: nodes.Operand) -> str | None:
    """A key that is written as a literal; numbers are those of elements, which are all alike here."""
    if isinstance(word, nodes.String):
        return word.value
    return "*" if isinstance(word, nodes.Number) else None


def _written(keys: list[str | None]) -> Path | None:
    """The keys, where each is written as a text."""
    path = tuple(one for one in keys if one is not None)
    return path if len(path) == len(keys) else None


_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(CHECKS, "truth"),
    **dict.fromkeys(MEMBERS_ONLY, "keys"),
}
