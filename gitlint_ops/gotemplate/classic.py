"""The templates of an ApplicationSet without `goTemplate`: names in double braces are replaced by parameters.

Source: Replace in applicationset/utils/utils.go of github.com/argoproj/argo-cd/v3,
github.com/valyala/fasttemplate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from gitlint_ops.gotemplate.faults import TemplateFault
from gitlint_ops.gotemplate.literals import quote
from gitlint_ops.gotemplate.sprig.characters import SPACES

_HAS_TAG = re.compile(r"\{\{[^\n]*\}\}")


class Tag(Struct, frozen=True):
    """What stands between "{{" and "}}", and where its text begins and ends; `name` is without blanks."""

    name: str
    start: int
    end: int


def tags(text: str) -> tuple[Tag, ...]:
    """The tags in the order in which they stand; a text without a closed one on one line has none.

    Raises:
        TemplateFault: one is not closed.
    """
    return tuple(_tags(text)) if _HAS_TAG.search(text) else ()


def _tags(text: str) -> Iterator[Tag]:
    position = 0
    while (opened := text.find("{{", position)) >= 0:
        closed = text.find("}}", opened + 2)
        if closed < 0:
            where = f"in the template={quote(text)} starting from {quote(text[opened + 2 :])}"
            message = f'invalid template: Cannot find end tag="}}}}}}}}" {where}'
            line = text.count("\n", 0, opened) + 1
            raise TemplateFault(message, line, opened - (text.rfind("\n", 0, opened) + 1) + 1)
        yield Tag(text[opened + 2 : closed].strip(SPACES), opened + 2, closed)
        position = closed + 2


def replace_tags(text: str, parameters: Mapping[str, object]) -> str:
    """`text` with tags replaced by the parameters of their names; those without a text stay as they are.

    Raises:
        TemplateFault: a tag is not closed.
    """
    pieces: list[str] = []
    behind = 0
    for tag in tags(text):
        value = parameters.get(tag.name) if tag.name else None
        if isinstance(value, str):
            pieces += [text[behind : tag.start - 2], value]
            behind = tag.end + 2
    return "".join([*pieces, text[behind:]])
