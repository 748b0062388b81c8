"""Findings as SARIF results, each at a physical place in its repository."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

import sarif_om

from gitlint_ops.model.findings import Edit, Finding, Related, State, Suppression, TriagedFinding
from gitlint_ops.model.location import FileRef, Location
from gitlint_ops.model.results import CheckResult
from gitlint_ops.report.edits import ToldEdits

ROOT = "SRCROOT"
MAX_RELATED = 1000
"""GitHub refuses a result with more locations."""

CONFIGURATION_NAMES = ("gitlint-ops.yaml", "gitlint-ops.yml", ".gitlint-ops.yaml", ".gitlint-ops.yml")


class Places:
    """Names the root that a file's URI is relative to: one for each repository of the run.

    The roots' own URIs stay out of the log: they differ from machine to machine, and services
    take relative URIs as relative to the repository.
    """

    def __init__(self, bases: Mapping[str, str]) -> None:
        self.bases = bases
        self._artifacts: dict[FileRef, sarif_om.ArtifactLocation] = {}

    @classmethod
    def of(cls, result: CheckResult) -> Places:
        """The roots of all repositories that were checked or that a finding names."""
        named = {name for name, _ in result.roots}
        found = {one.finding.location.file.repo for one in result.findings}
        near = {related.location.file.repo for one in result.findings for related in one.finding.related}
        names = (named | found) or near
        bases = {name: ROOT if len(names) == 1 else f"{ROOT}:{name}" for name in names}
        others = {name: f"{ROOT}:{name}" for name in near - names}
        return cls(dict(sorted({**bases, **others}.items())))

    def described(self) -> Iterator[tuple[str, str]]:
        """Each root's name in the log, and what it stands for."""
        for repo, base in self.bases.items():
            yield base, f"The root of the repository {repo or 'that was checked'}."

    def artifact(self, file: FileRef) -> sarif_om.ArtifactLocation:
        """A file's URI and root; one object serves all places in the file."""
        held = self._artifacts.get(file)
        if held is None:
            held = sarif_om.ArtifactLocation(uri=uri(file.path), uri_base_id=self.bases[file.repo])
            self._artifacts[file] = held
        return held

    def location(self, place: Location, **more: Any) -> sarif_om.Location:
        """A place with its region; `more` are further properties of the SARIF location."""
        return sarif_om.Location(
            physical_location=sarif_om.PhysicalLocation(
                artifact_location=self.artifact(place.file), region=_region(place)
            ),
            **more,
        )


def uri(path: str) -> str:
    """A repository path as a relative URI; bytes that are no UTF-8 keep their values."""
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = path.encode("utf-8", "surrogatepass")
    return quote(raw)


def results(result: CheckResult, rules: Mapping[str, int], places: Places) -> Iterator[sarif_om.Result]:
    """A result for each finding, in the report's order."""
    edits = ToldEdits(result)
    with_baseline = any(one.state is State.BASELINED for one in result.findings)
    for triaged in result.findings:
        made = _result(triaged, rules[triaged.finding.rule], places, with_baseline)
        edit = edits.of(triaged.finding)
        made.fixes = [_fix(edit, places)] if edit else None
        yield made


def _result(triaged: TriagedFinding, rule_index: int, places: Places, with_baseline: bool) -> sarif_om.Result:
    finding = triaged.finding
    # A log says "new" of all its results or of none (SARIF 2.1.0, 3.27.24).
    compared = "unchanged" if triaged.state is State.BASELINED else "new"
    return sarif_om.Result(
        rule_id=finding.rule,
        rule_index=rule_index,
        level=finding.severity.value,
        message=sarif_om.Message(text=_text(finding)),
        locations=[places.location(finding.location, logical_locations=_logical(finding))],
        related_locations=[
            places.location(one.location, id=number, message=sarif_om.Message(text=one.message))
            for number, one in enumerate(finding.related[:MAX_RELATED], 1)
        ]
        or None,
        code_flows=_flow(finding, places),
        partial_fingerprints={"gitlintOps/v1": finding.fingerprint},
        suppressions=_suppressions(triaged, places),
        baseline_state=compared if with_baseline else None,
        properties=_properties(finding),
    )


def _text(finding: Finding) -> str:
    """What services show: they know no hints and no targets."""
    parts = [finding.message.strip()]
    if finding.hint:
        parts.append(f"Hint: {finding.hint.strip()}")
    if len(finding.targets) > 1:
        parts.append(f"Reaches {len(finding.targets)} targets.")
    ends = (part if part.endswith((".", "!", "?")) else f"{part}." for part in parts)
    return " ".join(ends)


def _region(place: Location) -> sarif_om.Region:
    if (place.line, place.column) == (place.end_line, place.end_column):
        return sarif_om.Region(start_line=place.line, start_column=place.column)
    return sarif_om.Region(
        start_line=place.line,
        start_column=place.column,
        end_line=place.end_line,
        end_column=place.end_column,
    )


def _logical(finding: Finding) -> list[sarif_om.LogicalLocation] | None:
    if finding.object is None:
        return None
    key = finding.object.key
    whole = "/".join(part for part in (finding.object.api_version, key.kind, key.namespace, key.name) if part)
    return [sarif_om.LogicalLocation(name=key.name or None, fully_qualified_name=whole, kind="resource")]


def _flow(finding: Finding, places: Places) -> list[sarif_om.CodeFlow] | None:
    """The way of the value, from where it was first written to the place that set it last."""
    chain = [one for one in finding.related[:MAX_RELATED] if one.in_chain]
    if not chain:
        return None
    steps = [*reversed(chain), Related(finding.location, "set here last")]
    return [
        sarif_om.CodeFlow(
            thread_flows=[
                sarif_om.ThreadFlow(
                    locations=[
                        sarif_om.ThreadFlowLocation(
                            location=places.location(
                                step.location, message=sarif_om.Message(text=step.message)
                            )
                        )
                        for step in steps
                    ]
                )
            ]
        )
    ]


def _fix(edit: Edit, places: Places) -> sarif_om.Fix:
    return sarif_om.Fix(
        description=sarif_om.Message(text=edit.title),
        artifact_changes=[
            sarif_om.ArtifactChange(
                artifact_location=places.artifact(edit.file),
                replacements=[
                    sarif_om.Replacement(
                        # Both ends are said: without one a region goes to the end of its line.
                        deleted_region=sarif_om.Region(
                            start_line=one.location.line,
                            start_column=one.location.column,
                            end_line=one.location.end_line,
                            end_column=one.location.end_column,
                        ),
                        inserted_content=sarif_om.ArtifactContent(text=one.text),
                    )
                    for one in edit.parts
                ],
            )
        ],
    )


def _suppressions(triaged: TriagedFinding, places: Places) -> list[sarif_om.Suppression] | None:
    if triaged.state is State.BASELINED:
        return [sarif_om.Suppression(kind="external", justification="accepted in the baseline")]
    held = triaged.suppression
    if held is None:
        return None
    return [
        sarif_om.Suppression(
            kind="inSource" if _in_source(held) else "external",
            justification=held.reason if held.until is None else f"{held.reason} (until {held.until})",
            location=places.location(held.at) if held.at and held.at.file.repo in places.bases else None,
        )
    ]


def _in_source(suppression: Suppression) -> bool:
    """Whether it stands in a manifest, and not in the configuration."""
    at = suppression.at
    return at is not None and at.file.path.rpartition("/")[2] not in CONFIGURATION_NAMES


def _properties(finding: Finding) -> dict[str, Any]:
    properties: dict[str, Any] = {"confidence": finding.confidence.value}
    if finding.path:
        properties["path"] = finding.path
    if finding.targets:
        properties["targets"] = list(finding.targets)
    return properties
