"""Which environment a path or a branch belongs to, as declared or as its name says."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from msgspec import Struct

from gitlint_ops.model.findings import Confidence
from gitlint_ops.model.globs import Globs

PRODUCTION = "production"
STAGING = "staging"
DEVELOPMENT = "development"
TEST = "test"

_ALIASES = {
    **dict.fromkeys(("production", "prod", "prd"), PRODUCTION),
    **dict.fromkeys(("staging", "stage", "stg", "preprod", "pre-prod", "preproduction"), STAGING),
    **dict.fromkeys(("development", "develop", "dev", "devel"), DEVELOPMENT),
    **dict.fromkeys(("test", "testing", "qa", "uat", "integration-test"), TEST),
}

# "dev-team", "staging-proxy" and "load-test" name people and things, not environments: only some
# words may end a name, and only a place or a number may follow one ("prod-1", "dev-eu-west-1",
# "staging-cluster"). "letsencrypt-staging" is an issuer, "non-prod" is everything else.
_SUFFIXES = {
    name: _ALIASES[name] for name in ("production", "prod", "prd", "staging", "stg", "dev", "qa", "uat")
}
_PLACED = re.compile(
    r"(production|prod|prd|staging|stg|development|dev|test|qa|uat)-"
    r"(?:\d+|(?:cluster|k8s|eks|gke|aks|blue|green)(?:-?\d+)?"
    r"|(?:eu|us|ap|ca|sa|me|af|europe|asia|australia|northamerica|southamerica)(?:-[a-z0-9-]+)?)\Z"
)
_NOT_AFTER = re.compile(r"(?:^|-)(?:non|not|no|pre|letsencrypt|acme|issuer|le|like|than)-?\Z")
_NOT_BEFORE = frozenset({"non", "not", "no", "pre", "letsencrypt", "encrypt", "issuer", "le", "like", "than"})
_PEOPLE = frozenset(
    {
        *("team", "teams", "squad", "group", "guild", "user", "users", "admin", "admins", "ops", "rel"),
        *("tools", "tool", "tooling", "kit", "portal", "box", "proxy", "experience", "null", "mode"),
    }
)
_PARTS = re.compile(r"[-_]")
_YAML_ENDING = re.compile(r"\.(?:ya?ml|json)\Z")
_BRANCH_FOLDERS = frozenset(["env", "envs", "environment", "environments", "deploy", "deployment"])


class DeclaredEnvironment(Struct, frozen=True):
    """An environment of the configuration: the paths and branches that are its own.

    `paths` are globs as `model.globs` reads them.
    """

    name: str
    paths: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()


def are_told_apart(one: str, other: str, declared: Sequence[DeclaredEnvironment] = ()) -> bool:
    """Whether two names surely mean two environments: testing is to some what staging is to others."""
    names = {canonical(one), canonical(other)}
    if len(names) == 1:
        return False
    own = {canonical(environment.name) for environment in declared}
    return names <= own or PRODUCTION in names or names <= {STAGING, DEVELOPMENT}


def canonical(name: str) -> str:
    """The common name of an environment's alias ("prd" is "production"), or `name` as it is."""
    return _ALIASES.get(name.lower(), name)


def environment_of(path: str, declared: Sequence[DeclaredEnvironment] = ()) -> tuple[str, Confidence] | None:
    """The environment that a file or folder belongs to.

    A declaration is certain, a folder named exactly as an environment less so, and one that only
    carries the name ("prod-eu") the least. A path that names two environments has none.
    """
    for environment in declared:
        if Globs(environment.paths).match(path):
            return environment.name, Confidence.HIGH
    return _named_in(_segments(path), declared)


def environment_of_name(name: str, declared: Sequence[DeclaredEnvironment] = ()) -> str | None:
    """The environment that an object's or namespace's name carries ("web-production")."""
    found = _named_in((name.lower(),), declared)
    return found[0] if found else None


def without_environment(path: str, declared: Sequence[DeclaredEnvironment] = ()) -> str:
    """A path or name with "*" for the environment in each of its parts: what its variants have in common."""
    own = {environment.name.lower() for environment in declared}
    return "/".join(_open(part, own) for part in path.split("/"))


def _open(segment: str, own: Collection[str]) -> str:
    lower = segment.lower()
    if lower in own or lower in _ALIASES:
        return "*"
    if not _affixed(lower):
        return segment
    head, _, last = segment.rpartition("-")
    return f"{head}-*" if last.lower() in _SUFFIXES else f"*-{segment.partition('-')[2]}"


def may_tell(declared: Sequence[DeclaredEnvironment] = ()) -> re.Pattern[str]:
    """What is found in every text that `environments_in` could find something in, and in few others."""
    names = {*_ALIASES, *_SUFFIXES, *(canonical(one.name).lower() for one in declared)}
    return re.compile("|".join(sorted(map(re.escape, names))), re.IGNORECASE)


def environments_in(name: str, declared: Sequence[DeclaredEnvironment] = ()) -> frozenset[str]:
    """The common names of the environments that the labels of a host, or the parts of a name, tell.

    "db.staging.svc" and "acme-prod-assets" tell one, "dev-team", "non-prod" and "letsencrypt-staging" none.
    """
    own = {canonical(environment.name).lower(): canonical(environment.name) for environment in declared}
    found = set[str]()
    for label in name.lower().split("."):
        if label in own or label in _ALIASES:
            found.add(own.get(label) or _ALIASES[label])
            continue
        parts = _PARTS.split(label)
        for index, part in enumerate(parts):
            known = own.get(part) or _SUFFIXES.get(part)
            before, after = parts[max(index - 1, 0) : index], parts[index + 1 : index + 2]
            if known and not _NOT_BEFORE.intersection(before) and not _PEOPLE.intersection(after):
                found.add(known)
    return frozenset(found)


def environment_of_branch(
    branch: str, declared: Sequence[DeclaredEnvironment] = ()
) -> tuple[tuple[str, ...], Confidence] | None:
    """The environments that a branch belongs to: several, where several declare it."""
    owners = tuple(e.name for e in declared if any(fnmatchcase(branch, one) for one in e.branches))
    if owners:
        return owners, Confidence.HIGH
    folder, _, last = branch.lower().rpartition("/")
    if last in _ALIASES and (not folder or folder in _BRANCH_FOLDERS):
        return (_declared_name(_ALIASES[last], declared),), Confidence.MEDIUM
    return None


def _segments(path: str) -> Iterator[str]:
    for part in path.lower().split("/"):
        if part not in ("", ".", ".."):
            yield _YAML_ENDING.sub("", part)


def _named_in(
    segments: Iterable[str], declared: Sequence[DeclaredEnvironment]
) -> tuple[str, Confidence] | None:
    exact: set[str] = set()
    affixed: set[str] = set()
    own = {environment.name.lower(): environment.name for environment in declared}
    for segment in segments:
        if segment in own or segment in _ALIASES:
            exact.add(own.get(segment) or _declared_name(_ALIASES[segment], declared))
        elif found := _affixed(segment):
            affixed.add(_declared_name(found, declared))
    if len(exact | affixed) != 1:
        return None
    return (exact | affixed).pop(), Confidence.MEDIUM if exact else Confidence.LOW


def _affixed(segment: str) -> str | None:
    """The environment that "prod-eu" or "shop-prod" carries, or None."""
    if "." in segment or "-" not in segment:
        return None
    head, _, last = segment.rpartition("-")
    if last in _SUFFIXES:
        return None if _NOT_AFTER.search(head) else _SUFFIXES[last]
    placed = _PLACED.match(segment)
    return _ALIASES[placed[1]] if placed else None


def _declared_name(canonical_name: str, declared: Sequence[DeclaredEnvironment]) -> str:
    """The user's own word for an environment that is known by its common name."""
    for environment in declared:
        if canonical(environment.name) == canonical_name:
            return environment.name
    return canonical_name
