"""Settings that one environment lacks and all others have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from gitlint_ops.model.blame import Via, at, origin
from gitlint_ops.model.environments import PRODUCTION
from gitlint_ops.model.errors import did_you_mean
from gitlint_ops.model.findings import Confidence, Note, Violation
from gitlint_ops.model.location import FieldPath
from gitlint_ops.model.objects import RenderedObject
from gitlint_ops.model.structure import value_at
from gitlint_ops.rules.environments import Environments, Variant
from gitlint_ops.rules.subjects import Facts, Params, containers_of

# What is switched on and off by environment, and what only watches a program.
_SWITCHES = frozenset(
    {
        *("feature", "features", "flag", "flags", "toggle", "enable", "enabled", "disable", "disabled"),
        *("debug", "mock", "fake", "seed", "trace", "experiment", "experimental", "profiling", "dev", "test"),
        *(
            "sentry",
            "datadog",
            "newrelic",
            "relic",
            "apm",
            "otel",
            "telemetry",
            "metrics",
            "analytics",
            "cdn",
        ),
    }
)
_FEWEST_IN_COMMON = 2
_MOST_NAMED = 5


class _Settings(Struct, frozen=True):
    """The settings of one object or container: its `names`, and where these stand."""

    on: RenderedObject
    path: FieldPath
    names: frozenset[str]
    said: str

    def place_of(self, name: str) -> FieldPath:
        """Where one of them stands."""
        held = value_at(self.on.body, self.path)
        if isinstance(held, list):
            return (*self.path, next(i for i, one in enumerate(held) if value_at(one, ("name",)) == name))
        return (*self.path, name)


def key_parity(environments: Environments, _params: Params, _facts: Facts) -> Iterator[Violation]:
    """Keys of ConfigMaps and variables of containers that one environment lacks."""
    for family in environments.families.values():
        if all(one.complete for one in family.values()):
            yield from _of_family(family)


def _of_family(family: Mapping[str, Variant]) -> Iterator[Violation]:
    settings = {name: _settings(one) for name, one in family.items()}
    for place in next(iter(settings.values())):
        if all(place in one for one in settings.values()):
            by_name = {name: one[place] for name, one in settings.items()}
            for name in by_name:
                yield from _lacking(name, by_name, family)


def _settings(variant: Variant) -> Mapping[tuple[str, ...], Sequence[_Settings]]:
    """By object and container; an environment of several clusters has several of each."""
    found: dict[tuple[str, ...], list[_Settings]] = {}
    for form, held in variant.objects.items():
        for one in held:
            for inner, settings in _of_object(one):
                found.setdefault((*form, inner), []).append(settings)
    return found


def _of_object(one: RenderedObject) -> Iterator[tuple[str, _Settings]]:
    data = one.body.get("data")
    if one.kind == "ConfigMap" and not one.key.group and isinstance(data, Mapping):
        yield "", _Settings(one, ("data",), frozenset(map(str, data)), "the key")
    for path, container in containers_of(one.body):
        env, name = container.get("env"), container.get("name")
        if isinstance(env, list) and isinstance(name, str) and "envFrom" not in container:
            names = frozenset(
                str(held["name"]) for held in env if isinstance(held, Mapping) and "name" in held
            )
            yield name, _Settings(one, (*path, "env"), names, "the variable")


def _lacking(
    name: str, by_name: Mapping[str, Sequence[_Settings]], family: Mapping[str, Variant]
) -> Iterator[Violation]:
    own = frozenset[str]().union(*(one.names for one in by_name[name]))
    others = [
        frozenset[str]().union(*(one.names for one in held))
        for other, held in by_name.items()
        if other != name
    ]
    common = frozenset.intersection(*others)
    missing = sorted(
        one for one in common - own if _SWITCHES.isdisjoint(one.lower().replace("-", "_").split("_"))
    )
    extra = own - frozenset[str]().union(*others)
    slip = any(did_you_mean(one, extra) for one in missing)
    if not missing or (len(own & common) < (_FEWEST_IN_COMMON if len(others) == 1 else 1) and not slip):
        return
    if len(others) == 1 and not _is_plain(name, missing, extra, own):
        return
    first = by_name[name][0]
    having = (one for other, held in by_name.items() if other != name for one in held)
    other = next(one for one in having if missing[0] in one.names)
    yield _violation(name, missing, extra, first, other, family, len(others))


def _is_plain(name: str, missing: Sequence[str], extra: frozenset[str], own: frozenset[str]) -> bool:
    """Whether one of only two environments surely lacks something.

    Production has all that it shares with the other, nothing of its own, and lacks a few; or what is
    lacking is there under a name that is nearly the same.
    """
    if any(did_you_mean(one, extra) for one in missing):
        return True
    return name == PRODUCTION and not extra and len(missing) * 2 <= len(own)


def _place(held: _Settings, missing: str) -> FieldPath:
    """Where the setting would be added: of what a chart renders, beside another one of the values."""
    if origin(at(held.on.blame, held.path)).via is not Via.HELM_TEMPLATE:
        return held.path
    before = [one for one in held.names if one < missing] or held.names
    return held.place_of(max(before)) if before else held.path


def _violation(
    name: str,
    missing: Sequence[str],
    extra: frozenset[str],
    first: _Settings,
    other: _Settings,
    family: Mapping[str, Variant],
    others: int,
) -> Violation:
    named = ", ".join(f"'{one}'" for one in missing[:_MOST_NAMED])
    more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
    what = first.said + ("s" if len(missing) > 1 else "")
    names = [family[one].environment for one in family if one != name]
    near = did_you_mean(missing[0], extra)
    ours = family[name].environment
    path = _place(first, missing[0])
    return Violation(
        first.on,
        path,
        f"{ours} lacks {what} {named}{more}, which {' and '.join(names)} {'have' if others > 1 else 'has'}",
        related=(Note(other.on, other.place_of(missing[0]), f"'{missing[0]}' stands here elsewhere"),),
        hint=f"is '{near}' meant to be '{missing[0]}'?"
        if near
        else f"add it for {ours}; if it does without, allow it here with that reason",
        at_key=path == first.path,
        confidence=Confidence.MEDIUM if others == 1 else None,
    )
