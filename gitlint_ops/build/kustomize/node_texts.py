"""Texts of fields whose type or quotes are not what their file shows.

kustomize works on YAML nodes, which have a text, a tag and a style; what type a field is of shows
when the resource is turned into JSON: before a JSON patch, and when it is printed. Nearly always
that is what the source says. Where it is not, these texts stand in a body, and `Resource.untyped`
says so; `typed` turns them into plain values, as kustomize's JSON does.

Source: kyaml/yaml/rnode.go MarshalJSON, kyaml/yaml/fns.go FieldSetter, encode.go of go.yaml.in/yaml/v3
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from gitlint_ops.build.kustomize.faults import BuildFault, Place, fault
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.model.blame import at, origin
from gitlint_ops.model.location import FieldPath
from gitlint_ops.syntax.documents import Problem, Typing
from gitlint_ops.syntax.quoting import quoted
from gitlint_ops.syntax.scalars import is_plain_text, number, resolver, tagged
from gitlint_ops.syntax.text import Unfit
from gitlint_ops.workspace.problems import violation_of

_LONG_TAG = "tag:yaml.org,2002:"
_QUOTES = ('"', "'", "|")


class Untyped(str):
    """A text without a tag and without quotes, as a replacement makes it: `5` will be a number."""


class Quoted(str):
    """A text in quotes, whatever its source says: a number merged into it becomes text as well."""


class Bare(str):
    """A text that is no number even if it looks like one, and has no quotes."""


class Overlaid(str):
    """A text that a merge put over another value: it has the quotes of that, whatever it looks like.

    Where those are none, the next merge puts it into quotes if it looks like a number.
    """


class Mistyped(Unfit):
    """A text that a replacement put into a field of another type, such as `web` into an integer.

    kustomize fails on it when it makes JSON of the resource, if it is still there then. `place` is
    the entry that put it there.
    """

    place: Place | None

    def __new__(cls, text: str, tag: str, place: Place | None = None) -> Mistyped:
        made = super().__new__(cls, text, tag)
        assert isinstance(made, Mistyped)
        made.place = place
        return made


class Shortened(int):
    """A number that a JSON patch wrote as a float: as a text, 1000000 is 1e+06."""


_MARKED = (Untyped, Quoted, Bare, Overlaid, Unfit, Shortened)
_BARE = (Untyped, Bare, Overlaid)


def tag_of(value: Any, spelled: str | None = None) -> str:
    """The tag of a typed scalar, without its exclamation marks; `spelled` is how it is written."""
    if isinstance(value, Shortened) or (type(value) is int and isinstance(number(spelled or ""), float)):
        return "float"
    return "null" if value is None else type(value).__name__


def fitted(tag: str, text: str, place: Place | None) -> Any:
    """A text as the type that a tag names, or `Mistyped`."""
    try:
        return tagged(_LONG_TAG + tag, text, Typing.KUSTOMIZE)
    except ValueError:
        return Mistyped(text, tag, place)


def set_in_mapping(value: Any) -> Any:
    """A value as it is once kustomize has set it, be it anew, as a member of a mapping."""
    return Quoted(value) if type(value) in _BARE and value and not is_plain_text(value) else value


def is_set_again(value: Any) -> bool:
    """Whether a merge that has nothing for a value still changes it."""
    return type(value) in _BARE and set_in_mapping(value) is not value


def is_marked(body: Any) -> bool:
    """Whether one of these texts stands in a body."""
    if isinstance(body, dict):
        return any(map(is_marked, body.values()))
    return any(map(is_marked, body)) if isinstance(body, list) else isinstance(body, _MARKED)


def find_unfit(body: Any, path: FieldPath = ()) -> tuple[FieldPath, Unfit] | None:
    """The first text of a body that does not fit its tag."""
    members = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    for key, value in members:
        found = find_unfit(value, (*path, key))
        if found is not None:
            return found
    return (path, body) if isinstance(body, Unfit) else None


def plain(body: Any) -> Any:
    """A body of plain values; what does not fit its tag stays."""
    if isinstance(body, dict):
        return {key: plain(value) for key, value in body.items()}
    if isinstance(body, list):
        return [plain(value) for value in body]
    if type(body) is Untyped:
        return resolver(Typing.KUSTOMIZE)(str(body))
    if isinstance(body, Quoted | Bare | Overlaid):
        return str(body)
    return int(body) if isinstance(body, Shortened) else body


def typed(resource: Resource) -> Resource:
    """The resource with plain values only.

    Raises:
        BuildFault: a text does not fit the tag of its field.
    """
    if not resource.untyped:
        return resource
    found = find_unfit(resource.body)
    if found is not None:
        raise _unfit_fault(resource, *found)
    return replace(resource, body=plain(resource.body), untyped=False)


def _unfit_fault(resource: Resource, path: FieldPath, text: Unfit) -> BuildFault:
    source = origin(at(resource.blame, path))
    if text.found is not None:
        return unfit_as_read(text.found, Place(source.source, source.source_path))
    place = text.place if isinstance(text, Mistyped) else None
    return fault(
        f"{str(text)!r} is put into a field of {resource.gvk.kind} {resource.name} that holds another "
        f"type (kustomize: cannot decode `{text}` as a !!{text.tag})",
        place or Place(source.source, source.source_path),
    )


def unfit_as_read(problem: Problem, place: Place) -> BuildFault:
    """The fault of a value that its own file has wrong; the same that is told of the file."""
    document = place.document
    if document.embedded:
        return fault(problem.message, place, rule=problem.rule, hint=problem.hint)
    reason = f"{document.file.path}:{problem.span.line}: {problem.message}"
    return BuildFault(reason, (violation_of(document.file, problem),))


def as_written_anew(resource: Resource) -> Resource:
    """A resource that a JSON patch wrote anew, its texts with the quotes that they got then."""
    if not resource.rewritten or resource.styled:
        return resource
    return replace(
        resource, body=_styled(resource.body), untyped=True, styled=True, retagged=False, untagged=()
    )


def in_quotes(body: Any) -> Any:
    """A body whose texts all have quotes, as those of JSON have."""
    if isinstance(body, dict):
        return {key: in_quotes(value) for key, value in body.items()}
    if isinstance(body, list):
        return [in_quotes(value) for value in body]
    return Quoted(body) if isinstance(body, str) else body


def _styled(body: Any) -> Any:
    if isinstance(body, dict):
        return {key: _styled(value) for key, value in body.items()}
    if isinstance(body, list):
        return [_styled(value) for value in body]
    if not isinstance(body, str):
        return body
    return Quoted(body) if quoted(body, None, 0).startswith(_QUOTES) else Bare(body)
