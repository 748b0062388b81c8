"""Which names are a slip of the hand, and which are alike on purpose."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.model.near_names import near_name


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("LOG_LEVL", "LOG_LEVEL"),
        ("log_level", "LOG_LEVEL"),
        ("imgae", "image"),
        ("contianers", "containers"),
        ("chanel", "channel"),
        ("channels", "channel"),
        ("Deploymnet", "Deployment"),
        ("ngimx", "nginx"),
    ],
)
def test_a_slip_is_recognised(word: str, known: str) -> None:
    assert near_name(word, ["something", known]) == known


@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("minReplicas", "maxReplicas"),
        ("DB_HOST1", "DB_HOST2"),
        ("DB_HOST", "DB_HOST2"),
        ("service-a", "service-b"),
        ("HTTPRoute", "TCPRoute"),
        ("ClusterRoleBinding", "RoleBinding"),
        ("web", "wbe"),
        ("same", "same"),
    ],
)
def test_names_that_are_alike_on_purpose_are_told_apart(word: str, known: str) -> None:
    assert near_name(word, [known]) == ""


@given(st.text(st.characters(categories=["Ll"]), min_size=4, max_size=30), st.data())
def test_two_neighbours_that_changed_places_are_a_slip(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]

    assert near_name(swapped, [word]) == ("" if swapped == word else word)


@given(st.text(max_size=20), st.lists(st.text(max_size=20)))
def test_what_is_found_is_a_known_name_and_not_the_word_itself(word: str, known: list[str]) -> None:
    found = near_name(word, known)

    assert found == "" or (found in known and found != word)
