"""Building stones of checks.

A check takes a value and yields its faults with paths relative to that value; most values are
right, so nothing is built before something is wrong. Checks are lenient about types, which the
schema judges, and silent about values that are filled in later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from msgspec.structs import replace

from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.location import FieldPath
from gitlint_ops.validate.messages import Fault
from gitlint_ops.validate.name_syntax import Syntax
from gitlint_ops.validate.values import given, is_filled_later

Check: TypeAlias = Callable[[Any], Iterable[Fault]]

Release: TypeAlias = tuple[int, int]
"""A release of Kubernetes: (1, 34)."""


def wrong(
    message: str, *path: str | int, hint: str = "", rule: str = "schema-violation", at_key: bool = False
) -> Fault:
    """A fault at a path below the value that is judged; `message` is told behind that path."""
    return Fault(rule, path, message, hint, at_key=at_key)


_NULL_ITEM = wrong("it is empty (null)")


def below(keys: FieldPath, faults: Iterable[Fault]) -> Iterator[Fault]:
    """Faults of a member, seen from the value that holds it."""
    for found in faults:
        yield replace(found, path=(*keys, *found.path))


def is_settled(value: Any) -> bool:
    """Whether a text is final: no ciphertext, no variable of Flux, of kustomize or of a template."""
    if not isinstance(value, str):
        return True
    return not (is_filled_later(value) or "$(" in value or "{{" in value)


def mapping(value: Any) -> Mapping[str, Any]:
    """`value`, or an empty mapping where it is none."""
    return value if isinstance(value, dict) else {}


def members(holder: Any, name: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The mappings in a list field, each with its index."""
    held = mapping(holder).get(name)
    if not isinstance(held, list):
        return []
    return [(index, item) for index, item in enumerate(held) if isinstance(item, dict)]


def is_absent(value: Any) -> bool:
    """Whether the API server takes a value as not given."""
    return value is None or value == ""


def number(value: Any) -> int | None:
    """A whole number, or None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


class Required:
    """A check of a value that must be given; a list's null item lacks it."""

    __slots__ = ("check",)

    def __init__(self, check: Check) -> None:
        self.check = check

    def __call__(self, value: Any) -> Iterable[Fault]:
        return self.check(value)


def fields(table: Mapping[str, Check], *crossing: Check) -> Check:
    """Judges the fields of a mapping, then the mapping as a whole; null, in a list, is an empty one."""
    needs = any(isinstance(check, Required) for check in table.values())
    judges = {name: check.check if isinstance(check, Required) else check for name, check in table.items()}

    def check(value: Any) -> Iterable[Fault]:
        if value is None:
            if needs:
                return (_NULL_ITEM,)
            value = {}
        if not isinstance(value, dict):
            return ()
        found: list[Fault] = []
        for name, held in value.items():
            judge = judges.get(name)
            if judge is not None and held is not None:
                for fault in judge(held):
                    found.append(_within(name, fault))  # noqa: PERF401 - mostly there is none
        for judge in crossing:
            found.extend(judge(value))
        return found

    return check


def _within(key: str | int, fault: Fault) -> Fault:
    return replace(fault, path=(key, *fault.path))


def each(item: Check) -> Check:
    """Judges the items of a list."""

    def check(value: Any) -> Iterable[Fault]:
        if not isinstance(value, list):
            return ()
        found: list[Fault] = []
        for index, held in enumerate(value):
            for fault in item(held):
                found.append(_within(index, fault))  # noqa: PERF401 - mostly there is none
        return found

    return check


def each_value(item: Check) -> Check:
    """Judges the values of a mapping with free keys."""

    def check(value: Any) -> Iterable[Fault]:
        return [_within(key, fault) for key, held in mapping(value).items() for fault in item(held)]

    return check


def each_key(syntax: Syntax) -> Check:
    """Judges the keys of a mapping."""

    def check(value: Any) -> Iterator[Fault]:
        for key in mapping(value):
            if isinstance(key, str) and (reason := syntax(key)) and is_settled(key):
                yield wrong(f'"{key}" is no valid key: {reason}', key, at_key=True)

    return check


def both(*checks: Check) -> Check:
    """Several checks of one value."""

    def check(value: Any) -> Iterable[Fault]:
        found: list[Fault] = []
        for judge in checks:
            found.extend(judge(value))
        return found

    return Required(check) if any(isinstance(one, Required) for one in checks) else check


def text(syntax: Syntax, *, required: bool = False) -> Check:
    """Judges a text's syntax; an empty one counts as not given, which is wrong where it is required."""

    def check(value: Any) -> Iterable[Fault]:
        if value is None:
            return (_NULL_ITEM,) if syntax("") else ()
        if not isinstance(value, str):
            return ()
        if not value:
            return (wrong("it is empty, but required"),) if required else ()
        reason = syntax(value)
        if not reason or not is_settled(value):
            return ()
        return (wrong(f"{given(value)} is not allowed: {reason}"),)

    return Required(check) if required else check


def _filled(value: Any) -> Iterable[Fault]:
    if value is None:
        return (_NULL_ITEM,)
    return (wrong("it is empty, but required"),) if value == "" else ()


filled: Check = Required(_filled)
"""Refuses an empty text."""


def not_empty(syntax: Syntax) -> Check:
    """Judges a text's syntax, the empty text's too: a field that may be absent but not empty."""
    judge = text(syntax)

    def check(value: Any) -> Iterable[Fault]:
        if value == "":
            return (wrong(f"it is empty: {syntax('')}"),)
        return judge(value)

    return check


def one_of(*allowed: str, empty: bool = True) -> Check:
    """A text of a closed set; the empty one counts as not given, unless `empty` is False.

    The API server tells the empty text from an absent one where the Go field is a pointer.
    """
    known = frozenset(("", *allowed) if empty else allowed)

    def check(value: Any) -> Iterable[Fault]:
        if value is None:
            return (_NULL_ITEM,)
        if not isinstance(value, str) or value in known or not is_settled(value):
            return ()
        near = did_you_mean(value, allowed)
        hint = f"did you mean {near}?" if near else ""
        return (wrong(f"expected one of {', '.join(allowed)}; got {given(value)}", hint=hint),)

    return check


def between(low: int, high: int | None = None) -> Check:
    """A whole number in a range, both ends included."""
    bound = f"at least {low}" if high is None else f"{low} to {high}"

    def check(value: Any) -> Iterable[Fault]:
        found = number(value)
        if found is None or (found >= low and (high is None or found <= high)):
            return ()
        return (wrong(f"expected {bound}, got {given(value)}"),)

    return check


def at_most_items(most: int) -> Check:
    """A list of limited length."""

    def check(value: Any) -> Iterable[Fault]:
        if isinstance(value, list) and len(value) > most:
            return (wrong(f"it has {len(value)} items, at most {most} are allowed"),)
        return ()

    return check


def some(what: str) -> Check:
    """A list or mapping that must not be empty."""

    def check(value: Any) -> Iterable[Fault]:
        return (wrong(f"it is empty, but needs {what}"),) if value in ([], {}) else ()

    return check


def exactly_one(names: Iterable[str], what: str) -> Check:
    """A mapping with exactly one of these fields, which choose a `what`."""
    choices = tuple(names)

    def check(value: Any) -> Iterator[Fault]:
        chosen = [name for name in value if name in choices and value[name] is not None]
        if len(chosen) > 1:
            listed = " and ".join(f"`{name}`" for name in chosen)
            yield wrong(f"{listed} are both given, but only one {what} is allowed", chosen[1], at_key=True)
        elif not chosen:
            shown = ", ".join(choices[:8]) + (", …" if len(choices) > 8 else "")
            yield wrong(f"no {what} is given, one is required ({shown})", at_key=True)

    return check


def requires(name: str, because: str = "") -> Check:
    """A mapping in which a field must be given and not empty."""

    def check(value: Any) -> Iterable[Fault]:
        held = value.get(name)
        if not (is_absent(held) or held in ([], {})):
            return ()
        at = (name,) if name in value else ()
        return (wrong(f"`{name}` is required{because}", *at, at_key=True),)

    return check


def forbids(name: str, because: str) -> Check:
    """A mapping in which a field must not be given."""

    def check(value: Any) -> Iterable[Fault]:
        if is_absent(value.get(name)):
            return ()
        return (wrong(f"`{name}` must not be given {because}", name, at_key=True),)

    return check


def duplicates(name: str, *, rule: str = "listmap-duplicate") -> Check:
    """A list of mappings in which a field's values differ; absent ones do not count."""

    def check(value: Any) -> Iterator[Fault]:
        seen: dict[Any, int] = {}
        for index, item in enumerate(value if isinstance(value, list) else ()):
            held = mapping(item).get(name)
            if is_absent(held) or isinstance(held, (dict, list)) or not is_settled(held):
                continue
            first = seen.setdefault(held, index)
            if first != index:
                said = f"duplicate {name} {given(held)}: item {first} has it too"
                yield wrong(said, index, name, rule=rule)

    return check
