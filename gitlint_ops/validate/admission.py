"""The ValidatingAdmissionPolicies of a workspace, on the objects that they would be asked about.

A policy judges the objects of its own repository, and where both have an environment, of the same
one. Objects are judged as they are created. What depends on the user who applies an object, or on
what is not in the workspace, is unevaluated.

Source: k8s.io/apiserver/pkg/admission/plugin/policy/validating
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from gitlint_ops.cel.kubernetes import KubernetesEnvironment, Unevaluable
from gitlint_ops.cel.program import EvaluationError
from gitlint_ops.model.findings import Note, Severity, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject, api_group
from gitlint_ops.model.targets import BuildResult, Unchecked
from gitlint_ops.validate.admission_matching import Request, Unknown, guessed_plural, matches, selects
from gitlint_ops.validate.core_defaults import set_by_server, with_defaults
from gitlint_ops.validate.values import is_filled_later

RULE = "admission-policy-violation"
POLICY = "ValidatingAdmissionPolicy"
_BINDING = "ValidatingAdmissionPolicyBinding"
_GROUP = "admissionregistration.k8s.io"

_VARIABLES = ("object", "oldObject", "request", "params", "namespaceObject", "variables")
_ACTIONS = (("Deny", Severity.ERROR), ("Warn", Severity.WARNING), ("Audit", Severity.NOTE))

# Of a request only these can be known before it is made.
_REQUEST = re.compile(
    r"\brequest\.(?!(?:kind|resource|requestKind|requestResource|subResource|name|namespace|operation)\b)\w+"
)
_PRESENCE = re.compile(r"\bhas\((?!object\.metadata\b)|\.\?(?!metadata\b)|\[\?|\bin\s+object\.(?!metadata\b)")
_VARIABLE = re.compile(r"\bvariables\.(\w+)")
_SERVER_SET = re.compile(
    r'"(?:namespace|uid|creationTimestamp|generation|resourceVersion|managedFields|status)"'
)


class _Policy(Struct, frozen=True):
    obj: RenderedObject
    spec: Mapping[str, Any]
    bindings: tuple[RenderedObject, ...]
    environment: str | None


class _Setting(Struct, frozen=True):
    """What policies find in one repository: Namespaces by name, all objects, and plurals of custom kinds."""

    namespaces: Mapping[str, RenderedObject]
    objects: tuple[RenderedObject, ...]
    plurals: Mapping[tuple[str, str], str]


class _Denial(Struct, frozen=True):
    message: str
    path: FieldPath


class Admission:
    """Asks the policies among the built objects; `unchecked` tells what could not be evaluated."""

    def __init__(self, judged: Sequence[BuildResult]) -> None:
        self._judged = judged
        self._unchecked: dict[str, str] = {}
        self._in_part: set[int] = set()
        self._environment = KubernetesEnvironment(_VARIABLES)

    def violations(self) -> Iterator[Violation]:
        """The objects that a policy refuses or warns of, once for each policy and message."""
        for repo in dict.fromkeys(build.target.repo for build in self._judged):
            builds = [build for build in self._judged if build.target.repo == repo]
            policies = _policies(builds)
            if policies:
                yield from self._in_repository(builds, policies)

    def unchecked(self) -> tuple[Unchecked, ...]:
        """What was not evaluated, at the first target that it was met in."""
        return tuple(Unchecked(target, said) for said, target in self._unchecked.items())

    def left_out(self, obj: RenderedObject) -> bool:
        """Whether some policy could not be evaluated for an object."""
        return id(obj.body) in self._in_part

    def _in_repository(
        self, builds: Sequence[BuildResult], policies: Mapping[str, Sequence[_Policy]]
    ) -> Iterator[Violation]:
        setting = _setting(builds)
        told: set[tuple[int, str, str]] = set()
        for build in builds:
            for obj in build.objects:
                for name, variants in policies.items():
                    of_place = [one for one in variants if _meet(one.environment, build.target.environment)]
                    for found in self._asked(of_place, obj, setting):
                        mark = (id(obj.body), name, found.message)
                        if mark not in told:
                            told.add(mark)
                            yield found

    def _asked(
        self, variants: Sequence[_Policy], obj: RenderedObject, setting: _Setting
    ) -> tuple[Violation, ...]:
        """What a policy says of an object; where there are several of its name, all must say something."""
        said = []
        for policy in variants:
            try:
                said.append(tuple(self._judged_by(policy, obj, setting)))
            except Unknown as error:
                self._leave_out(policy, obj, f"it depends on {error}")
                return ()
            except Unevaluable as error:
                self._leave_out(policy, obj, str(error).splitlines()[0])
                return ()
        return said[0] if said and all(said) else ()

    def _judged_by(self, policy: _Policy, obj: RenderedObject, setting: _Setting) -> Iterator[Violation]:
        request = _request(obj, setting)
        if not matches(policy.spec.get("matchConstraints"), request):
            return
        for binding in policy.bindings:
            spec = _mapping(binding.body.get("spec"))
            if not matches(spec.get("matchResources"), request, is_binding=True):
                continue
            severity = _severity(spec.get("validationActions"))
            for params in _params(policy.spec.get("paramKind"), spec.get("paramRef"), request, setting):
                for denial in self._denials(policy, request, params):
                    yield _violation(policy, binding, obj, denial, severity)

    def _denials(
        self, policy: _Policy, request: Request, params: Mapping[str, Any] | None
    ) -> Iterator[_Denial]:
        body, is_known = with_defaults(request.obj.body)
        values = _values(body, request, params)
        ignores = policy.spec.get("failurePolicy") == "Ignore"
        judge = _Judge(self._environment, policy.spec, values, is_known)
        try:
            if not all(judge.holds(one) for one in _mappings(policy.spec.get("matchConditions"))):
                return
        except EvaluationError as error:
            if not ignores:
                yield _Denial(f"a match condition fails: {error}", ("spec", "matchConditions"))
            return
        for index, validation in enumerate(_mappings(policy.spec.get("validations"))):
            path = ("spec", "validations", index, "expression")
            try:
                if judge.holds(validation):
                    continue
                message = judge.message(validation)
            except EvaluationError as error:
                if ignores:
                    continue
                message = f"the expression fails: {error}"
            if _is_open(body):
                raise Unevaluable("the object has values that are filled in later")
            yield _Denial(message, path)

    def _leave_out(self, policy: _Policy, obj: RenderedObject, reason: str) -> None:
        said = f"the policy {policy.obj.key.name} was not evaluated for {obj.kind} objects: {reason}"
        self._unchecked.setdefault(said, obj.target)
        self._in_part.add(id(obj.body))


class _Judge:
    """Evaluates the expressions of one policy for one request."""

    def __init__(
        self,
        environment: KubernetesEnvironment,
        spec: Mapping[str, Any],
        values: Mapping[str, Any],
        defaults_known: bool,
    ) -> None:
        self._environment = environment
        self._defaults_known = defaults_known
        self._expressions = {
            str(one.get("name")): str(one.get("expression")) for one in _mappings(spec.get("variables"))
        }
        self._computed: dict[str, Any] = {}
        self._values = values

    def holds(self, said: Mapping[str, Any]) -> bool:
        held = self._evaluated(str(said.get("expression")))
        if not isinstance(held, bool):
            raise Unevaluable("an expression gives neither true nor false")
        if not held and not self._defaults_known and self._asks_for_presence(str(said.get("expression"))):
            raise Unevaluable("it asks for fields that the API server may fill in")
        return held

    def message(self, validation: Mapping[str, Any]) -> str:
        plain = str(validation.get("message") or "").strip()
        plain = plain or f"failed expression: {' '.join(str(validation.get('expression')).split())}"
        if not validation.get("messageExpression"):
            return plain
        try:
            said = self._evaluated(str(validation["messageExpression"]))
        except (EvaluationError, Unevaluable):
            return plain
        return said.strip() if isinstance(said, str) and said.strip() and "\n" not in said else plain

    def _asks_for_presence(self, expression: str) -> bool:
        """Whether an expression, or a variable, asks if something outside metadata is written."""
        texts = [expression, *(self._expressions.values() if "variables." in expression else ())]
        return any(_PRESENCE.search(text) for text in texts)

    def _evaluated(self, expression: str, depth: int = 0) -> Any:
        unknown = _REQUEST.search(expression)
        if unknown:
            raise Unevaluable(f"{unknown[0]} is not known before the object is applied")
        written = set_by_server(str(self._values["object"].get("kind")), expression)
        if written:
            raise Unevaluable(f"it reads `{written}`, which the API server writes")
        for name in dict.fromkeys(_VARIABLE.findall(expression)):
            self._compute(name, depth)
        program = self._environment.compile(expression)
        if "namespaceObject" in program.variables and self._values["namespaceObject"] is None:
            raise Unevaluable("it reads the namespace of the object, which is not in the workspace")
        try:
            return program.evaluate({**self._values, "variables": self._computed})
        except EvaluationError as error:
            if "Key not found" in str(error) and (not self._defaults_known or _SERVER_SET.search(str(error))):
                raise Unevaluable(f"{error}, which the API server may fill in") from error
            raise

    def _compute(self, name: str, depth: int) -> None:
        if name in self._computed or name not in self._expressions:
            return
        if depth > len(self._expressions):
            raise Unevaluable("its variables name each other")
        try:
            self._computed[name] = self._evaluated(self._expressions[name], depth + 1)
        except EvaluationError:
            # It fails only what reads it; to that it is missing.
            return


def _policies(builds: Sequence[BuildResult]) -> dict[str, list[_Policy]]:
    """The policies by name, each different body once in each environment, with the bindings beside it."""
    found: dict[str, list[_Policy]] = {}
    for build in builds:
        bindings = [one for one in build.objects if _is(one, _BINDING)]
        for obj in build.objects:
            if _is(obj, POLICY):
                name, spec = obj.key.name, _mapping(obj.body.get("spec"))
                own = tuple(
                    one for one in bindings if _mapping(one.body.get("spec")).get("policyName") == name
                )
                policy = _Policy(obj, spec, own, build.target.environment)
                held = found.setdefault(name, [])
                if own and not any(_same(policy, one) for one in held):
                    held.append(policy)
    return {name: held for name, held in found.items() if held}


def _same(one: _Policy, two: _Policy) -> bool:
    bodies = [[binding.body for binding in policy.bindings] for policy in (one, two)]
    return one.spec == two.spec and bodies[0] == bodies[1] and one.environment == two.environment


def _setting(builds: Sequence[BuildResult]) -> _Setting:
    objects = tuple(obj for build in builds for obj in build.objects)
    plurals = {}
    for obj in objects:
        if obj.kind == "CustomResourceDefinition":
            spec = _mapping(obj.body.get("spec"))
            names = _mapping(spec.get("names"))
            plurals[str(spec.get("group")), str(names.get("kind"))] = str(names.get("plural"))
    namespaces = {obj.key.name: obj for obj in objects if obj.kind == "Namespace" and obj.api_version == "v1"}
    return _Setting(namespaces, objects, plurals)


def _request(obj: RenderedObject, setting: _Setting) -> Request:
    group = api_group(obj.api_version)
    plural = setting.plurals.get((group, obj.kind)) or guessed_plural(obj.kind)
    namespace = setting.namespaces.get(obj.key.namespace)
    return Request(obj, plural, _with_own_name(namespace.body) if namespace else None)


def _with_own_name(namespace: Mapping[str, Any]) -> Mapping[str, Any]:
    """A Namespace with the label that the API server gives each."""
    metadata = _mapping(namespace.get("metadata"))
    labels = {**_mapping(metadata.get("labels")), "kubernetes.io/metadata.name": metadata.get("name")}
    return {**namespace, "metadata": {**metadata, "labels": labels}}


def _params(kind: Any, ref: Any, request: Request, setting: _Setting) -> Iterator[Mapping[str, Any] | None]:
    """The objects that a policy is evaluated with, None for one without.

    Raises:
        Unknown: there is none in the workspace.
    """
    said, wanted = _mapping(kind), _mapping(ref)
    if not said or not wanted:
        yield None
        return
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for one in setting.objects:
        if (one.api_version, one.kind) != (said.get("apiVersion"), said.get("kind")):
            continue
        place = wanted.get("namespace") or (request.obj.key.namespace if one.key.namespace else "")
        labels = _mapping(_mapping(one.body.get("metadata")).get("labels"))
        is_named = (
            one.key.name == wanted["name"] if wanted.get("name") else selects(wanted.get("selector"), labels)
        )
        if is_named and one.key.namespace == place:
            found[one.key.namespace, one.key.name] = one.body
    if not found:
        raise Unknown(f"parameters ({said.get('kind')} {wanted.get('name') or 'by a selector'})")
    yield from found.values()


def _values(body: Mapping[str, Any], request: Request, params: Mapping[str, Any] | None) -> dict[str, Any]:
    key = request.obj.key
    version = request.obj.api_version.rpartition("/")[2]
    kind = {"group": key.group, "version": version, "kind": key.kind}
    resource = {"group": key.group, "version": version, "resource": request.plural}
    asked: dict[str, Any] = {
        "kind": kind,
        "resource": resource,
        "requestKind": kind,
        "requestResource": resource,
        "subResource": "",
        "name": key.name,
        "operation": "CREATE",
    }
    if key.namespace:
        asked["namespace"] = key.namespace
    return {
        "object": body,
        "oldObject": None,
        "request": asked,
        "params": params,
        "namespaceObject": request.namespace,
    }


def _violation(
    policy: _Policy, binding: RenderedObject, obj: RenderedObject, denial: _Denial, severity: Severity
) -> Violation:
    does = "refuses it" if severity is Severity.ERROR else "tells of it"
    return Violation(
        obj,
        ("kind",),
        f"{denial.message} (the policy {policy.obj.key.name} {does})",
        related=(Note(policy.obj, denial.path, f"the expression; bound by {binding.key.name}"),),
        rule=RULE,
        severity=severity,
    )


def _severity(actions: Any) -> Severity:
    listed = actions if isinstance(actions, list) else ()
    return next((severity for action, severity in _ACTIONS if action in listed), Severity.NOTE)


def _is(obj: RenderedObject, kind: str) -> bool:
    return obj.kind == kind and obj.key.group == _GROUP


def _meet(one: str | None, two: str | None) -> bool:
    return one is None or two is None or one == two


def _is_open(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_is_open(held) for held in value.values())
    return any(_is_open(held) for held in value) if isinstance(value, list) else is_filled_later(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
