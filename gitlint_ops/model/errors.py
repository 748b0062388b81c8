"""Faults that the user can mend on the command line or in the configuration."""

from __future__ import annotations

from collections.abc import Iterable

from gitlint_ops.model.location import Location


class UsageError(Exception):
    """The user's to fix; `cli.main` prints it and exits with 2."""

    def __init__(self, message: str, *, at: Location | None = None, hint: str = "") -> None:
        super().__init__(f"{at}: {message}" if at else message)
        self.hint = hint


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The known word that `word` most likely misspells, or "" where none is close."""
    from difflib import get_close_matches

    found = get_close_matches(word, list(known), n=1, cutoff=0.75)
    return found[0] if found else ""
