"""Quantities as the API server reads them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.validate.quantities import quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("250m", "0.25"),
        ("1Ki", "1024"),
        ("1.5Gi", "1610612736"),
        ("1e3", "1000"),
        ("-2", "-2"),
        ("5E", "5e18"),
        (" 1 ", "1"),
    ],
)
def test_a_quantity_is_read_in_base_units(text: str, value: str) -> None:
    assert quantity(text) == Decimal(value)


@pytest.mark.parametrize("text", ["", "1gb", "1 Gi", "1KI", "ten", "1.2.3", "0x10", "1e", "9" * 200])
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"^"):
        quantity(text)


@given(st.integers(min_value=-(10**12), max_value=10**12))
def test_numbers_are_quantities(number: int) -> None:
    assert quantity(number) == number


def test_an_enormous_exponent_costs_nothing() -> None:
    assert quantity("1e999999999") > quantity("1Ei")
