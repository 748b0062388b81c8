"""The two template languages of ApplicationSets.

Source: Replace in applicationset/utils/utils.go of argo-cd
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.discover.applicationset.parameters import Names
from gitlint_ops.gotemplate.application_set import Yaml, application_set_functions
from gitlint_ops.gotemplate.classic import replace_tags, tags
from gitlint_ops.gotemplate.faults import Budget, TemplateFault, Unverifiable
from gitlint_ops.gotemplate.fields import MissingKey
from gitlint_ops.gotemplate.template import Template, parse
from gitlint_ops.model.structure import value_at
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.syntax.emit import emit

NO_VALUE = "<no value>"

# Go fills all texts of an Application in with one map, so that `set . "a" 1` is seen by those behind it.
_CHANGES = re.compile(r"\b(?:set|unset|(?:mustM|m)erge(?:Overwrite)?)\s+[.$][\w.]*\s")
_STEPS_OF_A_SET = 10_000_000
_STEPS_OF_A_TEXT = 200_000


class Rendered(Struct, frozen=True):
    """What a template yields; `missing` are the parameters that it names and that were not given."""

    text: str
    missing: tuple[Names, ...] = ()


class Engine(ABC):
    """How the texts of one ApplicationSet are filled in."""

    nested: bool

    @abstractmethod
    def render(self, text: str, values: Mapping[str, Any]) -> Rendered:
        """What a text yields for a set of parameters.

        Raises:
            TemplateFault: the controller stops at it.
            Unverifiable: only a run knows, or it costs too much.
        """

    @abstractmethod
    def references(self, text: str) -> tuple[Names, ...]:
        """The parameters that a text names; none where it is no template."""


class ClassicEngine(Engine):
    """`{{name}}` is the text of a parameter; what is none stays as it is."""

    nested = False

    def render(self, text: str, values: Mapping[str, Any]) -> Rendered:
        absent = [tag.name for tag in tags(text) if tag.name and not isinstance(values.get(tag.name), str)]
        return Rendered(replace_tags(text, values), tuple(dict.fromkeys((name,) for name in absent)))

    def references(self, text: str) -> tuple[Names, ...]:
        try:
            return tuple(dict.fromkeys((tag.name,) for tag in tags(text) if tag.name))
        except TemplateFault:
            return ()


class GoEngine(Engine):
    """Go's text/template with sprig; each text is parsed once."""

    nested = True

    def __init__(self, missing_key: MissingKey = "default") -> None:
        self._missing_key = missing_key
        self._functions = application_set_functions(YAML)
        self._parsed: dict[str, Template | TemplateFault] = {}
        self._steps = _STEPS_OF_A_SET

    def render(self, text: str, values: Mapping[str, Any]) -> Rendered:
        if "{{" not in text:
            return Rendered(text)
        template = self.parsed(text)
        if _CHANGES.search(text):
            raise Unverifiable("it changes the parameters that later texts see")
        budget = Budget(steps=min(_STEPS_OF_A_TEXT, self._steps))
        before = budget.steps
        try:
            written = template.render(values, self._functions, self._missing_key, budget)
        finally:
            self._steps = max(self._steps - (before - budget.steps), 0)
        if NO_VALUE in written and NO_VALUE not in text:
            return Rendered(written, self.absent(text, values))
        return Rendered(written)

    def strict(self) -> GoEngine:
        """The same with `missingkey=error`."""
        made = GoEngine("error")
        made._parsed, made._steps = self._parsed, self._steps
        return made

    def references(self, text: str) -> tuple[Names, ...]:
        from gitlint_ops.discover.applicationset.references import references

        if "{{" not in text:
            return ()
        try:
            return references(self.parsed(text))
        except (TemplateFault, Unverifiable):
            return ()

    def parsed(self, text: str) -> Template:
        """The template of a text.

        Raises:
            TemplateFault: Go refuses it.
            Unverifiable: it is too long.
        """
        held = self._parsed.get(text)
        if held is None:
            try:
                held = parse(text, "base")
                held.check_functions(self._functions)
            except TemplateFault as fault:
                held = fault
            self._parsed[text] = held
        if isinstance(held, TemplateFault):
            raise TemplateFault(held.message, held.line, held.column)
        return held

    def absent(self, text: str, values: Mapping[str, Any]) -> tuple[Names, ...]:
        """The parameters that a text names and that are not given."""
        nothing = object()
        return tuple(
            names for names in self.references(text) if value_at(values, names, nothing) in (nothing, None)
        )


def _read_yaml(text: str) -> Any:
    """The first document of a text, as sigs.k8s.io/yaml reads it."""
    parsed = read(text.encode("utf-8", "surrogatepass"), Typing.KUBECTL)
    if parsed.problems:
        raise ValueError(parsed.problems[0].message)
    return parsed.documents[0].body if parsed.documents else None


YAML = Yaml(_read_yaml, emit)
