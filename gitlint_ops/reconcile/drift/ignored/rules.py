"""Rules by which owners ignore differences: which objects they concern, and which fields they take away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Any, TypeAlias

from msgspec import Struct

from gitlint_ops.build.kustomize.go_regex import GoRegex, RegexFault
from gitlint_ops.build.kustomize.label_selectors import LabelSelectorFault, matches_selector
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.reconcile.drift.ignored.jq import JqError, NotUnderstood, compiled
from gitlint_ops.reconcile.drift.ignored.removal import pointer_path, without_paths

Concerns: TypeAlias = Callable[[RenderedObject, str], bool]
"""Whether a rule is about an object, given the namespace that it goes to; raises Doubt where that is not
known."""


class Doubt(Exception):
    """A rule that cannot be evaluated here; says why."""


class Rule(Struct, frozen=True):
    """Fields that do not count, of the objects that it concerns; `managers` may set what they like."""

    concerns: Concerns
    pointers: tuple[str, ...] = ()
    expressions: tuple[str, ...] = ()
    managers: frozenset[str] = frozenset()

    def paths(self, body: Any) -> Iterator[FieldPath]:
        """These fields, as many of them as a body has.

        Raises:
            Doubt: an expression is beyond what is evaluated here.
        """
        yield from (path for one in self.pointers if (path := pointer_path(one, body)))
        for expression in self.expressions:
            yield from _paths(expression, body)

    def trimmed(self, body: Any) -> Any:
        """A body without these fields.

        Raises:
            Doubt: an expression is beyond what is evaluated here.
        """
        for pointer in self.pointers:
            path = pointer_path(pointer, body)
            body = without_paths(body, (path,)) if path else body
        for expression in self.expressions:
            body = without_paths(body, _paths(expression, body))
        return body


class Ignoring(Struct, frozen=True):
    """What the owner of an object ignores of it.

    `skipped` says why its operator does not touch the object as it lives, "" where it does. `doubt` says
    why it is not known what is ignored.
    """

    rules: tuple[Rule, ...] = ()
    skipped: str = ""
    doubt: str = ""

    @property
    def managers(self) -> frozenset[str]:
        """The managers whose fields do not count."""
        return frozenset[str]().union(*(one.managers for one in self.rules))

    def ignores(self, path: FieldPath, manager: str, live: Any) -> bool:
        """Whether a field of a live object that a manager holds does not count.

        Raises:
            Doubt: a rule is beyond what is evaluated here.
        """
        if self.skipped or manager in self.managers:
            return True
        if self.doubt:
            raise Doubt(self.doubt)
        return any(path[: len(one)] == one for rule in self.rules for one in rule.paths(live))

    def trimmed(self, body: Any) -> Any:
        """A body without what does not count.

        Raises:
            Doubt: a rule is beyond what is evaluated here.
        """
        for one in self.rules:
            body = one.trimmed(body)
        return body


def concerning(rules: Iterable[Rule], on: RenderedObject, namespace: str) -> Ignoring:
    """What the rules ignore of an object."""
    try:
        return Ignoring(tuple(one for one in rules if one.concerns(on, namespace)))
    except Doubt as doubt:
        return Ignoring(doubt=str(doubt))


@lru_cache(maxsize=256)
def _compiled(expression: str) -> Callable[[Any], tuple[FieldPath, ...]]:
    return compiled(expression)


def _paths(expression: str, body: Any) -> tuple[FieldPath, ...]:
    try:
        return _compiled(expression)(body)
    except NotUnderstood as error:
        raise Doubt(f"the jq expression '{expression[:80]}' is not evaluated here ({error})") from error
    except JqError:
        return ()


def by_glob(group: str, kind: str, name: str = "", namespace: str = "") -> Concerns:
    """As Argo CD matches: group and kind are globs, and what is "" of the others fits all.

    Source: argo-cd util/argo/normalizers/diff_normalizer.go Normalize
    """

    def concerns(on: RenderedObject, there: str) -> bool:
        return (
            fnmatchcase(on.key.group, group)
            and fnmatchcase(on.kind, kind)
            and name in ("", on.key.name)
            and namespace in ("", there)
        )

    return concerns


def by_selector(target: Any) -> Concerns:
    """As Flux matches: anchored patterns, and selectors of labels and annotations; none fits all.

    Source: fluxcd/pkg/ssa jsondiff/selector.go
    """
    if not isinstance(target, dict):
        return lambda _on, _there: True

    def concerns(on: RenderedObject, there: str) -> bool:
        values = {
            "group": on.key.group,
            "version": on.api_version.rpartition("/")[2],
            "kind": on.kind,
            "name": on.key.name,
            "namespace": there,
        }
        return all(_fits(target.get(part), value) for part, value in values.items()) and all(
            _selects(target.get(selector), value_at(on.body, ("metadata", field)))
            for selector, field in (("labelSelector", "labels"), ("annotationSelector", "annotations"))
        )

    return concerns


def _fits(pattern: Any, value: str) -> bool:
    if not isinstance(pattern, str) or not pattern:
        return True
    try:
        return GoRegex(pattern).matches_all(value)
    except RegexFault as error:
        raise Doubt(f"the pattern '{pattern[:80]}' is not evaluated here") from error


def _selects(selector: Any, held: Any) -> bool:
    if not isinstance(selector, str) or not selector:
        return True
    texts = {str(key): str(value) for key, value in held.items()} if isinstance(held, dict) else {}
    try:
        return matches_selector(selector, texts)
    except LabelSelectorFault as error:
        raise Doubt(f"the selector '{selector[:80]}' cannot be read") from error


def texts_of(entry: Any, name: str) -> tuple[str, ...]:
    """The texts of a list that an entry holds under a name."""
    held = value_at(entry, (name,))
    return tuple(one for one in held if isinstance(one, str)) if isinstance(held, list) else ()
