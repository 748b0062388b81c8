"""The `templatePatch` of an ApplicationSet, laid over each of its Applications.

Source: applyTemplatePatch in applicationset/controllers/template/patch.go; the lists of an Application are
replaced, but for its finalizers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gitlint_ops.discover.applicationset.faults import GeneratorFault
from gitlint_ops.discover.applicationset.parameters import ParamSet
from gitlint_ops.discover.applicationset.rendering import render
from gitlint_ops.discover.applicationset.scope import Scope
from gitlint_ops.discover.applicationset.template import Filled
from gitlint_ops.model.blame import Blame, MapBlame, Origin, child, over
from gitlint_ops.model.location import FieldPath
from gitlint_ops.syntax.documents import Typing, read

PATCH: FieldPath = ("spec", "templatePatch")
_MERGED_LISTS = frozenset({("metadata", "finalizers")})


def patched(application: Filled, held: ParamSet, scope: Scope) -> Filled:
    """The Application with the patch over it; its project stays as it is.

    Raises:
        GeneratorFault: the patch cannot be filled in, or is no mapping then.
    """
    written = scope.owner.value(*PATCH)
    if not isinstance(written, str):
        return application
    text = render(written, held, scope, PATCH)
    patch = _parsed(text, held)
    project = application.body["spec"].get("project")
    body, blame = _merged(dict(application.body), patch, application.blame, scope.entry(PATCH), ())
    for key in ("metadata", "spec"):
        if not isinstance(body.setdefault(key, {}), Mapping):
            raise _no_patch(f"`{key}` must be a mapping", held)
    body["spec"] = {key: one for key, one in body["spec"].items() if key != "project"}
    if project is not None:
        body["spec"]["project"] = project
    before = child(child(application.blame, "spec"), "project")
    return Filled(body, MapBlame(blame, {"spec": MapBlame(child(blame, "spec"), {"project": before})}))


def _parsed(text: str, held: ParamSet) -> Mapping[str, Any]:
    parsed = read(text.encode("utf-8", "surrogatepass"), Typing.KUBECTL)
    body = parsed.documents[0].body if parsed.documents else {}
    if parsed.problems or parsed.templated or not isinstance(body, Mapping):
        reason = parsed.problems[0].message if parsed.problems else "it must be a mapping"
        raise _no_patch(reason, held)
    return body


def _no_patch(reason: str, held: ParamSet) -> GeneratorFault:
    return GeneratorFault(
        f"`templatePatch` is no patch for {held.said}, so the set generates nothing ({reason})", PATCH
    )


def _merged(
    base: dict[str, Any], patch: Mapping[str, Any], blame: Blame, entry: Origin, path: FieldPath
) -> tuple[dict[str, Any], Blame]:
    directive = patch.get("$patch")
    if directive == "delete":
        return {}, entry
    result = {} if directive == "replace" else dict(base)
    changed: dict[str, Blame] = {}
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        inner = (*path, key)
        held = result.get(key)
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping):
            before = dict(held) if isinstance(held, Mapping) else {}
            result[key], changed[key] = _merged(before, value, child(blame, key), entry, inner)
        elif isinstance(value, list) and inner in _MERGED_LISTS and isinstance(held, list):
            result[key] = [*value, *(one for one in held if one not in value)]
            changed[key] = entry
        else:
            result[key] = value
            changed[key] = over(entry, child(blame, key)) if key in base else entry
    return result, MapBlame(blame if base else entry, changed)
