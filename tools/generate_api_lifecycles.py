"""Write when Kubernetes introduced, deprecated and removed each API, from the Go modules that say so.

    python tools/generate_api_lifecycles.py

Functions that Kubernetes generates (zz_generated.prerelease-lifecycle.go) tell it for each type; an API
server takes what it serves and warns of from the same functions. Releases drop types in the end, so each
release is read and the newest that has a type speaks for it; from the first release that registers the
type no more, it is gone at the latest. Needs Go, which fetches the modules by their checksums; versions
and checksums are noted in schemas/api-lifecycles.lock.json.
"""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

# The last patch of each minor release, the oldest first.
VERSIONS: Mapping[str, tuple[str, ...]] = {
    "k8s.io/api": (
        *(
            "v0.17.5",
            "v0.20.6",
            "v0.21.1",
            "v0.22.5",
            "v0.23.16",
            "v0.24.3",
            "v0.25.9",
            "v0.26.9",
            "v0.27.4",
            "v0.28.3",
        ),
        *("v0.29.15", "v0.30.14", "v0.31.14", "v0.32.13", "v0.33.13", "v0.34.13", "v0.35.10", "v0.36.6"),
        "v0.37.2",
    ),
    "k8s.io/apiextensions-apiserver": ("v0.37.2",),
    "k8s.io/kube-aggregator": ("v0.37.2",),
}
LICENCE = "Apache-2.0"
OUTPUT = Path(__file__).resolve().parents[1] / "schemas" / "api-lifecycles.json"
FILE = "zz_generated.prerelease-lifecycle.go"

_NUMBERS = re.compile(
    r"func \(in \*(\w+)\) APILifecycle(Introduced|Deprecated|Removed)\(\) \(major, minor int\) \{\s*"
    r"return (\d+), (\d+)"
)
_REPLACEMENT = re.compile(
    r"func \(in \*(\w+)\) APILifecycleReplacement\(\) schema\.GroupVersionKind \{\s*"
    r'return schema\.GroupVersionKind\{Group: "([^"]*)", Version: "([^"]*)", Kind: "(\w+)"\}'
)
_GROUP = re.compile(r'const GroupName\s*=\s*"([^"]*)"')
_STABILITY = re.compile(r"v(\d+)(?:(alpha|beta)(\d+))?\Z")

_REGISTERED = re.compile(r"&(\w+)\{\}")
# What is only sent or answered, or read by programs, and never written as an object of its own.
_NEVER_WRITTEN = re.compile(
    r"\w+Options|\w+Review|\w+Rollback|Scale|Eviction|PodStatusResult|SerializedReference|RangeAllocation"
    r"|JobTemplate|APIGroupDiscovery|Status|EphemeralContainers|ReplicationControllerDummy"
)
# Asked by manifests in tests and demonstrations.
_WRITTEN_ALL_THE_SAME = frozenset(
    (
        *("LocalSubjectAccessReview", "SelfSubjectAccessReview", "SelfSubjectReview"),
        *("SelfSubjectRulesReview", "SubjectAccessReview", "TokenReview"),
    )
)

# By apiVersion and kind; the keys are introduced, deprecated, removed, replacement.
Table: TypeAlias = dict[str, dict[str, dict[str, str]]]


def main() -> None:
    table: Table = {}
    sources: list[dict[str, str]] = []
    for module, versions in VERSIONS.items():
        of_module: Table = {}
        for version in versions:
            found, source = read(module, version)
            sources.append(source)
            _note_gone(of_module, found, version)
            for api_version, kinds in found.items():
                of_module.setdefault(api_version, {}).update(kinds)
        table.update(of_module)
    _find_replacements(table)
    kept = {
        api_version: {kind: facts for kind, facts in sorted(kinds.items()) if "removed" in facts}
        for api_version, kinds in sorted(table.items())
    }
    text = json.dumps({name: kinds for name, kinds in kept.items() if kinds}, indent=1) + "\n"
    OUTPUT.write_text(text)
    lock = {
        "sources": sources,
        "files": f"register.go, {FILE}",
        "licence": LICENCE,
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    OUTPUT.with_suffix(".lock.json").write_text(json.dumps(lock, indent=2) + "\n")


def read(module: str, version: str) -> tuple[Table, dict[str, str]]:
    """What one version of a module says, and how it is known."""
    run = subprocess.run(
        ["go", "mod", "download", "-json", f"{module}@{version}"], capture_output=True, text=True, check=True
    )
    said = json.loads(run.stdout)
    table: Table = {}
    for path in sorted(Path(said["Dir"]).rglob("register.go")):
        text = path.read_text()
        group = _GROUP.search(text)
        if group is not None and _STABILITY.match(path.parent.name):
            api_version = f"{group[1]}/{path.parent.name}" if group[1] else path.parent.name
            said_of = path.with_name(FILE)
            told = dict(_kinds(said_of.read_text())) if said_of.exists() else {}
            table[api_version] = {kind: told.get(kind, {}) for kind in _registered(text)}
    return table, {"module": module, "version": version, "sum": said["Sum"]}


def _registered(text: str) -> list[str]:
    """The kinds that a version of a group registers; lists are never written where their items are."""
    kinds = _REGISTERED.findall(text)
    return [
        kind
        for kind in kinds
        if not (kind.endswith("List") and kind[:-4] in kinds)
        and (not _NEVER_WRITTEN.fullmatch(kind) or kind in _WRITTEN_ALL_THE_SAME)
    ]


def _kinds(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    found: dict[str, dict[str, str]] = {}
    for kind, what, major, minor in _NUMBERS.findall(text):
        found.setdefault(kind, {})[what.lower()] = f"{major}.{minor}"
    for kind, group, version, replacing in _REPLACEMENT.findall(text):
        if replacing == kind:
            found[kind]["replacement"] = f"{group}/{version}" if group else version
    yield from found.items()


def _note_gone(before: Table, now: Table, version: str) -> None:
    """Types that the module had, and this release has no more."""
    release = f"1.{version.split('.')[1]}"
    for api_version, kinds in before.items():
        for kind, facts in kinds.items():
            if kind not in now.get(api_version, {}) and _minor(facts.get("removed", "")) > _minor(release):
                facts["removed"] = release


def _minor(release: str) -> int:
    return int(release.partition(".")[2] or 1_000)


def _find_replacements(table: Table) -> None:
    """The version to write: the one that is told, or a more stable one of the group; in either case the
    most stable that the newest release serves."""
    newest = _minor(f"1.{VERSIONS['k8s.io/api'][-1].split('.')[1]}")
    served = {
        (api_version, kind)
        for api_version, kinds in table.items()
        for kind, facts in kinds.items()
        if _minor(facts.get("removed", "")) > newest
    }
    for api_version, kinds in table.items():
        for kind, facts in kinds.items():
            group = facts.pop("replacement", api_version).rpartition("/")[0]
            better = [
                other
                for other, held in served
                if held == kind
                and other.rpartition("/")[0] == group
                and _stability(other) > _stability(api_version)
            ]
            if better:
                facts["replacement"] = max(better, key=_stability)


def _stability(api_version: str) -> tuple[int, int, int]:
    named = _STABILITY.match(api_version.rpartition("/")[2])
    assert named is not None, api_version
    return ("alpha", "beta", None).index(named[2]), int(named[1]), int(named[3] or 0)


if __name__ == "__main__":
    main()
