"""Trees of blame: the ways to set a field agree, and chains stay short whatever sets a field."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.model.blame import (
    LONGEST_CHAIN,
    Blame,
    Origin,
    Via,
    at,
    chain,
    over,
    takes_elsewhere,
    with_blame,
    with_field,
    with_members,
)
from gitlint_ops.model.location import DocumentRef, FieldPath, FileRef

FILE = DocumentRef(FileRef("repo", "", "base.yaml"))
BASE = Origin(FILE, (), Via.RESOURCE)

keys = st.one_of(st.sampled_from("abc"), st.integers(0, 2))
paths = st.lists(keys, min_size=1, max_size=4).map(tuple)


def entry(number: int) -> Origin:
    """The place of one transformer's entry."""
    return Origin(FILE, ("entries", number), Via.TRANSFORMER, verbatim=False)


def places(blame: Blame, path: FieldPath) -> list[Any]:
    return [one.source_path for one in chain(at(blame, path))]


@given(st.lists(st.tuples(paths, st.booleans()), max_size=100), paths)
def test_fields_set_one_by_one_are_blamed_as_in_a_tree_of_mappings(
    made: list[tuple[FieldPath, bool]], asked: FieldPath
) -> None:
    one_by_one: Blame = BASE
    as_tree: Blame = BASE
    for number, (path, replaced) in enumerate(made):
        one_by_one = with_field(one_by_one, path, entry(number), replaced=replaced)
        old = at(as_tree, path) if replaced else None
        as_tree = with_blame(as_tree, path, over(entry(number), old))

    assert places(one_by_one, asked) == places(as_tree, asked)


@given(
    st.dictionaries(st.lists(st.sampled_from("abc"), min_size=2, max_size=2).map(tuple), st.integers(0, 9))
)
def test_members_set_at_once_are_blamed_as_those_set_in_turn(fields: dict[FieldPath, int]) -> None:
    at_once = with_members(BASE, {path: entry(number) for path, number in fields.items()})
    in_turn: Blame = BASE
    for path, number in fields.items():
        in_turn = with_blame(in_turn, path, entry(number))

    for path in [(one, other) for one in "abc" for other in "abc"]:
        assert places(at_once, path) == places(in_turn, path)


def test_a_value_set_a_thousand_times_keeps_its_last_and_its_first_places() -> None:
    blame: Blame = BASE
    for number in range(1000):
        blame = with_blame(blame, ("a",), over(entry(number), at(blame, ("a",))))

    told = places(blame, ("a",))
    assert told[0] == ("entries", 999)
    assert told[-1] == ("a",)
    assert len(told) <= LONGEST_CHAIN
    assert places(blame, ("a", "below"))[0] == ("entries", 999)


def test_two_values_copied_to_and_fro_stay_cheap() -> None:
    one, other = BASE, Origin(FILE, ("other",), Via.RESOURCE)
    for number in range(500):
        copy = Origin(FILE, ("copies", number), Via.REPLACEMENT, verbatim=False, over=one)
        one, other = over(copy, other), one

    assert len(places(one, ())) <= LONGEST_CHAIN
    assert len(places(one, ("a", "b"))) <= LONGEST_CHAIN


def test_what_is_copied_is_told_before_what_it_replaced() -> None:
    source, old = Origin(FILE, ("source",), Via.RESOURCE), Origin(FILE, ("old",), Via.RESOURCE)
    made = over(Origin(FILE, ("entry",), Via.REPLACEMENT, verbatim=False, over=source), old)

    assert places(made, ()) == [("entry",), ("source",), ("old",)]
    assert takes_elsewhere(made)
    assert places(made, ("member",)) == [("entry",), ("source", "member"), ("old", "member")]
