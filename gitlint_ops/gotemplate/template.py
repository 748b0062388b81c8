"""Templates: parsed once, rendered with data."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from gitlint_ops.gotemplate.executor import Executor
from gitlint_ops.gotemplate.faults import Budget, TemplateFault
from gitlint_ops.gotemplate.fields import MissingKey
from gitlint_ops.gotemplate.literals import quote, to_bytes
from gitlint_ops.gotemplate.nodes import Node
from gitlint_ops.gotemplate.parser import Use, parse_text
from gitlint_ops.gotemplate.signatures import Functions
from gitlint_ops.gotemplate.values import from_data


class Template(Struct, frozen=True):
    """A parsed template with those that it defines; `definitions[name]` is its own tree."""

    name: str
    text: str
    definitions: dict[str, tuple[Node, ...]]
    functions: tuple[Use, ...]

    def render(
        self,
        data: Any,
        functions: Functions,
        missing_key: MissingKey = "default",
        budget: Budget | None = None,
    ) -> str:
        """What the template yields for plain data (dict, list, str, int, float, bool, None).

        Every number in the data is a float64, as if it had been read as JSON. Bytes that are no UTF-8
        come out as U+FFFD, as they do in JSON.

        Raises:
            TemplateFault: Go would refuse the template or stop at it.
            Unverifiable: only a run knows what it yields, or it costs too much.
        """
        self.check_functions(functions)
        spent = Budget() if budget is None else budget
        lines = self.text.split("\n")
        executor = Executor(self.name, lines, self.definitions, functions, missing_key, spent)
        written = executor.run(from_data(data, spent))
        if written.isascii():
            return written
        return "".join("\ufffd" if 0xDC80 <= ord(one) <= 0xDCFF else one for one in _joined(written))

    def check_functions(self, known: Functions) -> None:
        """That each function it names is known; Go says this when it parses.

        Raises:
            TemplateFault: one is not.
        """
        for use in self.functions:
            if use.name not in known:
                text = f"template: {self.name}:{use.at.line}: function {quote(use.name)} not defined"
                raise TemplateFault(text, use.at.line, use.at.column)


def _joined(text: str) -> str:
    # Halves of a character that were cut apart and joined again are one.
    return to_bytes(text).decode("utf-8", "surrogateescape")


def parse(text: str, name: str) -> Template:
    """Parses a template; `name` is what messages call it.

    Raises:
        TemplateFault: Go would refuse it.
        Unverifiable: it is too long or too deeply nested.
    """
    parsed = parse_text(text, name)
    return Template(name, text, parsed.definitions, parsed.functions)
