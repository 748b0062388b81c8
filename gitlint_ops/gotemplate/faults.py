"""What can be wrong with a template, and what limits its rendering."""

from __future__ import annotations


class TemplateFault(Exception):
    """Go would refuse the template, or stop at it.

    `message` is Go's own text; `line` and `column` count from 1, `column` in characters. Both are 0 until
    the place is known.
    """

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class Unverifiable(Exception):
    """What the template yields is not known here: it depends on time or chance, or costs too much."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column


class FunctionFault(Exception):
    """A function returns an error, or panics in Go; the executor adds the place."""


class Budget:
    """How much one rendering may cost: templates come from repositories that nobody vouches for.

    `steps` count evaluated nodes, characters made (64 to a step) and elements looked at; `characters` what is
    printed in all, `nesting` how deep pipelines, blocks and called templates stand within each other.
    """

    def __init__(self, steps: int = 200_000, characters: int = 1_000_000, nesting: int = 100) -> None:
        self.steps = steps
        self.characters = characters
        self.nesting = nesting

    def spend(self, steps: int) -> None:
        """Takes steps away.

        Raises:
            Unverifiable: there are none left.
        """
        self.steps -= steps
        if self.steps < 0:
            raise Unverifiable("the template takes too many steps to be evaluated here")

    def make(self, characters: int, behind: int = 0) -> None:
        """Says that a text of this size is about to be made, where `behind` characters are already.

        Raises:
            Unverifiable: it is too long.
        """
        if characters + behind > self.characters:
            raise Unverifiable("the template makes a text that is too long to be evaluated here")
        self.spend(characters // 64 + 1)

    def build(self, elements: int) -> None:
        """Says that a list or a map of this size is about to be made.

        Raises:
            Unverifiable: it is too large.
        """
        self.spend(elements)
