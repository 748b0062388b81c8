"""The list generator.

Source: applicationset/generators/list.go
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.discover.applicationset.faults import GeneratorFault
from gitlint_ops.discover.applicationset.parameters import Names, ParamSet
from gitlint_ops.discover.applicationset.scope import Generator, Scope
from gitlint_ops.model.blame import Blame, child
from gitlint_ops.model.location import FieldPath
from gitlint_ops.syntax.documents import Typing, read


def from_list(generator: Generator, scope: Scope, path: FieldPath) -> list[ParamSet]:
    """One set for each element, and for each of the list that `elementsYaml` holds.

    Raises:
        GeneratorFault: an element is none that templates can use.
    """
    elements = generator.get("elements")
    found = [
        _element(one, index, scope, (*path, "elements", index))
        for index, one in enumerate(elements if isinstance(elements, list) else ())
    ]
    text = generator.get("elementsYaml")
    if isinstance(text, str) and text:
        found.extend(_from_text(text, len(found), scope, (*path, "elementsYaml")))
    return found


def _element(element: Any, index: int, scope: Scope, path: FieldPath) -> ParamSet:
    if not isinstance(element, Mapping):
        if element is None:
            return ParamSet({})
        raise GeneratorFault("an element of a list generator must be a mapping of parameters", path)
    blame = scope.place(path)
    told = (f"list element {_named(element, index)}",)
    if scope.engine.nested:
        return ParamSet(dict(element), {(key,): child(blame, key) for key in element}, told, at=path)
    values: dict[str, str] = {}
    places: dict[Names, Blame] = {}
    for name, keys, value in _flat(element, path):
        if not isinstance(value, str):
            raise GeneratorFault(
                f"the parameter '{name}' is {_kind(value)}, and classic templates take only text, so the set "
                "generates nothing",
                (*path, *keys),
                hint="put it in quotes, or set `goTemplate: true`",
            )
        values[name] = value
        places[(name,)] = scope.place((*path, *keys))
    return ParamSet(values, places, told, at=path)


def _flat(element: Mapping[str, Any], path: FieldPath) -> Iterator[tuple[str, tuple[str, ...], Any]]:
    for key, value in element.items():
        if key != "values":
            yield key, (key,), value
        elif isinstance(value, Mapping):
            for name, held in value.items():
                yield f"values.{name}", (key, name), held
        else:
            raise GeneratorFault("`values` of an element must be a mapping of texts", (*path, key))


def _from_text(text: str, before: int, scope: Scope, path: FieldPath) -> Iterator[ParamSet]:
    parsed = read(text.encode("utf-8", "surrogatepass"), Typing.KUBECTL)
    if parsed.problems or parsed.templated:
        reason = parsed.problems[0].message if parsed.problems else "it is a template that is not filled in"
        raise GeneratorFault(f"`elementsYaml` is no YAML, so the set generates nothing ({reason})", path)
    body = parsed.documents[0].body if parsed.documents else None
    if body is None:
        return
    if not isinstance(body, list) or not all(isinstance(one, Mapping) for one in body):
        raise GeneratorFault(
            "`elementsYaml` must hold a list of mappings, so the set generates nothing", path
        )
    entry = scope.entry(path)
    for index, one in enumerate(body):
        # Unlike those of `elements`, these are not made to texts for classic templates.
        told = (f"list element {_named(one, before + index)}",)
        yield ParamSet(dict(one), {(str(key),): entry for key in one}, told)


def _named(element: Mapping[str, Any], index: int) -> str:
    for key in ("name", "cluster", "app", "env", "environment"):
        if isinstance(element.get(key), str) and element[key]:
            return f"'{element[key]}'"
    return str(index + 1)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, int | float):
        return "a number"
    return "empty" if value is None else "a list" if isinstance(value, list) else "a mapping"
