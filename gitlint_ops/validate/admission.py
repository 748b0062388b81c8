"""The ValidatingAdmissionPolicies of a workspace, on the objects that they would be asked about.

A policy judges the objects of its own repository, and where both have an environment, of the same
one. Objects are judged as they are created, or, where it is known what they were before a change, as
they are updated. What depends on the user who applies an object, or on
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
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.targets import BuildResult, Unchecked
from gitlint_ops.validate.admission_matching import Request, Unknown, matches
from gitlint_ops.validate.admission_places import judged_field
from gitlint_ops.validate.admission_setting import Setting, params_of, request_of, setting_of
from gitlint_ops.validate.core_defaults import set_by_server, with_defaults
from gitlint_ops.validate.transitions import Former
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
_PRESENCE = re.compile(
    r"\bhas\((?!(?:object|oldObject)\.metadata\b)|\.\?(?!metadata\b)|\[\?|\bin\s+(?:object|oldObject)\.(?!metadata\b)"
)
_WHOLE = re.compile(
    r"\b(?:object|oldObject)(?:\.metadata)?\s*[!=]=\s*(?:object|oldObject)(?:\.metadata)?(?!\s*[\w.\[(])"
)
_FORMER = re.compile(r"\boldObject\b(?!\.metadata\b)(?!\s*[!=]=\s*null\b)")
_VARIABLE = re.compile(r"\bvariables\.(\w+)")
_SERVER_SET = re.compile(
    r'"(?:namespace|uid|creationTimestamp|generation|resourceVersion|managedFields|status)"'
)


class _Policy(Struct, frozen=True):
    obj: RenderedObject
    spec: Mapping[str, Any]
    bindings: tuple[RenderedObject, ...]
    environment: str | None


class _Denial(Struct, frozen=True):
    """What an expression at `path` of the policy says; `texts` are it and the variables that it reads."""

    message: str
    path: FieldPath
    texts: tuple[str, ...] = ()


class Admission:
    """Asks the policies among the built objects; `unchecked` tells what could not be evaluated.

    `delivered` are the same builds with the objects that are not judged: policies and their parameters
    may be among them. `former` tells what an object was before a change.
    """

    def __init__(
        self,
        judged: Sequence[BuildResult],
        delivered: Sequence[BuildResult] = (),
        former: Former | None = None,
    ) -> None:
        self._judged = judged
        self._delivered = delivered or judged
        self._former = former
        self._unchecked: dict[str, str] = {}
        self._in_part: set[int] = set()
        self._environment = KubernetesEnvironment(_VARIABLES)

    def violations(self) -> Iterator[Violation]:
        """The objects that a policy refuses or warns of, once for each policy and message."""
        for repo in dict.fromkeys(build.target.repo for build in self._judged):
            builds = [build for build in self._delivered if build.target.repo == repo]
            policies = _policies(builds)
            if policies:
                yield from self._in_repository(repo, setting_of(builds), policies)

    def unchecked(self) -> tuple[Unchecked, ...]:
        """What was not evaluated, at the first target that it was met in."""
        return tuple(Unchecked(target, said) for said, target in self._unchecked.items())

    def left_out(self, obj: RenderedObject) -> bool:
        """Whether some policy could not be evaluated for an object."""
        return id(obj.body) in self._in_part

    def _in_repository(
        self, repo: str, setting: Setting, policies: Mapping[str, Sequence[_Policy]]
    ) -> Iterator[Violation]:
        told: set[tuple[int, str, str]] = set()
        for build in (one for one in self._judged if one.target.repo == repo):
            for obj in build.objects:
                for name, variants in policies.items():
                    of_place = [one for one in variants if _meet(one.environment, build.target.environment)]
                    for found in self._asked(of_place, obj, setting):
                        mark = (id(obj.body), name, found.message)
                        if mark not in told:
                            told.add(mark)
                            yield found

    def _asked(
        self, variants: Sequence[_Policy], obj: RenderedObject, setting: Setting
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

    def _judged_by(self, policy: _Policy, obj: RenderedObject, setting: Setting) -> Iterator[Violation]:
        request = request_of(obj, setting, self._former_of(obj))
        if not matches(policy.spec.get("matchConstraints"), request):
            return
        for binding in policy.bindings:
            spec = _mapping(binding.body.get("spec"))
            if not matches(spec.get("matchResources"), request, is_binding=True):
                continue
            severity = _severity(spec.get("validationActions"))
            for params in params_of(policy.spec.get("paramKind"), spec.get("paramRef"), request, setting):
                for denial in self._denials(policy, request, params):
                    yield _violation(policy, binding, obj, denial, severity)

    def _former_of(self, obj: RenderedObject) -> Mapping[str, Any] | None:
        """What an object was, None where that is not known, or where nothing of it has changed."""
        held = self._former(obj) if self._former is not None else None
        return None if held == obj.body else held

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
            if _is_open(body) or _is_open(request.former):
                raise Unevaluable("the object has values that are filled in later")
            yield _Denial(message, path, tuple(judge.read_by(str(validation.get("expression")))))

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
        if not held and not self._defaults_known and self._compares_with_another_shape(said):
            raise Unevaluable("it compares fields that the API server may have filled in")
        return held

    def _compares_with_another_shape(self, said: Mapping[str, Any]) -> bool:
        """Whether an expression compares with a former object that left other fields to their defaults."""
        now, old = self._values["object"], self._values["oldObject"]
        if old is None or not any(map(_FORMER.search, self._texts(str(said.get("expression"))))):
            return False
        return any(_shape(now.get(name)) != _shape(old.get(name)) for name in {*now, *old} - {"metadata"})

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

    def read_by(self, expression: str) -> Iterator[str]:
        """An expression, and those of the variables that it reads, each once."""
        waiting = [expression]
        for text in waiting:
            yield text
            named = (self._expressions.get(name, "") for name in _VARIABLE.findall(text))
            waiting.extend(one for one in dict.fromkeys(named) if one and one not in waiting)

    def _asks_for_presence(self, expression: str) -> bool:
        """Whether an expression, or a variable, asks if something outside metadata is written."""
        return any(map(_PRESENCE.search, self._texts(expression)))

    def _texts(self, expression: str) -> Iterator[str]:
        """An expression, and those of the variables that it may name."""
        yield expression
        if "variables." in expression:
            yield from self._expressions.values()

    def _evaluated(self, expression: str, depth: int = 0) -> Any:
        unknown = _REQUEST.search(expression)
        if unknown:
            raise Unevaluable(f"{unknown[0]} is not known before the object is applied")
        written = set_by_server(str(self._values["object"].get("kind")), expression)
        if written:
            raise Unevaluable(f"it reads `{written}`, which the API server writes")
        if _WHOLE.search(expression):
            raise Unevaluable("it compares metadata, into which the API server writes")
        for name in dict.fromkeys(_VARIABLE.findall(expression)):
            self._compute(name, depth)
        program = self._environment.compile(expression)
        is_update = self._values["request"]["operation"] == "UPDATE"
        if is_update and "oldObject" in program.variables and self._values["oldObject"] is None:
            raise Unevaluable("it reads the former object, which has another version")
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


def _values(body: Mapping[str, Any], request: Request, params: Mapping[str, Any] | None) -> dict[str, Any]:
    key = request.obj.key
    version = request.obj.api_version.rpartition("/")[2]
    kind = {"group": key.group, "version": version, "kind": key.kind}
    former = request.former if _version(request.former) == request.obj.api_version else None
    resource = {"group": key.group, "version": version, "resource": request.plural}
    asked: dict[str, Any] = {
        "kind": kind,
        "resource": resource,
        "requestKind": kind,
        "requestResource": resource,
        "subResource": "",
        "name": key.name,
        "operation": request.operation,
    }
    if key.namespace:
        asked["namespace"] = key.namespace
    return {
        "object": body,
        "oldObject": None if former is None else with_defaults(former)[0],
        "request": asked,
        "params": params,
        "namespaceObject": request.namespace,
    }


def _violation(
    policy: _Policy, binding: RenderedObject, obj: RenderedObject, denial: _Denial, severity: Severity
) -> Violation:
    does = "refuses it" if severity is Severity.ERROR else "tells of it"
    path, is_there = judged_field(denial.texts, obj.body)
    return Violation(
        obj,
        path or ("kind",),
        f"{denial.message} (the policy {policy.obj.key.name} {does})",
        related=(Note(policy.obj, denial.path, f"the expression; bound by {binding.key.name}"),),
        rule=RULE,
        severity=severity,
        at_key=bool(path) and not is_there,
    )


def _severity(actions: Any) -> Severity:
    listed = actions if isinstance(actions, list) else ()
    return next((severity for action, severity in _ACTIONS if action in listed), Severity.NOTE)


def _is(obj: RenderedObject, kind: str) -> bool:
    return obj.kind == kind and obj.key.group == _GROUP


def _meet(one: str | None, two: str | None) -> bool:
    return one is None or two is None or one == two


def _version(body: Mapping[str, Any] | None) -> Any:
    return None if body is None else body.get("apiVersion")


def _shape(value: Any) -> Any:
    """Which fields are written, without what they hold."""
    if isinstance(value, Mapping):
        return {name: _shape(held) for name, held in value.items() if held is not None}
    return [_shape(held) for held in value] if isinstance(value, list) else None


def _is_open(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_is_open(held) for held in value.values())
    return any(_is_open(held) for held in value) if isinstance(value, list) else is_filled_later(value)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
