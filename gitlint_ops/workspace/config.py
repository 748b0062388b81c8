"""The configuration: the nearest `gitlint-ops.yaml`, or a file that the user names."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date
from itertools import takewhile
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from gitlint_ops.model.cards import Profile
from gitlint_ops.model.environments import DeclaredEnvironment
from gitlint_ops.model.errors import UsageError, did_you_mean
from gitlint_ops.model.findings import Severity
from gitlint_ops.model.globs import globs_below
from gitlint_ops.model.location import FieldPath, FileRef, Location
from gitlint_ops.workspace.config_faults import ConfigFault, faults
from gitlint_ops.workspace.disk import read_file
from gitlint_ops.workspace.tree import WORKTREE, Tree, Unreadable, clean, path_text

CONFIG_NAMES = ("gitlint-ops.yaml", ".gitlint-ops.yaml")
DEFAULT_BASELINE = ".gitlint-ops-baseline.json"

_MISNAMED = ("gitlint-ops.yml", ".gitlint-ops.yml", "gitlint-ops.json", "gitlint-ops.toml")
_MAX_CONFIG_BYTES = 1_000_000


class RemoteRepository(Struct, frozen=True):
    """What a remote URL means locally; `path` is relative to the repository's root and may leave it."""

    path: str
    url: str


class Environment(Struct, frozen=True):
    """The paths (globs) and branches (globs) of an environment; the others are "" where unsaid.

    `pod_security` is a level of the Pod Security Standards.
    """

    name: str
    paths: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    kubernetes: str = ""
    pod_security: str = ""


class DeclaredCluster(Struct, frozen=True):
    """A cluster of the inventory; what is not said is "".

    `paths` are globs of where it is bootstrapped from.
    """

    name: str
    environment: str = ""
    server: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    kubernetes: str = ""
    api_versions: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()


class Operators(Struct, frozen=True):
    """Versions of the controllers, "" where unsaid."""

    argocd: str = ""
    flux: str = ""


class PathSettings(Struct, frozen=True):
    """Rules that are accepted in some paths (globs); `until` is an ISO date or ""."""

    paths: tuple[str, ...]
    ignore: tuple[str, ...]
    reason: str
    until: str = ""


class RuleSettings(Struct, frozen=True):
    """Which rules run; names of rules and groups are not checked here, as no card is loaded yet."""

    profile: Profile | None = None
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, Severity] = field(default_factory=dict)
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    paths: tuple[PathSettings, ...] = ()
    folders: tuple[str, ...] = ()


class SchemaSettings(Struct, frozen=True):
    """`crds` are files and folders in the repository, `catalogues` paths with kubeconform's names in them.

    `external` are the kinds ("ServiceMonitor.monitoring.coreos.com") and groups that are defined on the
    clusters by others; None where nothing is said of it.
    """

    crds: tuple[str, ...] = ()
    catalogues: tuple[str, ...] = ()
    external: tuple[str, ...] | None = None


class ConfigSource(Struct, frozen=True):
    """The text that a configuration was read from."""

    file: FileRef
    data: bytes


class Config(Struct, frozen=True):
    """What the user said; empty values and None where nothing was.

    `baseline`, `rules.folders` and `schemas.crds` never lead out of the repository, and no path here
    is absolute. `fail_on` is "error", "warning", "note", "never" or "". `min_coverage`
    is a percentage. `folder` is where the file lies;
    `source` is None where there is none.
    """

    kubernetes: str = ""
    pod_security: str = ""
    repositories: tuple[RemoteRepository, ...] = ()
    environments: tuple[Environment, ...] = ()
    clusters: tuple[DeclaredCluster, ...] = ()
    operators: Operators = Operators()
    rules: RuleSettings = RuleSettings()
    schemas: SchemaSettings = SchemaSettings()
    baseline: str = ""
    fail_on: str = ""
    min_coverage: float | None = None
    exclude: tuple[str, ...] = ()
    charts: tuple[str, ...] = ()
    artifacts: Mapping[str, str] = field(default_factory=dict)
    fixtures: Mapping[str, Any] = field(default_factory=dict)
    folder: str = ""
    source: ConfigSource | None = None

    @property
    def baseline_path(self) -> str:
        """Where the baseline lies, or would."""
        if self.baseline:
            return self.baseline
        return f"{self.folder}/{DEFAULT_BASELINE}" if self.folder else DEFAULT_BASELINE

    @property
    def declared_environments(self) -> tuple[DeclaredEnvironment, ...]:
        return tuple(DeclaredEnvironment(one.name, one.paths, one.branches) for one in self.environments)

    def location(self, path: FieldPath, *, key: bool = False) -> Location | None:
        """Where a setting stands, or the nearest setting around it; None without a file."""
        return _location(self.source, path, key=key) if self.source else None


def find_config(tree: Tree) -> str | None:
    """The path of the configuration nearest above what the user named, None where there is none.

    It is looked for in the folder that holds all scopes, then upwards to the repository's root.

    Raises:
        UsageError: a folder has two, or one under a name that is never read.
    """
    folder = _common_folder(tree)
    while True:
        found = _config_in(tree, f"{folder}/" if folder else "")
        if found is not None or not folder:
            return found
        folder = folder.rpartition("/")[0]


def _common_folder(tree: Tree) -> str:
    scopes = tree.repository.scopes
    if not scopes:
        return ""
    levels = zip(*(scope.split("/") for scope in scopes), strict=False)
    folder = "/".join(level[0] for level in takewhile(lambda level: len(set(level)) == 1, levels))
    return folder if tree.is_folder(folder) else folder.rpartition("/")[0]


def _config_in(tree: Tree, prefix: str) -> str | None:
    found = [name for name in CONFIG_NAMES if f"{prefix}{name}" in tree.entries()]
    if len(found) > 1:
        raise UsageError(f"there are both {prefix}{found[0]} and {prefix}{found[1]}", hint="keep one")
    misnamed = [name for name in _MISNAMED if f"{prefix}{name}" in tree.entries()]
    if misnamed and not found:
        raise UsageError(
            f"{prefix}{misnamed[0]} is not read", hint=f"rename it to {CONFIG_NAMES[0]}, in YAML"
        )
    return f"{prefix}{found[0]}" if found else None


def load_config(tree: Tree) -> Config:
    """The configuration of a repository at the tree's revision; an empty one where it has none.

    Raises:
        UsageError: as `find_config` and `decode_config` do, or the file cannot be read.
    """
    path = find_config(tree)
    if path is None:
        return Config()
    try:
        return below(path.rpartition("/")[0], decode_config(tree.read(path), tree.ref(path)))
    except Unreadable as error:
        raise UsageError(f"{path} {error.reason}") from error


def below(folder: str, config: Config) -> Config:
    """A configuration whose paths were written from `folder`, with paths from the repository's root."""
    if not folder:
        return config
    rules = config.rules
    return replace(
        config,
        environments=tuple(replace(one, paths=globs_below(folder, one.paths)) for one in config.environments),
        rules=replace(
            rules,
            folders=tuple(f"{folder}/{one}" for one in rules.folders),
            paths=tuple(replace(one, paths=globs_below(folder, one.paths)) for one in rules.paths),
        ),
        schemas=replace(
            config.schemas,
            crds=tuple(f"{folder}/{one}" for one in config.schemas.crds),
            catalogues=tuple(f"{folder}/{one}" for one in config.schemas.catalogues),
        ),
        baseline=f"{folder}/{config.baseline}" if config.baseline else "",
        folder=folder,
        exclude=globs_below(folder, config.exclude),
        clusters=tuple(replace(one, paths=globs_below(folder, one.paths)) for one in config.clusters),
        charts=tuple(f"{folder}/{one}" for one in config.charts),
        artifacts={
            url: path if "//" in path else f"{folder}/{path}" for url, path in config.artifacts.items()
        },
    )


def read_config(path: str, *, cwd: str) -> Config:
    """The configuration in a file that the user names, anywhere on disk.

    Raises:
        UsageError: as `decode_config` does, or the file cannot be read.
    """
    shown = path_text(os.fsencode(path))
    try:
        data = read_file(os.path.realpath(Path(cwd, path)), shown, _MAX_CONFIG_BYTES)
    except Unreadable as error:
        raise UsageError(f"{shown} {error.reason}") from error
    return decode_config(data, FileRef("", WORKTREE, shown))


def decode_config(data: bytes, file: FileRef) -> Config:
    """The configuration that a file's bytes say.

    Raises:
        UsageError: no YAML, an unknown key, a wrong type or value; the first fault in the file, at
            its line and column.
    """
    source = ConfigSource(file, data)
    if len(data) > _MAX_CONFIG_BYTES:
        raise UsageError(f"{file.path} is too large for a configuration: {len(data):,} bytes")
    body = _without_empty(_body(source))
    _refuse(source, [*faults(body)])
    config = _config(body, source)
    _refuse(source, [*_inconsistencies(config)])
    return config


def _body(source: ConfigSource) -> Any:
    from gitlint_ops.syntax.documents import Typing, read

    text = read(source.data, Typing.KUBECTL)
    problems = [*text.problems, *(one for document in text.documents for one in document.problems)]
    if problems:
        first = min(problems, key=lambda one: (one.span.line, one.span.column))
        span = first.span
        at = Location(source.file, span.line, span.column, span.end_line, span.end_column)
        raise UsageError(first.message, at=at, hint=first.hint)
    if text.templated:
        raise UsageError(f"{source.file.path} is a template ({text.templated}) and no plain YAML")
    if len(text.documents) > 1:
        line = text.documents[1].line
        at = Location(source.file, line, 1, line, 1)
        raise UsageError("a configuration is one YAML document, and here starts a second one", at=at)
    body = text.documents[0].body if text.documents else {}
    return {} if body is None else body


def _without_empty(value: Any) -> Any:
    """The body without keys that have no value: `crds:` with all its entries commented out."""
    if isinstance(value, dict):
        return {key: _without_empty(one) for key, one in value.items() if one is not None}
    return [_without_empty(one) for one in value] if isinstance(value, list) else value


def _refuse(source: ConfigSource, found: list[ConfigFault]) -> None:
    """Raise for the fault that stands first in the file, if there is any."""
    if not found:
        return
    placed = [(_location(source, fault.path, key=fault.at_key), fault) for fault in found]
    at, first = min(placed, key=lambda one: (one[0].line, one[0].column))
    raise UsageError(first.message, at=at, hint=first.hint)


def _location(source: ConfigSource, path: FieldPath, *, key: bool) -> Location:
    from gitlint_ops.syntax.locate import positions

    span = positions(source.data, 0).locate(path, key=key).span
    return Location(source.file, span.line, span.column, span.end_line, span.end_column)


def _config(body: Mapping[str, Any], source: ConfigSource) -> Config:
    """The values of a body that the schema allows."""
    return Config(
        kubernetes=body.get("kubernetes", ""),
        pod_security=body.get("pod_security", ""),
        repositories=tuple(RemoteRepository(**one) for one in body.get("repositories", ())),
        environments=tuple(
            Environment(name, **_tuples(one)) for name, one in body.get("environments", {}).items()
        ),
        clusters=tuple(DeclaredCluster(**_tuples(one)) for one in body.get("clusters", ())),
        operators=Operators(**body.get("operators", {})),
        rules=_rule_settings(body.get("rules", {})),
        schemas=SchemaSettings(**_tuples(body.get("schemas", {}))),
        baseline=body.get("baseline", ""),
        fail_on=body.get("fail_on", ""),
        min_coverage=body.get("min_coverage"),
        exclude=tuple(body.get("exclude", ())),
        charts=tuple(body.get("charts", ())),
        artifacts=body.get("artifacts", {}),
        fixtures=body.get("fixtures", {}),
        source=source,
    )


def _rule_settings(body: Mapping[str, Any]) -> RuleSettings:
    return RuleSettings(
        profile=Profile(body["profile"]) if "profile" in body else None,
        select=tuple(body.get("select", ())),
        ignore=tuple(body.get("ignore", ())),
        severity={rule: Severity(one) for rule, one in body.get("severity", {}).items()},
        params=body.get("params", {}),
        paths=tuple(PathSettings(**_tuples(one)) for one in body.get("paths", ())),
        folders=tuple(body.get("folders", ())),
    )


def _tuples(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(one) if isinstance(one, list) else one for key, one in body.items()}


def _inconsistencies(config: Config) -> list[ConfigFault]:
    """What no schema can say: paths that leave the repository, names that mean nothing."""
    found: list[ConfigFault] = []
    inside: list[tuple[FieldPath, str]] = [
        *((("rules", "folders", i), one) for i, one in enumerate(config.rules.folders)),
        *((("schemas", "crds", i), one) for i, one in enumerate(config.schemas.crds)),
        *((("charts", i), one) for i, one in enumerate(config.charts)),
        *([(("baseline",), config.baseline)] if config.baseline else []),
    ]
    for path, value in inside:
        try:
            clean(value)
        except Unreadable as error:
            found.append(ConfigFault(path, f"'{value}' {error.reason}", "name a path in this repository"))
    for i, repository in enumerate(config.repositories):
        if Path(repository.path).is_absolute():
            message = f"'{repository.path}' is an absolute path, which means nothing on another machine"
            found.append(
                ConfigFault(("repositories", i, "path"), message, "write it relative, as in ../shop")
            )
    found.extend(_cluster_faults(config))
    for i, one in enumerate(config.rules.paths):
        if one.until and not _is_date(one.until):
            found.append(ConfigFault(("rules", "paths", i, "until"), f"there is no day '{one.until}'"))
    return found


def _cluster_faults(config: Config) -> list[ConfigFault]:
    found: list[ConfigFault] = []
    declared = [one.name for one in config.environments]
    names = [one.name for one in config.clusters]
    for i, cluster in enumerate(config.clusters):
        if cluster.name in names[:i]:
            found.append(ConfigFault(("clusters", i, "name"), f"there are two clusters '{cluster.name}'"))
        if declared and cluster.environment and cluster.environment not in declared:
            guess = did_you_mean(cluster.environment, declared)
            hint = f"did you mean '{guess}'?" if guess else f"declared are {', '.join(declared)}"
            message = f"no environment '{cluster.environment}' is declared"
            found.append(ConfigFault(("clusters", i, "environment"), message, hint))
    return found


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
