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
from gitlint_ops.rules.checks.secret_values import is_harmless, is_placeholder, url_passwords
from gitlint_ops.rules.deliveries import Deliveries
from gitlint_ops.rules.subjects import Facts, Params, nameless

_FILLED_IN = ("{{", "${", "$ARGOCD", "<path:", "ref+")
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
    """Credentials in the parameters and addresses of Applications and repositories."""
    if on.key.group != ARGO or on.kind not in ("Application", "ApplicationSet", "AppProject"):
        return
    for path, source in argo_sources(on.body):
        yield from _in_address(on, (*path, "repoURL"), source.get("repoURL"))
        yield from _in_parameters(on, (*path, "helm", "parameters"))
        yield from _in_parameters(on, (*path, "plugin", "env"))
    repos = value_at(on.body, ("spec", "sourceRepos"))
    for index, one in enumerate(repos if isinstance(repos, list) else ()):
        yield from _in_address(on, ("spec", "sourceRepos", index), one)


def _in_address(on: RenderedObject, path: FieldPath, value: Any) -> Iterator[Violation]:
    if isinstance(value, str) and any(not is_placeholder(one) for one in url_passwords(value)):
        yield _credential(on, path, "this address carries a password or token")


def _in_parameters(on: RenderedObject, path: FieldPath) -> Iterator[Violation]:
    held = value_at(on.body, path)
    for index, one in enumerate(held if isinstance(held, list) else ()):
        name, value = value_at(one, ("name",)), value_at(one, ("value",))
        if not isinstance(name, str) or not isinstance(value, str) or not value:
            continue
        secret = name_kind(name.rpartition(".")[2]) is NameKind.SECRET
        if secret and not (
            is_placeholder(value) or is_harmless(value) or any(x in value for x in _FILLED_IN)
        ):
            yield _credential(on, (*path, index, "value"), f"the value of '{name}' stands here in clear")


def _credential(on: RenderedObject, path: FieldPath, message: str) -> Violation:
    return Violation(
        on,
        path,
        message,
        hint="let the chart take it from an existing Secret, and the repository's login from a repository "
        "Secret of Argo CD; change what was written here, since history still holds it",
        confidence=Confidence.MEDIUM,
    )
