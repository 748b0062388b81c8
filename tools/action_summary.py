"""The GitHub action's outputs and step summary, from a JSON report. Standard library only.

python action_summary.py REPORT.json --outputs FILE --summary FILE
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

MOST_ROWS = 50
MARKUP = str.maketrans({mark: f"&#{ord(mark)};" for mark in "&<>|`[]*_~"} | {"@": "@&#8203;"})
SIGNS = {"error": "❌ error", "warning": "⚠️ warning", "note": "💬 note"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("report", type=Path)
    parser.add_argument("--outputs", type=Path, required=True)
    parser.add_argument("--summary", type=Path, required=True)
    options = parser.parse_args()
    report = json.loads(options.report.read_text(encoding="utf-8"))
    new = [finding for finding in report["findings"] if finding["state"] == "new"]
    with options.outputs.open("a", encoding="utf-8") as outputs:
        outputs.write("".join(f"{line}\n" for line in output_lines(new)))
    with options.summary.open("a", encoding="utf-8") as summary:
        summary.write("".join(f"{line}\n" for line in summary_lines(report, new)))


def output_lines(new: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield f"findings={len(new)}"
    for name, severity in (("errors", "error"), ("warnings", "warning")):
        yield f"{name}={sum(finding['severity'] == severity for finding in new)}"


def summary_lines(report: Mapping[str, Any], new: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    counts = report["summary"]
    rehearsals = report.get("rehearsals", ())
    yield "## gitlint-ops reconcile" if "rehearsals" in report else "## gitlint-ops"
    yield ""
    yield (
        f"{counts['targets']} targets, {counts['objects']} objects:"
        f" {counts['error']} errors, {counts['warning']} warnings, {counts['note']} notes,"
        f" {counts['unchecked']} not checked"
    )
    if rehearsals:
        yield ""
        yield from (f"- {_server(one)}" for one in rehearsals)
    if new:
        yield ""
        yield "| | place | rule | message |"
        yield "|---|---|---|---|"
        for finding in sorted(new, key=lambda one: list(SIGNS).index(one["severity"]))[:MOST_ROWS]:
            yield _row(finding)
    if len(new) > MOST_ROWS:
        yield ""
        yield f"and {len(new) - MOST_ROWS} more, in the log"
    if report["unchecked"]:
        yield ""
        yield "Not checked:"
        yield ""
        for left_out in report["unchecked"][:MOST_ROWS]:
            yield f"- <code>{_plain(left_out['target'])}</code>: {_plain(left_out['reason'])}"


def _row(finding: Mapping[str, Any]) -> str:
    at = finding["location"]
    place = f"<code>{_plain(at['file'])}:{at['line']}</code>"
    return f"| {SIGNS[finding['severity']]} | {place} | {finding['rule']} | {_plain(finding['message'])} |"


def _server(rehearsal: Mapping[str, Any]) -> str:
    """One server's figures: what became of the objects, and what the next sync would do."""
    where = rehearsal["cluster"] or rehearsal["environment"]
    counted = ", ".join(f"{number} {word}" for word, number in rehearsal["objects"].items())
    said = [f"{_plain(where)} on {_plain(rehearsal['server'])}" if where else _plain(rehearsal["server"])]
    said.append(f" (Kubernetes {_plain(rehearsal['kubernetes'])}): {counted or 'no objects'}")
    planned = [one["action"] for one in rehearsal["changes"]]
    actions = [f"{planned.count(one)} to {one}" for one in ("create", "change", "prune") if one in planned]
    if actions:
        said.append(f"; {', '.join(actions)}")
    if rehearsal["lost"]:
        said.append(f"; **lost**: {_plain(rehearsal['lost'])}")
    return "".join(said)


def _plain(text: str) -> str:
    """Text of a linted repository that can neither end a table cell nor become markup or a mention."""
    shown = " ".join(text.split())
    return shown.translate(MARKUP)


if __name__ == "__main__":
    main()
