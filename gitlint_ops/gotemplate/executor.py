"""Walks the tree of a template and writes what it yields.

Source: text/template/exec.go of Go.
"""

from __future__ import annotations

from collections.abc import Mapping

from gitlint_ops.gotemplate import nodes
from gitlint_ops.gotemplate.arguments import LITERALS, zero
from gitlint_ops.gotemplate.faults import Budget, FunctionFault, TemplateFault, Unverifiable
from gitlint_ops.gotemplate.fields import MissingKey, Receiver, field_of
from gitlint_ops.gotemplate.formatting import printed
from gitlint_ops.gotemplate.iteration import elements, is_boxed
from gitlint_ops.gotemplate.literals import quote, to_bytes
from gitlint_ops.gotemplate.numerals import ideal_constant
from gitlint_ops.gotemplate.signatures import Functions
from gitlint_ops.gotemplate.values import INVALID, Value, is_true, type_name

_ABSENT = object()
"""There is no value from the command before in the pipeline."""


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class Executor:
    """One rendering. The frames of called templates share it; their variables are their own."""

    def __init__(
        self,
        name: str,
        lines: list[str],
        definitions: Mapping[str, tuple[nodes.Node, ...]],
        functions: Functions,
        missing_key: MissingKey,
        budget: Budget,
    ) -> None:
        self._file = name
        self._lines = lines
        self._definitions = definitions
        self._functions = functions
        self._missing_key = missing_key
        self._budget = budget
        self._written: list[str] = []
        self._characters = 0
        self._depth = 0
        self._name = name
        self._node: nodes.Anything = nodes.Dot(nodes.Position(1, 1))
        self._variables: list[tuple[str, Value]] = []
        # The dot, while it is an element of a list or map: Go's messages name the type of those.
        self._element: Value = _ABSENT

    def run(self, data: Value) -> str:
        """What the template yields.

        Raises:
            TemplateFault: Go would stop with this error.
            Unverifiable: only a run knows what it yields, or it costs too much.
        """
        self._variables = [("$", data)]
        try:
            self._walk_all(data, self._definitions[self._name])
        except Unverifiable as unknown:
            at = self._node.at
            raise Unverifiable(
                unknown.message, unknown.line or at.line, unknown.column or at.column
            ) from None
        except RecursionError:
            # Lists and maps can be nested in each other more deeply than they can be walked.
            at = self._node.at
            raise Unverifiable(
                "values are nested too deeply to be evaluated here", at.line, at.column
            ) from None
        return "".join(self._written)

    # Faults.

    def fault(self, message: str) -> TemplateFault:
        """An error at the node that is being evaluated, worded as Go does."""
        at = self._node.at
        before = self._lines[at.line - 1][: at.column - 1]
        text = (
            f"template: {self._file}:{at.line}:{len(to_bytes(before))}: executing {quote(self._name)} "
            f"at <{nodes.source(self._node)}>: {message}"
        )
        return TemplateFault(text, at.line, at.column)

    def _deeper(self) -> None:
        self._depth += 1
        if self._depth > self._budget.nesting:
            raise Unverifiable("templates call each other too deeply to be evaluated here")

    # Nodes.

    def _walk_all(self, dot: Value, body: tuple[nodes.Node, ...]) -> None:
        self._deeper()
        for node in body:
            self._walk(dot, node)
        self._depth -= 1

    def _walk(self, dot: Value, node: nodes.Node) -> None:
        self._budget.spend(1)
        self._node = node
        match node:
            case nodes.Text(text=text):
                self._write(text)
            case nodes.Action(pipe=pipe):
                value = self._pipeline(dot, pipe)
                if not pipe.declared:
                    self._node = node
                    self._write(printed(value, self._budget))
            case nodes.Branch(keyword="range"):
                self._range(dot, node)
            case nodes.Branch():
                self._branch(dot, node)
            case nodes.Call():
                self._call_template(dot, node)
            case nodes.Break():
                raise _Break
            case nodes.Continue():
                raise _Continue

    def _write(self, text: str) -> None:
        self._budget.make(len(text), self._characters)
        self._characters += len(text)
        self._written.append(text)

    def _branch(self, dot: Value, node: nodes.Branch) -> None:
        mark = len(self._variables)
        value = self._pipeline(dot, node.pipe)
        outer = self._element
        if is_true(value):
            self._element = _ABSENT if node.keyword == "with" else outer
            self._walk_all(value if node.keyword == "with" else dot, node.body)
            self._element = outer
        elif node.otherwise is not None:
            self._walk_all(dot, node.otherwise)
        del self._variables[mark:]

    def _range(self, dot: Value, node: nodes.Branch) -> None:
        mark, depth, outer = len(self._variables), self._depth, self._element
        value = self._pipeline(dot, node.pipe)
        inner = len(self._variables)
        ran = False
        try:
            for index, element in self._elements(value, len(node.pipe.declared)):
                ran = True
                self._budget.spend(1)
                self._element = element if is_boxed(value) else _ABSENT
                self._set_range_variables(node.pipe, index, element)
                try:
                    self._walk_all(element, node.body)
                except _Continue:
                    self._depth = depth
                del self._variables[inner:]
        except _Break:
            self._depth = depth
        self._element = outer
        if not ran and node.otherwise is not None:
            self._walk_all(dot, node.otherwise)
        del self._variables[mark:]

    def _elements(self, value: Value, variables: int) -> list[tuple[Value, Value]]:
        try:
            return elements(value, variables, self._budget)
        except FunctionFault as fault:
            raise self.fault(str(fault)) from fault

    def _set_range_variables(self, pipe: nodes.Pipe, index: Value, element: Value) -> None:
        names = [one.names[0] for one in pipe.declared]
        if not names:
            return
        if pipe.assigns:
            given = (index, element) if len(names) > 1 else (element,)
            for name, value in zip(names, given, strict=True):
                self._assign(name, value)
            return
        self._variables[-1] = (self._variables[-1][0], element)
        if len(names) > 1:
            self._variables[-2] = (self._variables[-2][0], index)

    def _call_template(self, dot: Value, node: nodes.Call) -> None:
        body = self._definitions.get(node.name)
        if body is None:
            raise self.fault(f"template {quote(node.name)} not defined")
        given = INVALID if node.pipe is None else self._pipeline(dot, node.pipe)
        variables, self._variables = self._variables, [("$", given)]
        outer, self._element = (self._name, self._element), _ABSENT
        self._name = node.name
        self._walk_all(given, body)
        self._variables, (self._name, self._element) = variables, outer

    # Variables.

    def _assign(self, name: str, value: Value) -> None:
        for index in range(len(self._variables) - 1, -1, -1):
            if self._variables[index][0] == name:
                self._variables[index] = (name, value)
                return
        raise self.fault(f"undefined variable: {name}")

    def _variable(self, name: str) -> Value:
        for held, value in reversed(self._variables):
            if held == name:
                return value
        raise self.fault(f"undefined variable: {name}")

    # Pipelines.

    def _pipeline(self, dot: Value, pipe: nodes.Pipe) -> Value:
        self._deeper()
        self._node = pipe
        value: Value = _ABSENT
        for command in pipe.commands:
            value = self._command(dot, command, value)
            value = INVALID if value is None else value
        for variable in pipe.declared:
            if pipe.assigns:
                self._assign(variable.names[0], value)
            else:
                self._variables.append((variable.names[0], value))
        self._depth -= 1
        return value

    def _command(self, dot: Value, command: nodes.Command, final: Value) -> Value:
        self._budget.spend(1)
        first = command.words[0]
        has_arguments = len(command.words) > 1 or final is not _ABSENT
        match first:
            case nodes.Identifier():
                return self._function(dot, first, command, command.words[1:], final)
            case nodes.Field() | nodes.Variable() | nodes.Chain():
                return self._fields(dot, first, command.words[1:], final)
        self._node = self._node if isinstance(first, nodes.Pipe) else first
        if has_arguments:
            raise self.fault(f"can't give argument to non-function {nodes.source(first)}")
        match first:
            case nodes.Pipe():
                return self._pipeline(dot, first)
            case nodes.Dot():
                return dot
            case nodes.Nil():
                raise self.fault("nil is not a command")
        return self._literal(first)

    def _literal(self, node: nodes.Operand) -> Value:
        self._node = node
        if isinstance(node, nodes.String | nodes.Bool):
            return node.value
        assert isinstance(node, nodes.Number)
        value = ideal_constant(node)
        if value is None:
            raise self.fault(f"{node.text} overflows int")
        return value

    def _fields(
        self,
        dot: Value,
        node: nodes.Field | nodes.Variable | nodes.Chain,
        arguments: tuple[nodes.Operand, ...],
        final: Value,
    ) -> Value:
        names = node.names
        self._node = node
        boxed = isinstance(node, nodes.Field) and dot is self._element
        if isinstance(node, nodes.Field):
            value = dot
        elif isinstance(node, nodes.Variable):
            value, names = self._variable(names[0]), names[1:]
        else:
            # An untyped nil stays one here: its fields are nothing, and no error.
            value = self._argument(dot, "reflect.Value", node.node)
        if not names:
            if arguments or final is not _ABSENT:
                raise self.fault(f"can't give argument to non-function {nodes.source(node)}")
            return value
        if not isinstance(node, nodes.Chain):
            self._node = node
        for name in names[:-1]:
            held, value = value, self._field(dot, Receiver(value, boxed), name, (), _ABSENT)
            boxed = is_boxed(held)
        return self._field(dot, Receiver(value, boxed), names[-1], arguments, final)

    def _field(
        self,
        dot: Value,
        receiver: Receiver,
        name: str,
        arguments: tuple[nodes.Operand, ...],
        final: Value,
    ) -> Value:
        self._budget.spend(1)
        has_arguments = bool(arguments) or final is not _ABSENT
        node = self._node

        def given() -> list[Value]:
            values = [self._argument(dot, "interface {}", one) for one in arguments]
            return values if final is _ABSENT else [*values, final]

        try:
            return field_of(receiver, name, self._missing_key, given if has_arguments else None)
        except FunctionFault as fault:
            self._node = node
            raise self.fault(str(fault)) from fault

    # Functions.

    def _function(
        self,
        dot: Value,
        node: nodes.Identifier,
        at: nodes.Anything,
        arguments: tuple[nodes.Operand, ...],
        final: Value,
    ) -> Value:
        self._node = node
        called = self._functions.get(node.name)
        if called is None:
            raise self.fault(f"{quote(node.name)} is not a defined function")
        problem = called.count_problem(len(arguments), final is not _ABSENT)
        if problem:
            raise self.fault(f"wrong number of args for {node.name}: {problem}")
        if node.name in ("and", "or"):
            return self._short_circuit(dot, node.name == "or", arguments, final)
        given = [self._argument(dot, called.type_at(index), one) for index, one in enumerate(arguments)]
        if final is not _ABSENT:
            given.append(self._checked(final, called.type_at(len(given))))
        try:
            return called.body(self._budget, *given)
        except FunctionFault as fault:
            self._node = at
            raise self.fault(f"error calling {node.name}: {fault}") from fault
        except Unverifiable as unknown:
            at_name = node.at
            place = (unknown.line or at_name.line, unknown.column or at_name.column)
            raise Unverifiable(unknown.message, *place) from None

    def _short_circuit(
        self, dot: Value, until: bool, arguments: tuple[nodes.Operand, ...], final: Value
    ) -> Value:
        value: Value = INVALID
        for one in arguments:
            value = self._argument(dot, "reflect.Value", one)
            if is_true(value) == until:
                return value
        return value if final is _ABSENT else final

    def _argument(self, dot: Value, wanted: str, node: nodes.Operand) -> Value:
        self._node = node
        self._budget.spend(1)
        match node:
            case nodes.Dot():
                return self._checked(dot, wanted)
            case nodes.Nil():
                return self._nil(wanted)
            case nodes.Pipe():
                return self._checked(self._pipeline(dot, node), wanted)
            case nodes.Identifier():
                return self._checked(self._function(dot, node, node, (), _ABSENT), wanted)
            case nodes.Field() | nodes.Variable() | nodes.Chain():
                return self._checked(self._fields(dot, node, (), _ABSENT), wanted)
        return self._literal_argument(wanted, node)

    def _nil(self, wanted: str) -> Value:
        value = zero(wanted)
        if isinstance(value, str):
            raise self.fault(f"cannot assign nil to {wanted}")
        return value

    def _literal_argument(self, wanted: str, node: nodes.Operand) -> Value:
        if wanted in ("interface {}", "reflect.Value"):
            return self._literal(node)
        if wanted not in LITERALS:
            raise self.fault(f"can't handle {nodes.source(node)} for arg of type {wanted}")
        expected, read = LITERALS[wanted]
        value = read(node)
        if value is None:
            raise self.fault(f"expected {expected}; found {nodes.source(node)}")
        return value

    def _checked(self, value: Value, wanted: str) -> Value:
        if value is INVALID:
            given = zero(wanted)
            if isinstance(given, str):
                raise self.fault(f"invalid value; expected {wanted}")
            return given
        if wanted in ("interface {}", "reflect.Value") or (value is not None and type_name(value) == wanted):
            return value
        raise self.fault(f"wrong type for value; expected {wanted}; got {type_name(value)}")
