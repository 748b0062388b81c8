"""Credentials that stand in the repository in clear."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from gitlint_ops.model.blame import Blame, FieldBlame, ListBlame, MapBlame, Origin, Via, at, origin
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.model.objects import DocumentRole, RenderedObject, SourceDocument
from gitlint_ops.rules.checks.secret_objects import (
    Credential,
    credentials,
    credentials_of_addresses,
    credentials_of_values,
    known_tokens,
)
from gitlint_ops.rules.checks.secret_texts import WHOLE
from gitlint_ops.rules.subjects import Params

_HINT = "keep it out of Git (SOPS, a SealedSecret, an ExternalSecret), and change it: history still holds it"
_JUDGED_ROLES = frozenset({DocumentRole.OBJECT, DocumentRole.PATCH})
# What stands in a resource's own document is judged there, once for all targets. A replacement
# copies a field of another object: the credential stands there and not in the entry.
_STANDS_ELSEWHERE = frozenset({Via.RESOURCE, Via.TRANSFORMER, Via.REPLACEMENT})


def plaintext(subject: SourceDocument | RenderedObject, _params: Params) -> Iterator[Violation]:
    """Credentials in a document as it stands, and what a kustomization puts into an object."""
    if isinstance(subject, SourceDocument):
        for found in _in_document(subject):
            encoded = found.path[-2:-1] == ("data",)
            yield _violation(subject.ref, replace(found, line=WHOLE) if encoded else found)
    elif _is_set_elsewhere(subject.blame):
        yield from _in_rendered(subject)


def _in_document(document: SourceDocument) -> Iterator[Credential]:
    if document.delivered and document.role is DocumentRole.CHART_VALUES:
        return credentials_of_values(document.body)
    if document.delivered and _is_built(document):
        return credentials_of_addresses(document.body)
    if document.delivered and document.role in _JUDGED_ROLES:
        return credentials(document.body)
    return known_tokens(document.body)


def _is_built(document: SourceDocument) -> bool:
    """Whether the document only says what to do with objects: a kustomization, a JSON patch.

    The objects show what comes of it, under the names that the objects give it; but for the addresses
    from which it takes them.
    """
    is_json_patch = document.role is DocumentRole.PATCH and not isinstance(document.body, Mapping)
    return is_json_patch or document.role is DocumentRole.KUSTOMIZATION


def _is_set_elsewhere(blame: Blame) -> bool:
    """Whether anything but a resource's own document set a field."""
    match blame:
        case Origin(via=via):
            return via not in _STANDS_ELSEWHERE
        case MapBlame(base, changed):
            return _is_set_elsewhere(base) or any(map(_is_set_elsewhere, changed.values()))
        case FieldBlame(base=base, by=by):
            return _is_set_elsewhere(base) or _is_set_elsewhere(by)
        case ListBlame(base, items):
            return _is_set_elsewhere(base) or any(map(_is_set_elsewhere, items))


def _in_rendered(on: RenderedObject) -> Iterator[Violation]:
    for found in credentials(on.body):
        blamed = origin(at(on.blame, found.path))
        if blamed.via in _STANDS_ELSEWHERE:
            continue
        # A generator encodes the text that stands in its file; others copy the code itself.
        encoded = found.path[0] == "data" and on.kind == "Secret"
        as_written = blamed.via is Via.GENERATOR or (blamed.verbatim and not encoded)
        yield _violation(on, found if as_written else replace(found, line=WHOLE))


def _violation(on: RenderedObject | DocumentRef, found: Credential) -> Violation:
    message = f"{found.what} stands in the repository in clear"
    return Violation(on, found.path, message, hint=_HINT, line=found.line)
