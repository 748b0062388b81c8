"""The SARIF 2.1.0 log that code scanning services take."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from gitlint_ops.model.cards import Card
from gitlint_ops.model.findings import Confidence, Severity, State
from gitlint_ops.model.results import CheckResult, Measure
from gitlint_ops.report.cards import card_markdown, card_plain
from gitlint_ops.report.json import measured
from gitlint_ops.report.lines import Encoded, encode, encode_line
from gitlint_ops.report.rehearsals import cards_of_servers, category, losses

if TYPE_CHECKING:
    import sarif_om

    from gitlint_ops.report.sarif_results import Places

SCHEMA_URI = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
UNCHECKED = "target-unchecked"
UNCHECKED_TEXT = (
    "A target could not be built or judged for want of something; the absence of results proves "
    "nothing about it. Add what the message names to the run, or leave the target out."
)

PRECISION = {Confidence.HIGH: "very-high", Confidence.MEDIUM: "high", Confidence.LOW: "medium"}
PROBLEM_SEVERITY = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "recommendation"}
SECURITY_SEVERITY = {Severity.ERROR: "8.0", Severity.WARNING: "5.5", Severity.NOTE: "2.0"}
"""CVSS-like scores in the middle of GitHub's bands high, medium and low."""


def sarif_report(result: CheckResult) -> str:
    """The report as a SARIF log; it always has a run, with no results where nothing was found.

    Where servers were asked, it is a log of its own beside that of `check`.
    """
    from gitlint_ops.report.sarif_results import Places, results
    from gitlint_ops.report.sarif_values import PlainValues

    if result.rehearsals is not None:
        result = replace(result, cards=cards_of_servers(result))
    cards = _cards(result)
    places = Places.of(result)
    values = PlainValues()
    indexes = {rule: index for index, rule in enumerate(cards)}
    run = {
        **values.of(_run(result, cards, places)),
        # Each result becomes text at once: holding 50,000 as objects doubles the time they take.
        "results": Encoded(encode_line(values.of(one)) for one in results(result, indexes, places)),
    }
    return encode({"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [run]}, depth=6)


def _run(result: CheckResult, cards: Mapping[str, Card | None], places: Places) -> sarif_om.Run:
    import sarif_om  # 133 ms

    return sarif_om.Run(
        tool=sarif_om.Tool(driver=_driver(result, cards)),
        invocations=[_invocation(result)],
        original_uri_base_ids={
            base: sarif_om.ArtifactLocation(description=sarif_om.Message(text=text))
            for base, text in places.described()
        },
        automation_details=_automation(result),
        column_kind="unicodeCodePoints",
        properties={"coverage": _coverage(result)},
    )


def _automation(result: CheckResult) -> sarif_om.RunAutomationDetails | None:
    """What a log of servers calls itself, so that services keep it beside that of `check`.

    All before the last slash is the category, and uploaders leave it as it is (GitHub Docs, SARIF support for
    code scanning, runAutomationDetails).
    """
    import sarif_om

    if result.rehearsals is None:
        return None
    return sarif_om.RunAutomationDetails(id=f"{category(result)}/")


def _coverage(result: CheckResult) -> dict[str, Any]:
    """How much was judged, over all and of each target."""
    coverage = result.coverage
    targets = {one.target.id: _measured(one.measure) for one in result.targets if one.measure}
    return {
        **_measured(coverage.measure),
        "withoutSchema": dict(coverage.unvalidated),
        "inPart": dict(coverage.unverifiable),
        "targets": targets,
    }


def _measured(measure: Measure) -> dict[str, Any]:
    """As in JSON, but for a percentage of nothing: SARIF has no null."""
    return {key: held for key, held in measured(measure).items() if held is not None}


def _cards(result: CheckResult) -> dict[str, Card | None]:
    """The selected rules, and those that only findings name (None), each at its index."""
    cards: dict[str, Card | None] = {card.id: card for card in sorted(result.cards, key=lambda card: card.id)}
    for rule in sorted({one.finding.rule for one in result.findings}):
        cards.setdefault(rule, None)
    return cards


def _driver(result: CheckResult, cards: Mapping[str, Card | None]) -> sarif_om.ToolComponent:
    import sarif_om

    return sarif_om.ToolComponent(
        name="gitlint-ops",
        version=result.tool_version,
        contents=None,
        rules=[_rule(rule, card) for rule, card in cards.items()],
        notifications=[
            sarif_om.ReportingDescriptor(
                id=UNCHECKED,
                name=_pascal(UNCHECKED),
                short_description=_message("Something could not be checked."),
                full_description=_message(UNCHECKED_TEXT),
                help=_message(UNCHECKED_TEXT),
            )
        ],
    )


def _rule(rule: str, card: Card | None) -> sarif_om.ReportingDescriptor:
    import sarif_om

    if card is None:
        return sarif_om.ReportingDescriptor(id=rule, name=_pascal(rule))
    return sarif_om.ReportingDescriptor(
        id=rule,
        name=_pascal(rule),
        short_description=_message(_sentence(card.title)),
        full_description=_message(_sentence(_paragraph(card.why) or card.title)),
        help=sarif_om.MultiformatMessageString(text=card_plain(card), markdown=card_markdown(card)),
        default_configuration=sarif_om.ReportingConfiguration(level=card.severity.value),
        properties=_rule_properties(card),
    )


def _rule_properties(card: Card) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "tags": ["gitops", card.group],
        "precision": PRECISION[card.confidence],
        "problem.severity": PROBLEM_SEVERITY[card.severity],
    }
    if card.group == "secrets":
        properties["tags"].append("security")
        properties["security-severity"] = SECURITY_SEVERITY[card.severity]
    return properties


def _invocation(result: CheckResult) -> sarif_om.Invocation:
    import sarif_om

    crashed = any(one.finding.rule == "rule-crashed" and one.state is State.NEW for one in result.findings)
    return sarif_om.Invocation(
        execution_successful=not crashed,
        tool_execution_notifications=[
            _notification(_sentence(f"{one.target} was not checked: {one.said}"))
            for one in _distinct(result.unchecked)
        ]
        + [_notification(_sentence(text)) for text in losses(result)]
        + ([] if result.is_covered else [_too_little(result)]),
    )


def _too_little(result: CheckResult) -> sarif_om.Notification:
    reached = f"Coverage is {result.coverage.measure.percent} %, and {result.min_coverage:g} % are asked for."
    return _notification(reached)


def _notification(text: str) -> sarif_om.Notification:
    import sarif_om

    return sarif_om.Notification(
        level="warning",
        descriptor=sarif_om.ReportingDescriptorReference(id=UNCHECKED, index=0),
        message=sarif_om.Message(text=text),
    )


def _distinct(items: Iterable[Any]) -> list[Any]:
    return list(dict.fromkeys(items))


def _message(text: str) -> sarif_om.MultiformatMessageString:
    import sarif_om

    return sarif_om.MultiformatMessageString(text=text)


def _paragraph(text: str) -> str:
    """The first paragraph on one line."""
    return " ".join(text.strip().partition("\n\n")[0].split())


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _pascal(rule: str) -> str:
    return "".join(word.capitalize() for word in rule.split("-"))
