"""Fields of maps, and methods of the few values that have them.

Source: evalField in text/template/exec.go of Go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

from msgspec import Struct

from gitlint_ops.gotemplate.faults import FunctionFault
from gitlint_ops.gotemplate.literals import quote
from gitlint_ops.gotemplate.values import INVALID, Map, Object, Value, type_name

MissingKey: TypeAlias = Literal["default", "invalid", "zero", "error"]


class Receiver(Struct, frozen=True):
    """What a field is taken of; `boxed` where Go holds it in an interface and names that in its messages."""

    value: Value
    boxed: bool

    def go_type(self) -> str:
        """The type that messages name."""
        return "interface {}" if self.boxed else type_name(self.value)


def field_of(
    receiver: Receiver, name: str, missing_key: MissingKey, arguments: Callable[[], list[Value]] | None
) -> Value:
    """A field; `arguments` yields what is given to it as to a method, where anything is.

    Raises:
        FunctionFault: there is no such field, in Go's words.
    """
    value = receiver.value
    if value is INVALID:
        if missing_key == "error":
            raise FunctionFault(f"nil data; no entry for key {quote(name)}")
        return INVALID
    if value is None:
        raise FunctionFault(f"nil pointer evaluating interface {{}}.{name}")
    if isinstance(value, Object):
        return _method(receiver, name, arguments)
    if not isinstance(value, dict):
        raise FunctionFault(f"can't evaluate field {name} in type {receiver.go_type()}")
    if arguments is not None:
        raise FunctionFault(f"{name} is not a method but has arguments")
    return value[name] if name in value else _missing(value, name, missing_key)


def _missing(members: dict[str, Value], name: str, missing_key: MissingKey) -> Value:
    if missing_key == "error":
        raise FunctionFault(f"map has no entry for key {quote(name)}")
    if missing_key == "zero":
        return "" if isinstance(members, Map) and members.element == "string" else None
    return INVALID


def _method(receiver: Receiver, name: str, arguments: Callable[[], list[Value]] | None) -> Value:
    given = [] if arguments is None else arguments()
    assert isinstance(receiver.value, Object)
    try:
        return receiver.value.call(name, given)
    except KeyError:
        raise FunctionFault(f"can't evaluate field {name} in type {receiver.go_type()}") from None
