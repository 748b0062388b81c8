"""ResourceSets of the Flux Operator: objects made from templates and inputs.

Inputs that stand in the ResourceSet itself are filled in; providers ask live services and are left open.

Source: https://fluxoperator.dev/docs/crd/resourceset/ (templating with `<< inputs.name >>`)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gitlint_ops.build.site import Site
from gitlint_ops.discover.applicationset.engines import YAML
from gitlint_ops.gotemplate.application_set import application_set_functions
from gitlint_ops.gotemplate.faults import TemplateFault, Unverifiable
from gitlint_ops.gotemplate.signatures import Function, Functions
from gitlint_ops.gotemplate.template import parse
from gitlint_ops.gotemplate.values import from_data
from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.delivery import Owner
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject, object_key
from gitlint_ops.model.targets import BuildResult, BuildTarget, Status, Unchecked
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.syntax.emit import emit

MAX_INPUTS = 2_000
_DISABLED = "fluxcd.controlplane.io/reconcile"
_BUILD_FAILED = "build-failed"
_RESOURCES: FieldPath = ("spec", "resources")
_TEMPLATE: FieldPath = ("spec", "resourcesTemplate")


class _Open(Exception):
    """Why what a ResourceSet comes to is not known here, and the field that says so."""

    def __init__(self, path: FieldPath, reason: str) -> None:
        super().__init__(reason)
        self.path = path


class _Wrong(Exception):
    """A template that the operator refuses, at its field."""

    def __init__(self, path: FieldPath, message: str) -> None:
        super().__init__(message)
        self.path = path


def build_resource_set(owner: Owner, target: BuildTarget, site: Site) -> BuildResult:
    """What a ResourceSet makes; never raises: what is wrong is told in the result."""
    del site
    if str(owner.value("metadata", "annotations", _DISABLED, default="")) == "disabled":
        return BuildResult(target, Status.BUILT)
    try:
        objects = {(one.key, one.api_version): one for one in _objects(owner, target.id)}
    except _Open as error:
        at = owner.origin(error.path)
        left = Unchecked(target.id, str(error), at.source, at.source_path)
        return BuildResult(target, Status.UNCHECKED, unchecked=(left,), complete=False, reason=str(error))
    except _Wrong as error:
        found = Violation(owner.object, error.path, str(error), rule=_BUILD_FAILED)
        return BuildResult(target, Status.FAILED, violations=(found,), complete=False, reason=str(error))
    return BuildResult(target, Status.BUILT, objects=tuple(objects.values()))


def _objects(owner: Owner, target: str) -> Iterator[RenderedObject]:
    listed = owner.value("spec", "resources")
    for values in _inputs(owner):
        for index, one in enumerate(listed if isinstance(listed, list) else ()):
            path = (*_RESOURCES, index)
            text = emit(one)
            for body in _filled(text, values, path):
                yield _object(body, owner, path, target, verbatim=True)
        template = owner.text(*map(str, _TEMPLATE))
        for body in _filled(template, values, _TEMPLATE) if template else ():
            yield _object(body, owner, _TEMPLATE, target, verbatim=False)


def _inputs(owner: Owner) -> list[Mapping[str, Any]]:
    if owner.value("spec", "inputsFrom"):
        raise _Open(("spec", "inputsFrom"), "its inputs come from providers, which are asked at run time")
    held = owner.value("spec", "inputs")
    found: list[Mapping[str, Any]] = []
    found += (one for one in (held if isinstance(held, list) else ()) if isinstance(one, Mapping))
    if len(found) > MAX_INPUTS:
        raise _Open(
            ("spec", "inputs"), f"it has more than {MAX_INPUTS:,} inputs, which are not all filled in"
        )
    return found or [{}]


def _filled(text: str, values: Mapping[str, Any], path: FieldPath) -> Iterator[Mapping[str, Any]]:
    """The objects that a template comes to."""
    if "<<" in text:
        # Its own delimiters become those of the engine; braces that stand in the text are no template.
        swapped = text.replace("{{", "\0").replace("<<", "{{").replace(">>", "}}")
        try:
            text = parse(swapped.replace("\0", '{{"{{"}}'), "resourceset").render(
                {}, _functions(values), "error"
            )
        except TemplateFault as error:
            raise _Wrong(path, f"the template cannot be filled in: {error}") from error
        except Unverifiable as error:
            raise _Open(path, f"the template is not filled in here: {error}") from error
    parsed = read(text.encode("utf-8", "surrogatepass"), Typing.KUBECTL)
    if parsed.problems or any(one.problems for one in parsed.documents):
        raise _Wrong(path, "what the template comes to is no YAML")
    yield from (one.body for one in parsed.documents if isinstance(one.body, Mapping))


def _functions(values: Mapping[str, Any]) -> Functions:
    def inputs(budget: Any) -> Any:
        return from_data(dict(values), budget)

    return {**application_set_functions(YAML), "inputs": Function((), None, inputs)}


def _object(
    body: Mapping[str, Any], owner: Owner, path: FieldPath, target: str, *, verbatim: bool
) -> RenderedObject:
    at = owner.origin(path)
    blame = Origin(at.source, at.source_path, Via.GENERATOR, verbatim=verbatim and at.verbatim)
    return RenderedObject(object_key(body), str(body.get("apiVersion", "")), body, blame, target)
