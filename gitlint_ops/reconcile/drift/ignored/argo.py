"""What Argo CD ignores: the Application's, its installation's, and the object's own ignoreDifferences.

Sources: argo-cd util/argo/diff/ignore.go, util/argo/normalizers/diff_normalizer.go, util/settings/settings.go
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from gitlint_ops.model.delivery import Owner
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.model.waves import HELM_HOOK, HOOK
from gitlint_ops.reconcile.drift.ignored.rules import Ignoring, Rule, by_glob, concerning, texts_of
from gitlint_ops.reconcile.drift.metadata import annotations_of
from gitlint_ops.syntax.documents import Typing, read

_CUSTOMIZATIONS = "resource.customizations"
_SPLIT = f"{_CUSTOMIZATIONS}.ignoreDifferences."
_OF_OBJECT = "argocd.argoproj.io/ignore-differences"
_EVERYTHING = ("all", "*/*")


def argo_ignores(
    owner: Owner | None, settings: RenderedObject | None
) -> Callable[[RenderedObject, str], Ignoring]:
    """What an Application ignores of each object; `settings` is the argocd-cm of its installation."""
    rules = (*_of_application(owner), *_of_installation(settings))

    def ignoring(on: RenderedObject, namespace: str) -> Ignoring:
        if HOOK in annotations_of(on.body) or HELM_HOOK in annotations_of(on.body):
            return Ignoring(skipped="a hook")
        return concerning((*rules, *_of_object(on)), on, namespace)

    return ignoring


def _of_application(owner: Owner | None) -> Iterator[Rule]:
    listed = owner.value("spec", "ignoreDifferences") if owner else None
    for entry in listed if isinstance(listed, list) else ():
        group, kind, name, namespace = (
            str(value_at(entry, (one,)) or "") for one in ("group", "kind", "name", "namespace")
        )
        yield _rule(entry, group, kind, name, namespace)


def _of_installation(settings: RenderedObject | None) -> Iterator[Rule]:
    held = value_at(settings.body, ("data",)) if settings else None
    for key, text in held.items() if isinstance(held, dict) else ():
        if not isinstance(text, str):
            continue
        if str(key).startswith(_SPLIT):
            yield from _customized(str(key)[len(_SPLIT) :].replace("_", "/"), yaml_of(text))
        elif key == _CUSTOMIZATIONS:
            yield from _together(yaml_of(text))


def _together(customizations: Any) -> Iterator[Rule]:
    """The older form, one text for all kinds, in which ignoreDifferences are a text again."""
    for kind, held in customizations.items() if isinstance(customizations, dict) else ():
        text = value_at(held, ("ignoreDifferences",))
        yield from _customized(str(kind), yaml_of(text) if isinstance(text, str) else text)


def _customized(kind: str, entry: Any) -> Iterator[Rule]:
    group, _, name = ("*", "", "*") if kind in _EVERYTHING else kind.rpartition("/")
    if isinstance(entry, dict):
        yield _rule(entry, group, name)


def _of_object(on: RenderedObject) -> Iterable[Rule]:
    text = annotations_of(on.body).get(_OF_OBJECT)
    if not isinstance(text, str):
        return ()
    pointers = texts_of(yaml_of(text), "jsonPointers")
    return (Rule(lambda _on, _there: True, pointers),) if pointers else ()


def _rule(entry: Any, group: str, kind: str, name: str = "", namespace: str = "") -> Rule:
    return Rule(
        by_glob(group, kind, name, namespace),
        texts_of(entry, "jsonPointers"),
        texts_of(entry, "jqPathExpressions"),
        frozenset(texts_of(entry, "managedFieldsManagers")),
    )


def yaml_of(text: str) -> Any:
    """The data of a YAML text that a field holds, None where it has none."""
    found = read(text.encode("utf-8", "surrogatepass"), Typing.KUBECTL).documents
    return found[0].body if found else None
