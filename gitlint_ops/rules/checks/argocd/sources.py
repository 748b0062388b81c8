"""What the sources of Applications follow, and which of their values are credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.model.delivery import ARGO, Delivery, OwnerKind
from gitlint_ops.model.environments import PRODUCTION, canonical
from gitlint_ops.model.findings import Confidence, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.checks.secret_names import NameKind, name_kind
from gitlint_ops.rules.checks.secret_values import is_harmless, is_placeholder
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params, nameless

_FILLED_IN = ("{{", "${", "$ARGOCD", "<path:", "ref+")
_PAIR = re.compile(r"([A-Za-z_][\w-]*)\s*:\s*[\"']?([^\s\"'{}\[\],#]+)")
_DEEPEST = 30
_LONGEST_LINE = 2_000
_COMMIT = re.compile(r"[0-9a-f]{7,64}\Z")
_VERSION = re.compile(r"v?\d+(?:\.\d+){1,3}(?:[-+][\w.+-]*)?\Z")


def argo_sources(body: Any) -> Iterator[tuple[FieldPath, Mapping[str, Any]]]:
    """The sources of an Application or of an ApplicationSet's template, each with its path."""
    spec: FieldPath = (
        ("spec", "template", "spec") if value_at(body, ("kind",)) == "ApplicationSet" else ("spec",)
    )
    held = value_at(body, spec)
    several = value_at(held, ("sources",))
    if isinstance(several, list) and several:
        found = [((*spec, "sources", index), one) for index, one in enumerate(several)]
    else:
        found = [((*spec, "source"), value_at(held, ("source",)))]
    yield from ((path, one) for path, one in found if isinstance(one, Mapping))


def revision_mutable(deliveries: Deliveries, params: Params, _facts: Facts) -> Iterator[Violation]:
    """Sources of production that follow whatever is pushed next."""
    wanted = {canonical(str(one)) for one in params.get("environments", (PRODUCTION,))}
    for delivery in deliveries.of_kind(OwnerKind.APPLICATION):
        environment = delivery.result.target.environment if delivery.result else None
        if environment is None or canonical(environment) not in wanted:
            continue
        for path, source in argo_sources(delivery.owner.object.body):
            yield from _mutable(delivery, path, source, environment, branches=bool(params.get("branches")))


def _mutable(
    delivery: Delivery, path: FieldPath, source: Mapping[str, Any], environment: str, *, branches: bool
) -> Iterator[Violation]:
    revision = source.get("targetRevision")
    text = revision if isinstance(revision, str) else ""
    if source.get("chart") or any(one in text for one in _FILLED_IN):
        return
    if text not in ("", "HEAD") and not (branches and not (_VERSION.match(text) or _COMMIT.match(text))):
        return
    said = f"follows '{text}'" if text else "names no targetRevision, and so follows the default branch"
    yield Violation(
        delivery.owner.object,
        (*path, "targetRevision") if text else (*path, "repoURL"),
        f"{environment} {said}: it changes with every push, and cannot be told from what was reviewed",
        hint="name a tag or a commit, or the branch that is meant for it",
    )


@nameless
def inline_credential(on: RenderedObject, _params: Params) -> Iterator[Violation]:
    """Credentials among the parameters and values of Applications; of addresses secret-plaintext tells."""
    if on.key.group != ARGO or on.kind not in ("Application", "ApplicationSet"):
        return
    for path, _ in argo_sources(on.body):
        yield from _in_parameters(on, (*path, "helm", "parameters"))
        yield from _in_parameters(on, (*path, "plugin", "env"))
        yield from _in_values(on, (*path, "helm", "valuesObject"), 0)
        yield from _in_text(on, (*path, "helm", "values"))


def _in_parameters(on: RenderedObject, path: FieldPath) -> Iterator[Violation]:
    held = value_at(on.body, path)
    for index, one in enumerate(held if isinstance(held, list) else ()):
        name, value = value_at(one, ("name",)), value_at(one, ("value",))
        if not isinstance(name, str) or not isinstance(value, str) or not value:
            continue
        if _is_secret(name, value):
            yield _credential(on, (*path, index, "value"), name)


def _in_values(on: RenderedObject, path: FieldPath, depth: int) -> Iterator[Violation]:
    held = value_at(on.body, path)
    for key, value in held.items() if isinstance(held, Mapping) and depth < _DEEPEST else ():
        if isinstance(value, str) and _is_secret(key, value):
            yield _credential(on, (*path, key), key)
        elif isinstance(value, Mapping):
            yield from _in_values(on, (*path, key), depth + 1)


def _in_text(on: RenderedObject, path: FieldPath) -> Iterator[Violation]:
    text = value_at(on.body, path)
    for number, line in enumerate(text.splitlines(), 1) if isinstance(text, str) else ():
        for found in _PAIR.finditer(line[:_LONGEST_LINE]):
            if _is_secret(found[1], found[2]):
                yield _credential(on, path, found[1], line=number)


def _is_secret(name: str, value: str) -> bool:
    if name_kind(name.rpartition(".")[2]) is not NameKind.SECRET or not value:
        return False
    return not (is_placeholder(value) or is_harmless(value) or any(one in value for one in _FILLED_IN))


def _credential(on: RenderedObject, path: FieldPath, name: str, line: int = 0) -> Violation:
    return Violation(
        on,
        path,
        f"the value of '{name}' stands here in clear",
        line=line,
        hint="let the chart take it from an existing Secret, and change what was written here, since history "
        "still holds it",
        confidence=Confidence.MEDIUM,
    )
