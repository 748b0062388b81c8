"""Definitions that a real API server refuses and takes, as is said of them without one."""

from __future__ import annotations

import pytest
import yaml

from ..validate.schema_texts import REFUSED, TAKEN
from .client import Client


@pytest.mark.parametrize("text", [text for text, _ in REFUSED.values()], ids=REFUSED)
def test_a_definition_is_refused(text: str, client: Client) -> None:
    assert not client.dry_run(yaml.safe_load(text)).accepted


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_a_definition_is_taken(text: str, client: Client) -> None:
    verdict = client.dry_run(yaml.safe_load(text))

    assert verdict.accepted, verdict.message
