"""Templates written in the other of the two languages than the set uses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gitlint_ops.discover.applicationset.engines import Engine, GoEngine
from gitlint_ops.discover.applicationset.faults import ENGINE_MISMATCH, GeneratorFault
from gitlint_ops.discover.applicationset.handed_on import is_handed_on
from gitlint_ops.discover.applicationset.template import Text
from gitlint_ops.gotemplate.classic import tags
from gitlint_ops.gotemplate.faults import TemplateFault, Unverifiable

_GO = re.compile(
    r"\.[A-Za-z_]|\$|(?:end|else)\Z|(?:if|with|range|else|define|template|index|default|printf|trim\w*|replace"
    r"|lower|upper|normalize|slugify|toYaml|toJson|quote|get|dig|len|splitList|join|regexReplaceAll)\s"
)
_SURE = re.compile(r"\.(?:path(?:\.|$)|metadata\.(?:labels|annotations)\b|nameNormalized$|values\.[a-z])")
_BARE = re.compile(r"\{\{-?\s*(?P<name>[A-Za-z_][\w./\[\]-]*)\s*-?\}\}")
_KEYWORDS = frozenset({"end", "else", "break", "continue", "now", "uuidv4"})


def mismatches(texts: Iterable[Text], engine: Engine) -> Iterator[GeneratorFault]:
    """The texts that the set's own template language does not understand."""
    for one in texts:
        if isinstance(engine, GoEngine):
            yield from _classic_in_go(one, engine)
        else:
            yield from _go_in_classic(one)


def _go_in_classic(one: Text) -> Iterator[GeneratorFault]:
    pattern = _SURE if is_handed_on(one.path) else _GO
    try:
        names = [tag.name.strip("- \t\r\n") for tag in tags(one.text)]
    except TemplateFault:
        return
    for tag in names:
        if pattern.match(tag):
            yield GeneratorFault(
                f"'{{{{{tag}}}}}' is a Go template, but this set has classic ones, which leave it as it is",
                one.at,
                ENGINE_MISMATCH,
                hint="set `goTemplate: true` (then every placeholder has a dot), or write "
                f"'{{{{{_classic_of(tag)}}}}}'",
                cause="language",
            )
            return


def _classic_of(tag: str) -> str:
    found = re.match(r"\.([\w.-]+)", tag)
    name = found.group(1) if found else "name"
    return "path" if name == "path.path" else name


def _classic_in_go(one: Text, engine: GoEngine) -> Iterator[GeneratorFault]:
    try:
        engine.parsed(one.text)
    except Unverifiable:
        return
    except TemplateFault as fault:
        bare = next((name for name in _bare_names(one.text) if name not in _KEYWORDS), "")
        if bare:
            meant = ".path.path" if bare == "path" else f".{bare}"
            yield GeneratorFault(
                f"'{{{{{bare}}}}}' is a classic placeholder, but the set has Go templates: it makes nothing",
                one.at,
                ENGINE_MISMATCH,
                hint=f"write '{{{{{meant}}}}}'",
                cause="language",
            )
        else:
            yield GeneratorFault(
                f"this is no Go template, so the set generates nothing ({fault.message})", one.at
            )


def _bare_names(text: str) -> Iterator[str]:
    for found in _BARE.finditer(text):
        yield found["name"]
