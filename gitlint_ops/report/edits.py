"""The edits that reports carry."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gitlint_ops.model.findings import Edit, Finding
from gitlint_ops.model.location import FileRef
from gitlint_ops.model.results import CheckResult

SECRETS_GROUP = "secrets"
_OF_A_SECRET = re.compile(r"\bkind:\s*[\"']?Secret\b|\bstringData\b")


class ToldEdits:
    """Which edits may be told: what they move about must not be a secret that the file holds."""

    def __init__(self, result: CheckResult) -> None:
        rules = {card.id for card in result.cards if card.group == SECRETS_GROUP}
        found = (one.finding for one in result.findings if one.finding.rule in rules)
        self._secret_files: frozenset[FileRef] = frozenset(_files(found))

    def of(self, finding: Finding) -> Edit | None:
        """The finding's edit, None where there is none, or it is left to `gitlint-ops fix`."""
        edit = finding.edit
        if edit is None or edit.file in self._secret_files:
            return None
        return None if any(_OF_A_SECRET.search(part.text) for part in edit.parts) else edit


def _files(findings: Iterable[Finding]) -> Iterable[FileRef]:
    return (one.location.file for one in findings)
