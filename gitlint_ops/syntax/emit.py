"""Objects printed byte by byte as kustomize prints them.

kustomize prints with go-yaml v2, a port of an old libyaml, in one layout: blocks, two spaces,
lists not indented, lines folded at 80 columns. `quoting` decides how each text is written.

Source: encode.go and emitterc.go of go.yaml.in/yaml/v2, sigs.k8s.io/yaml (JSONToYAML).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from gitlint_ops.syntax.natural import natural_order
from gitlint_ops.syntax.quoting import LINE_ENDS, WIDTH, is_long_key, quoted
from gitlint_ops.syntax.scalars import WORDS, go_float, through_json
from gitlint_ops.syntax.text import Typing

_Write: TypeAlias = Callable[[str], object]

# Text that nobody would quote: it starts with a letter or the like, and neither a colon nor a
# number sign has a blank on the side that gives it a meaning. Nine texts of ten pass here.
_SAFE = re.compile(
    r"[A-Za-z_/$(;=^<\\][!-9;-~]*(?:(?::(?=[!-~])| (?=[!\"$-~]))[!-9;-~]*)*\Z",
)
_TYPED_WORDS = frozenset(WORDS[Typing.KUBECTL]) - {"<<"}


def emit(body: Any) -> str:
    """One object (or any other plain data) as kustomize prints it, with a line break at the end."""
    pieces: list[str] = []
    if isinstance(body, dict) and body:
        _mapping(pieces.append, body, 0, "")
    elif isinstance(body, list) and body:
        _sequence(pieces.append, body, 0, "")
    else:
        _leaf(pieces.append, body, "", 2)
    return "".join(pieces)


def emit_all(bodies: Iterable[Any]) -> str:
    """Objects in the given order as `kustomize build` prints them."""
    return "---\n".join(emit(body) for body in bodies)


def _mapping(write: _Write, body: dict[str, Any], indent: int, lead: str) -> None:
    """Members of a mapping that is not empty; `lead` stands before the first key on its line."""
    pad = " " * indent
    for key in natural_order(body):
        value = body[key]
        if _SAFE.match(key) and len(key) <= 128 and key not in _TYPED_WORDS:
            head = f"{lead}{key}:"
        elif is_long_key(key):
            write(f"{lead}? ")
            write(_ended(quoted(key, indent + 2, indent + 2)))
            lead = pad
            _after_long_key(write, value, indent)
            continue
        else:
            head = f"{lead}{quoted(key, None, indent + 2)}:"
        lead = pad
        kind = value.__class__
        if kind is dict and value:
            write(f"{head}\n")
            _mapping(write, value, indent + 2, pad + "  ")
        elif kind is list and value:
            write(f"{head}\n")
            _sequence(write, value, indent, pad)
        else:
            _leaf(write, value, f"{head} ", indent + 2)


def _after_long_key(write: _Write, value: Any, indent: int) -> None:
    lead = " " * indent + ": "
    if isinstance(value, dict) and value:
        _mapping(write, value, indent + 2, lead)
    elif isinstance(value, list) and value:
        _sequence(write, value, indent + 2, lead)
    else:
        _leaf(write, value, lead, indent + 2)


def _sequence(write: _Write, items: list[Any], indent: int, lead: str) -> None:
    """Items of a list that is not empty, their dashes at `indent`."""
    pad = " " * indent
    for item in items:
        kind = item.__class__
        if kind is dict and item:
            _mapping(write, item, indent + 2, f"{lead}- ")
        elif kind is list and item:
            _sequence(write, item, indent + 2, f"{lead}- ")
        else:
            _leaf(write, item, f"{lead}- ", indent + 2)
        lead = pad


def _leaf(write: _Write, value: Any, lead: str, indent: int) -> None:
    """A scalar or an empty collection behind `lead`; `indent` is that of continued lines."""
    if value.__class__ is str:
        if _SAFE.match(value) and value not in _TYPED_WORDS and len(lead) + len(value) <= WIDTH:
            write(f"{lead}{value}\n")
        else:
            write(lead)
            write(_ended(quoted(value, len(lead), indent)))
    elif value is None:
        write(f"{lead}null\n")
    elif isinstance(value, bool):
        write(f"{lead}true\n" if value else f"{lead}false\n")
    elif isinstance(value, int | float):
        write(f"{lead}{_number(value)}\n")
    else:
        write(f"{lead}{{}}\n" if isinstance(value, dict) else f"{lead}[]\n")


def _number(value: int | float) -> str:
    if isinstance(value, float) or not -(2**63) <= value < 2**64:
        value = through_json(float(value))
    # -0 counts in hashes and in copies; written, it has gone through integers.
    return str(value) if isinstance(value, int) else go_float(value) if value else "0"


def _ended(text: str) -> str:
    return text if text.endswith(LINE_ENDS) else f"{text}\n"
