"""What helm says when it cannot render a chart: in a few lines, with the places that it names."""

from __future__ import annotations

import re

from msgspec import Struct

_MOST_LINES = 12
_MOST_CHARACTERS = 1200

# "error calling include: template: web/templates/_helpers.tpl:6:10: executing …" (version 3),
# the same as a line of its own (version 4), "parse error at (web/templates/a.yaml:2): …",
# "execution error at (web/templates/a.yaml:1:6): …", "YAML parse error on web/templates/a.yaml: …".
_PLACE = re.compile(
    r"(?:^(?:Error: )?|template: |error at \(|error on )"
    r"(?P<path>[^\s:()\"]{1,300}/(?:templates|crds|charts)/[^\s:()\"]{1,300})"
    r"(?::(?P<line>\d{1,6}))?",
    re.MULTILINE,
)
# The line of a YAML error is one of the text that came out, and not of the template.
_NOISE = re.compile(r"^(?:Use --debug flag .*|level=[A-Z]+ .*|WARNING: .*|\s*)$")


class TemplatePlace(Struct, frozen=True):
    """A template as helm names it, and the line that it speaks of (1 where it names none)."""

    template: str
    line: int


def template_places(said: str) -> tuple[TemplatePlace, ...]:
    """The places that a message names: the template first, then what it includes."""
    found = (TemplatePlace(one["path"], int(one["line"] or 1)) for one in _PLACE.finditer(said))
    return tuple(dict.fromkeys(found))


def plain_message(said: str) -> str:
    """The message on one line, without what helps only who runs helm by hand."""
    _, error, told = f"\n{said}".partition("\nError: ")
    lines = [line.strip() for line in (told if error else said).splitlines() if not _NOISE.match(line)]
    text = "; ".join(lines[:_MOST_LINES]).removesuffix(":")
    text = re.sub(r":; ", ": ", text)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
