"""Runs regular expressions on all ways at once, in the order that Perl would try them.

Source: Russ Cox, Regular Expression Matching: the Virtual Machine Approach (Pike's machine); regexp of Go.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from msgspec import Struct

from gitlint_ops.gotemplate.faults import Budget, Unverifiable
from gitlint_ops.gotemplate.regex.classes import Class
from gitlint_ops.gotemplate.regex.syntax import (
    Assertion,
    Choice,
    Empty,
    Group,
    Repeat,
    Sequence,
    Tree,
    parse_expression,
)

_MOST_INSTRUCTIONS = 4_000

Captures: TypeAlias = tuple[int, ...]


class _Take(Struct, frozen=True):
    characters: Class


class _Hold(Struct, frozen=True):
    kind: str


class _Save(Struct, frozen=True):
    slot: int


class _Fork(Struct):
    """Goes on at `first`, and if that fails at `second`; None is filled in later."""

    first: int
    second: int


class _Jump(Struct):
    to: int


class _Accept(Struct, frozen=True):
    pass


_Instruction: TypeAlias = _Take | _Hold | _Save | _Fork | _Jump | _Accept


class Regex:
    """A compiled expression.

    Raises:
        FunctionFault: Go would refuse it.
        Unverifiable: it is beyond what is evaluated here.
    """

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        expression = parse_expression(pattern)
        self.groups = expression.groups
        self.names = expression.names
        self._program: list[_Instruction] = []
        self._compile(expression.tree)
        self._emit(_Accept())

    def _emit(self, instruction: _Instruction) -> int:
        self._program.append(instruction)
        if len(self._program) > _MOST_INSTRUCTIONS:
            raise Unverifiable("so large a regular expression is not evaluated here")
        return len(self._program) - 1

    def _compile(self, tree: Tree) -> None:
        match tree:
            case Class():
                self._emit(_Take(tree))
            case Assertion(kind=kind):
                self._emit(_Hold(kind))
            case Group(number=number, inner=inner):
                self._emit(_Save(2 * number))
                self._compile(inner)
                self._emit(_Save(2 * number + 1))
            case Sequence(parts=parts):
                for part in parts:
                    self._compile(part)
            case Choice(parts=parts):
                self._choice(parts)
            case Repeat():
                self._repeat(tree)

    def _choice(self, parts: tuple[Tree, ...]) -> None:
        ends: list[_Jump] = []
        for part in parts[:-1]:
            fork = _Fork(len(self._program) + 1, 0)
            self._emit(fork)
            self._compile(part)
            ends.append(_Jump(0))
            self._emit(ends[-1])
            fork.second = len(self._program)
        self._compile(parts[-1])
        for end in ends:
            end.to = len(self._program)

    def _repeat(self, tree: Repeat) -> None:
        copies = tree.least - 1 if tree.most is None and tree.least > 0 else tree.least
        for _ in range(copies):
            self._compile(tree.inner)
        if tree.most is None:
            self._unlimited(tree)
            return
        forks: list[_Fork] = []
        for _ in range(tree.most - tree.least):
            forks.append(self._fork())
            self._compile(tree.inner)
        for fork in forks:
            self._close(fork, len(self._program), tree.greedy)

    def _unlimited(self, tree: Repeat) -> None:
        # What can be empty is tried once before it may be left out: (x+)? has the order that x* lacks.
        optional = tree.least == 0
        outer = self._fork() if optional else None
        start = len(self._program)
        self._compile(tree.inner)
        if optional and outer is not None and not _may_be_empty(tree.inner):
            self._emit(_Jump(start - 1))
        else:
            again = _Fork(start, len(self._program) + 1)
            self._emit(again)
            if not tree.greedy:
                again.first, again.second = again.second, again.first
        if outer is not None:
            self._close(outer, len(self._program), tree.greedy)

    def _fork(self) -> _Fork:
        fork = _Fork(len(self._program) + 1, 0)
        self._emit(fork)
        return fork

    def _close(self, fork: _Fork, end: int, greedy: bool) -> None:
        fork.second = end
        if not greedy:
            fork.first, fork.second = fork.second, fork.first

    # Matching.

    def search(self, text: str, start: int, budget: Budget) -> Captures | None:
        """Where the first match from `start` on begins and ends, and its groups; -1 for those without."""
        slots = 2 * (self.groups + 1)
        nothing = (-1,) * slots
        matched: Captures | None = None
        threads: list[tuple[int, Captures]] = []
        for position in range(start, len(text) + 1):
            budget.spend(1 + len(threads) // 4)
            if matched is None:
                seen = {at for at, _ in threads}
                first = (position, *nothing[1:])
                self._follow(threads, seen, 0, first, text, position, budget)
            elif not threads:
                break
            following: list[tuple[int, Captures]] = []
            followed: set[int] = set()
            character = text[position : position + 1]
            for at, captures in threads:
                instruction = self._program[at]
                if isinstance(instruction, _Accept):
                    matched = (captures[0], position, *captures[2:])
                    break
                assert isinstance(instruction, _Take)
                if character and instruction.characters.holds(character):
                    self._follow(following, followed, at + 1, captures, text, position + 1, budget)
            threads = following
        return matched

    def _follow(
        self,
        threads: list[tuple[int, Captures]],
        seen: set[int],
        at: int,
        captures: Captures,
        text: str,
        position: int,
        budget: Budget,
    ) -> None:
        """Adds the instructions that take a character, in order of preference."""
        waiting = [(at, captures)]
        while waiting:
            at, captures = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            budget.spend(1)
            match self._program[at]:
                case _Jump(to=to):
                    waiting.append((to, captures))
                case _Fork(first=first, second=second):
                    waiting += [(second, captures), (first, captures)]
                case _Save(slot=slot):
                    saved = (*captures[:slot], position, *captures[slot + 1 :])
                    waiting.append((at + 1, saved))
                case _Hold(kind=kind):
                    if _holds(kind, text, position):
                        waiting.append((at + 1, captures))
                case _:
                    threads.append((at, captures))

    def find_all(self, text: str, most: int, budget: Budget) -> Iterator[Captures]:
        """Matches that do not overlap, all of them with `most` below 0; no empty one right behind another."""
        position, previous, count = 0, -1, 0
        while position <= len(text) and count != most:
            found = self.search(text, position, budget)
            if found is None:
                return
            is_refused = found[1] == position and found[0] == previous
            position = position + 1 if found[1] == position else found[1]
            previous = found[1]
            if not is_refused:
                count += 1
                yield found


def _may_be_empty(tree: Tree) -> bool:
    match tree:
        case Class():
            return False
        case Group(inner=inner):
            return _may_be_empty(inner)
        case Sequence(parts=parts):
            return all(_may_be_empty(one) for one in parts)
        case Choice(parts=parts):
            return any(_may_be_empty(one) for one in parts)
        case Repeat(inner=inner, least=least):
            return least == 0 or _may_be_empty(inner)
        case Empty() | Assertion():
            return True


def _is_word(text: str, position: int) -> bool:
    one = text[position : position + 1] if position >= 0 else ""
    return one == "_" or (one.isascii() and one.isalnum())


def _holds(kind: str, text: str, position: int) -> bool:
    match kind:
        case "A":
            return position == 0
        case "z":
            return position == len(text)
        case "^":
            return position == 0 or text[position - 1] == "\n"
        case "$":
            return position == len(text) or text[position] == "\n"
        case _:
            between = _is_word(text, position - 1) != _is_word(text, position)
            return between == (kind == "b")
