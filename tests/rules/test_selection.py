from __future__ import annotations

import pytest

from gitlint_ops.model.cards import Card, Profile
from gitlint_ops.model.errors import UsageError
from gitlint_ops.model.findings import Confidence, Severity
from gitlint_ops.rules.selection import Selection, select


def card(
    name: str,
    profile: Profile = Profile.RECOMMENDED,
    severity: Severity = Severity.ERROR,
    confidence: Confidence = Confidence.HIGH,
) -> Card:
    params = {"words": ["main"], "limit": 3}
    return Card(
        name, "", "group-of-" + name[0], name, severity, confidence, profile, "object", "", "", params=params
    )


CARDS = (
    card("a-error"),
    card("a-warning", severity=Severity.WARNING),
    card("b-unsure", confidence=Confidence.MEDIUM),
    card("b-strict", Profile.STRICT),
    card("c-change", Profile.CHANGE),
    card("rule-crashed", Profile.ESSENTIAL),
)


@pytest.mark.parametrize(
    ("profile", "ids"),
    [
        (Profile.ESSENTIAL, ["a-error", "rule-crashed"]),
        (Profile.RECOMMENDED, ["a-error", "a-warning", "b-unsure", "rule-crashed"]),
        (Profile.STRICT, ["a-error", "a-warning", "b-unsure", "b-strict", "rule-crashed"]),
        (Profile.CHANGE, ["a-error", "a-warning", "b-unsure", "c-change", "rule-crashed"]),
    ],
)
def test_each_profile_takes_in_the_one_below(profile: Profile, ids: list[str]) -> None:
    assert selected(Selection(profile)) == ids


def test_rules_and_groups_are_added_and_left_out_by_name() -> None:
    assert selected(Selection(select=["c-change"], ignore=["group-of-a"])) == [
        "b-unsure",
        "c-change",
        "rule-crashed",
    ]


def test_the_report_of_failed_rules_cannot_be_switched_off() -> None:
    assert selected(Selection(ignore=["group-of-a", "group-of-b", "group-of-r", "rule-crashed"])) == [
        "rule-crashed"
    ]


@pytest.mark.parametrize(
    ("selection", "told", "hint"),
    [
        (
            Selection(select=["a-eror"]),
            "unknown rule or group in select: 'a-eror'",
            "did you mean 'a-error'?",
        ),
        (Selection(ignore=["group-of-d"]), "unknown rule or group in ignore: 'group-of-d'", "did you mean"),
        (Selection(severities={"zzz": Severity.NOTE}), "unknown rule 'zzz'", "see `gitlint-ops rules`"),
        (
            Selection(params={"a-error": {"word": []}}),
            "unknown parameter of a-error: 'word'",
            "did you mean 'words'?",
        ),
        (Selection(params={"a-error": {"words": "main"}}), "must be a list, not 'main'", ""),
        (Selection(params={"a-error": {"limit": True}}), "must be a number, not True", ""),
    ],
)
def test_what_is_unknown_is_refused_with_a_suggestion(selection: Selection, told: str, hint: str) -> None:
    with pytest.raises(UsageError) as raised:
        select(CARDS, selection)

    assert told in str(raised.value)
    assert hint in raised.value.hint


def test_severities_and_parameters_of_the_user_replace_those_of_the_card() -> None:
    chosen = select(CARDS, Selection(severities={"a-error": Severity.NOTE}, params={"a-error": {"limit": 5}}))

    assert chosen[0].severity is Severity.NOTE
    assert chosen[0].params == {"words": ["main"], "limit": 5}


def selected(selection: Selection) -> list[str]:
    return [one.id for one in select(CARDS, selection)]
