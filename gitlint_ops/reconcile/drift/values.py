"""Values of live objects as reports may show them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from gitlint_ops.model.disclosure import is_shown, without_logins
from gitlint_ops.reconcile.drift.differences import Absent
from gitlint_ops.reconcile.drift.managed_fields import Keyed, LivePath
from gitlint_ops.rules.checks.known_tokens import known_token
from gitlint_ops.rules.checks.secret_names import NameKind, name_kind
from gitlint_ops.rules.checks.secret_texts import line_elsewhere

HIDDEN = "(hidden)"
NOTHING = "nothing"

_LONGEST = 80
_MOST_LEVELS = 60
_SHOWN_OF_SECRETS = ("metadata", "type", "immutable")


def shown(value: Any, path: LivePath, body: Mapping[str, Any], *, longest: int | None = _LONGEST) -> str:
    """A field's value in a few words; `body` is the object that it is of, `longest` in characters.

    Values of Secrets and credentials elsewhere are hidden, whether they are the operator's or not.
    """
    if isinstance(value, Absent):
        return NOTHING
    if is_hidden(value, path, body):
        return HIDDEN
    text = without_logins(value) if isinstance(value, str) else _json(_covered(value, _name(path), 0))
    told = json.dumps(text, ensure_ascii=False) if _needs_quotes(text, value) else text
    return told if longest is None or len(told) <= longest else f"{told[: longest - 1]}…"


def is_clipped(told: str) -> bool:
    """Whether what is shown is not all of a value."""
    return len(told) >= _LONGEST and told.endswith("…")


def is_hidden(value: Any, path: LivePath, body: Mapping[str, Any]) -> bool:
    """Whether a value must not be shown."""
    if not is_shown(body) and path[:1] and path[0] not in _SHOWN_OF_SECRETS:
        return True
    # The former content of a Secret, or of anything else, as a whole.
    if "last-applied-configuration" in _name(path):
        return True
    return isinstance(value, str | int | float) and _is_credential(_name(path), value)


def _name(path: LivePath) -> str:
    """What a value is called: its key, or of an environment variable the name of that."""
    for at in range(len(path) - 1, -1, -1):
        step = path[at]
        if isinstance(step, Keyed):
            return next((str(value) for name, value in step.members if name == "name"), "")
        if isinstance(step, str) and step not in ("value", "data", "stringData"):
            return step
    return ""


def _is_credential(name: str, value: Any) -> bool:
    if not isinstance(value, str):
        return name_kind(name) is NameKind.SECRET
    return (
        name_kind(name) is NameKind.SECRET
        or known_token(value) is not None
        or line_elsewhere(name, value) is not None
    )


def _covered(value: Any, name: str, level: int) -> Any:
    """A value with the credentials in it hidden."""
    if level > _MOST_LEVELS:
        return "…"
    if isinstance(value, dict):
        own = value.get("name")
        return {
            key: _covered(held, own if key == "value" and isinstance(own, str) else str(key), level + 1)
            for key, held in value.items()
        }
    if isinstance(value, list):
        return [_covered(one, name, level + 1) for one in value]
    if isinstance(value, str):
        return HIDDEN if _is_credential(name, value) else without_logins(value)
    return HIDDEN if name_kind(name) is NameKind.SECRET and value is not None else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def _needs_quotes(text: str, value: Any) -> bool:
    """Of texts, those that would read as something else, or as nothing."""
    if not isinstance(value, str):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return not text.strip() or "\n" in text or text != text.strip() or text == NOTHING
    return True


__all__ = ["HIDDEN", "NOTHING", "is_clipped", "is_hidden", "shown"]
