"""Reading a file: its documents as plain data, typed as kubectl or kustomize would."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace
from yaml import YAMLError
from yaml.reader import ReaderError

from gitlint_ops.syntax import faults
from gitlint_ops.syntax.compose import Composer, LimitExceeded
from gitlint_ops.syntax.events import DocumentStartEvent, open_parser
from gitlint_ops.syntax.locate import duplicate_keys
from gitlint_ops.syntax.span import Span
from gitlint_ops.syntax.text import (
    DEFAULT_LIMITS,
    DUPLICATE_KEY,
    YAML_INVALID,
    Document,
    Limits,
    Problem,
    Text,
    Typing,
)

__all__ = [
    "DEFAULT_LIMITS",
    "DUPLICATE_KEY",
    "YAML_INVALID",
    "Document",
    "Limits",
    "Problem",
    "Span",
    "Text",
    "Typing",
    "read",
]


_FOLDED = re.compile(rb">[-+0-9]{0,2}[ \t]*[#\r\n]")

_MOST_DOUBLED = 1000
"""Documents of a file whose duplicate keys are looked up; beyond that the file is hostile."""


def read(data: bytes, typing: Typing, limits: Limits = DEFAULT_LIMITS) -> Text:
    """All documents of a file; never raises, whatever the bytes are.

    Documents before a syntax error are there. A file that does not parse and is a template
    (`template.templating`) has only `Text.templated`.
    """
    if len(data) > limits.file_bytes:
        return Text(problems=(faults.too_large(len(data), limits),))
    text = _read(data, typing, limits)
    if text.problems or any(document.problems for document in text.documents):
        return _unless_templated(data, text)
    return text


def _read(data: bytes, typing: Typing, limits: Limits) -> Text:
    documents: list[Document] = []
    doubled: set[int] = set()
    problems: tuple[Problem, ...] = ()
    try:
        for document in _documents(data, typing, limits, doubled):
            documents.append(document)  # noqa: PERF402 # what was read before an error stays
    except ReaderError as error:
        documents = [*_documents_before(data, typing, limits)]
        problems = (faults.syntax_problem(error, data),)
    except YAMLError as error:
        problems = (faults.syntax_problem(error, data),)
    except LimitExceeded as error:
        problems = (error.problem,)
    if doubled:
        found = duplicate_keys(data, doubled, typing)
        documents = [
            replace(document, problems=(*document.problems, *found.get(document.index, ())))
            for document in documents
        ]
    return Text(tuple(documents), problems)


def _documents(data: bytes, typing: Typing, limits: Limits, doubled: set[int]) -> Iterator[Document]:
    """Yields each document; puts the index of one with a duplicate key into `doubled`."""
    parser = open_parser(data)
    stream = iter(parser.get_event, None)
    composer = Composer(typing, limits, anchored=b"&" in data, folded=_FOLDED.search(data) is not None)
    index = -1
    for event in stream:
        if event.__class__ is not DocumentStartEvent:
            continue
        index += 1
        if index >= limits.documents:
            raise LimitExceeded(faults.too_many_documents(event, limits))
        line = parser.peek_event().start_mark.line + 1
        body = composer.compose(stream)
        problems = tuple(composer.problems)
        if event.version not in (None, (1, 1)):
            problems = (_wrong_version(event), *problems)
        if composer.has_duplicates and len(doubled) < _MOST_DOUBLED:
            doubled.add(index)
        if body is not None or problems:
            yield Document(index, body, line, problems)


def _wrong_version(event: DocumentStartEvent) -> Problem:
    return Problem(
        YAML_INVALID,
        "the %YAML directive asks for a version that kubectl and kustomize do not read",
        faults.event_span(event),
        hint="remove the line: both read YAML 1.1",
    )


def _documents_before(data: bytes, typing: Typing, limits: Limits) -> tuple[Document, ...]:
    """Documents that end before an unreadable character; libyaml decodes ahead and gives none."""
    readable = faults.readable_part(data)
    end = readable.rfind("\n---")
    if end < 0:
        return ()
    return _read(readable[: end + 1].encode(), typing, limits).documents


def _unless_templated(data: bytes, text: Text) -> Text:
    problems = [*text.problems, *(problem for document in text.documents for problem in document.problems)]
    if all(problem.rule != YAML_INVALID for problem in problems):
        return text
    from gitlint_ops.syntax.template import templating

    language = templating(data)
    return Text(templated=language) if language else text
