"""What a schema of a CustomResourceDefinition may say."""

from __future__ import annotations

import pytest

from gitlint_ops.cel.patterns import pattern_fault
from gitlint_ops.validate.objects import Validator

from .definition_texts import judged
from .schema_texts import REFUSED, TAKEN


@pytest.mark.parametrize(("text", "said"), REFUSED.values(), ids=REFUSED)
def test_what_the_api_server_refuses_is_refused_once(text: str, said: str, newest: Validator) -> None:
    found = judged(text, newest)

    assert len(found) == 1, found
    assert said in found[0]


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_what_the_api_server_takes_is_taken(text: str, newest: Validator) -> None:
    assert judged(text, newest) == []


def test_classes_of_unicode_that_are_not_known_prove_nothing() -> None:
    assert pattern_fault(r"\p{Alphabetic}") == ""
