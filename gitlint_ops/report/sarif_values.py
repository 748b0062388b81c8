"""sarif-om's objects as plain data: its own `to_json` takes 26 s for 50,000 results."""

from __future__ import annotations

from typing import Any

import attr

_ALWAYS = frozenset(["level"])
"""Written though it equals the default: a missing level stands for the rule's, which may differ."""

_SCALARS = frozenset([str, int, bool, float])


class PlainValues:
    """Mappings, lists and scalars under SARIF's own names, without what is absent or default.

    Remembers each class's members: to ask attrs for every object would cost most of the time.
    """

    def __init__(self) -> None:
        self._members: dict[type[Any], dict[str, tuple[str, Any]]] = {}

    def of(self, value: Any) -> Any:
        """The plain value of a sarif-om object, or of lists and mappings of them."""
        kind = type(value)
        if kind in _SCALARS:
            return value
        if kind is list:
            return [self.of(item) for item in value]
        if kind is dict:
            return {key: self.of(item) for key, item in value.items()}
        members = self._members.get(kind)
        if members is None:
            members = self._members[kind] = _members(kind)
        plain: dict[str, Any] = {}
        for attribute, held in vars(value).items():
            if held is not None:
                name, default = members[attribute]
                if default is None or held != default:
                    plain[name] = self.of(held)
        return plain


def _members(kind: type[Any]) -> dict[str, tuple[str, Any]]:
    """SARIF's name of each attribute, and the default that needs no writing (None for none)."""
    named = ((member, str(member.metadata["schema_property_name"])) for member in attr.fields(kind))
    return {member.name: (name, None if name in _ALWAYS else member.default) for member, name in named}
