from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from gitlint_ops.model.findings import Finding
from gitlint_ops.model.location import Location
from gitlint_ops.model.results import CheckResult
from gitlint_ops.model.targets import Unchecked
from gitlint_ops.report.text.check import text_report
from gitlint_ops.report.text.options import TextOptions, Verbosity

from .made_results import file, full_result, new, result_of, secret_finding, source_line, tag_finding


def shown(result: CheckResult, verbosity: Verbosity = Verbosity.NORMAL, width: int = 100) -> str:
    return text_report(result, TextOptions(source_line=source_line, verbosity=verbosity, width=width))


def shown_line(
    line: str, start: int, end: int, *, width: int = 60, finding: Finding | None = None
) -> list[str]:
    """The excerpt and its caret line for a span given by columns."""
    place = Location(file("a.yaml"), 7, start, 7, end)
    found = replace(finding or tag_finding(), location=place)
    text = text_report(result_of(new(found)), TextOptions(source_line=lambda _: line, width=width))
    return [one[14:] for one in text.splitlines() if " | " in one]


NORMAL = """\
shop-env/production/kustomization.yaml
  9:11  warning  tag-mutable  image web:latest has no fixed tag or digest
          9 | newTag: latest
            |         ^^^^^^
         in Deployment shop/web, spec.template.spec.containers[name=web].image
       over shop-api/deployment.yaml:17:16  written here
        see shop-env/production/kustomization.yaml:5:9  the entry names this image
    reaches 2 targets: shop-env//production, shop-env//staging
       hint pin a version tag, or better a digest

shop-env/production/secret.yaml
  4:13  error  secret-plaintext  password is in plain text
          4 | password: ********
            |           ^^^^^^^^
         in Secret db, stringData.password

Found 1 error and 1 warning in 2 files (1 allowed, 1 in the baseline); checked 12 objects of 2 targets \
(1 unchecked) from 9 files with 2 rules in 0.21 s.
Not checked:
  shop-env//staging: remote base https://git.example/x is not in the workspace
  2 objects of 1 kind without a schema: example.com/v1/Shop (2)
  coverage: 83.3 % of 12 objects judged in full
  5 files left out: Helm templates (4), Jinja templates (1)
"""


def test_findings_stand_under_their_file_with_excerpt_chain_targets_and_hint() -> None:
    assert shown(full_result()) == NORMAL


def test_a_clean_run_says_in_one_line_what_was_checked() -> None:
    assert shown(result_of()) == (
        "Clean: checked 24 objects of 2 targets from 9 files with 2 rules in 0.21 s.\n"
    )


def test_a_run_without_findings_is_not_called_clean_while_something_was_not_checked() -> None:
    result = replace(full_result(), findings=())

    assert shown(result).startswith("No findings: checked 12 objects of 2 targets (1 unchecked) from 9 files")


def test_quiet_prints_a_line_for_each_finding_and_nothing_else() -> None:
    assert shown(full_result(), Verbosity.QUIET) == (
        "shop-env/production/kustomization.yaml:9:11: warning[tag-mutable] "
        "image web:latest has no fixed tag or digest\n"
        "shop-env/production/secret.yaml:4:13: error[secret-plaintext] password is in plain text\n"
    )
    assert shown(result_of(), Verbosity.QUIET) == ""


def test_silent_prints_nothing() -> None:
    assert shown(full_result(), Verbosity.SILENT) == ""


def test_verbose_shows_what_does_not_count_and_why() -> None:
    text = shown(full_result(), Verbosity.VERBOSE)

    assert (
        "    does not count: allowed until 2027-01-31, "
        "at shop-env/production/kustomization.yaml:10:19: rebuilt daily\n"
    ) in text
    assert "    does not count: it is in the baseline\n" in text


def test_verbose_lists_rules_and_targets() -> None:
    text = shown(full_result(), Verbosity.VERBOSE)

    assert "Findings by rule\n      1  secret-plaintext\n      1  tag-mutable\n" in text
    assert "Targets\n  built      kustomize  shop-env//production  (12 objects)\n" in text
    assert "  unchecked  kustomize  shop-env//staging  (a remote base)\n" in text


def test_the_repository_is_not_named_where_there_is_but_one() -> None:
    found = replace(tag_finding(), related=())

    text = shown(result_of(new(found), roots=(("shop-env", "/somewhere"),)))

    assert text.startswith("production/kustomization.yaml\n")
    assert "reaches 2 targets: production, staging\n" in text


def test_files_are_named_as_the_caller_wants() -> None:
    options = TextOptions(file_name=lambda named: f"../{named.path}", verbosity=Verbosity.QUIET)

    assert text_report(result_of(new(tag_finding())), options).startswith(
        "../production/kustomization.yaml:9:11: "
    )


def test_only_some_of_many_targets_are_named() -> None:
    targets = tuple(f"shop-env//overlays/{number:02}" for number in range(40))
    result = result_of(new(tag_finding(targets=targets)))

    assert (
        "reaches 40 targets: shop-env//overlays/00, shop-env//overlays/01, shop-env//overlays/02, \u2026\n"
        in (shown(result))
    )
    assert "shop-env//overlays/39" in shown(result, Verbosity.VERBOSE)


def test_only_some_of_many_reasons_are_told() -> None:
    unchecked = tuple(
        Unchecked(f"shop-env//{number:02}", f"base {number:02} is missing") for number in range(12)
    )
    result = result_of(unchecked=unchecked)

    assert shown(result).endswith("  shop-env//09: base 09 is missing\n  2 more, shown with -v\n")
    assert shown(result, Verbosity.VERBOSE).endswith("  shop-env//11: base 11 is missing\n")


def test_a_finding_whose_source_is_gone_has_no_excerpt() -> None:
    assert " | " not in text_report(result_of(new(tag_finding())), TextOptions())


def test_colour_only_adds_to_the_text() -> None:
    options = TextOptions(source_line=source_line, colour=True)

    text = text_report(full_result(), options)

    assert "\x1b[1;33mwarning\x1b[0m" in text
    assert re.sub(r"\x1b\[[0-9;]*m", "", text) == NORMAL


def test_a_long_line_is_cut_around_the_caret() -> None:
    line = "a: [" + "x, " * 200 + "needle, " + "y, " * 200 + "]"
    start = line.index("needle") + 1

    text, caret = shown_line(line, start, start + 6)

    assert text.startswith("\u2026")
    assert text.endswith("\u2026")
    assert len(text) <= 60
    assert text[caret.index("^") : caret.rindex("^") + 1] == "needle"


def test_a_span_longer_than_the_line_is_cut_at_its_end() -> None:
    text, caret = shown_line("key: " + "z" * 500, 6, 506)

    assert text.startswith("key: zzz")
    assert text.endswith("z\u2026")
    assert caret == "     " + "^" * (len(text) - 5)


def test_the_caret_stands_under_wide_characters() -> None:
    text, caret = shown_line("\u540d\u524d: web", 5, 8)

    assert text == "\u540d\u524d: web"
    assert caret == "      ^^^"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("image: \x1b[2Jweb", "image: \\x1b[2Jweb"),
        ("image: \u202eweb", "image: \\u202eweb"),
        ("image: we\udc80b", "image: we\\udc80b"),
    ],
)
def test_what_a_terminal_would_obey_is_escaped(line: str, expected: str) -> None:
    text, _ = shown_line(line, 8, len(line) + 1)

    assert text == expected


def test_names_and_messages_are_escaped_too() -> None:
    hostile = replace(
        tag_finding(),
        message="bad\x1b]0;title\x07 name\nsecond line",
        location=Location(file("a\x1b[31m.yaml"), 1, 1, 1, 1),
    )

    text = shown(result_of(new(hostile)))

    assert "\x1b" not in text
    assert "bad\\x1b]0;title\\x07 name second line" in text


def test_a_point_is_shown_with_one_caret() -> None:
    assert shown_line("image: web", 8, 8) == ["image: web", "       ^"]


@pytest.mark.parametrize(
    ("line", "start", "end", "expected"),
    [
        ("  password: hunter2", 13, 20, ["password: ********", "          ^^^^^^^^"]),
        ("  password: hunter2", 3, 11, ["password: ********", "^^^^^^^^"]),
        ("  - password=hunter2", 5, 21, ["- ********", "  ^^^^^^^^"]),
        ("data: {password: hunter2, x: y}", 18, 25, ["data: ********", "      ^^^^^^^^"]),
        ("{password: hunter2}", 12, 19, ["********", "^^^^^^^^"]),
        ("password=hunter2", 1, 17, ["********", "^^^^^^^^"]),
        ("    aHVudGVyMg==", 5, 17, ["********", "^^^^^^^^"]),
    ],
)
def test_secrets_are_never_shown(line: str, start: int, end: int, expected: list[str]) -> None:
    assert shown_line(line, start, end, finding=secret_finding()) == expected


def test_no_other_finding_shows_the_line_of_a_secret() -> None:
    secret = secret_finding()
    other = replace(tag_finding(), location=secret.location)

    assert "hunter2" not in shown(result_of(new(secret), new(other)))


def test_no_finding_shows_the_values_of_a_secret_object() -> None:
    odd = replace(secret_finding(), rule="schema-violation", message="must be base64")

    assert "hunter2" not in shown(result_of(new(odd)))


def _alike(number: int) -> CheckResult:
    places = [Location(file(f"{index:02}.yaml"), 4, 3, 4, 9) for index in range(number)]
    return result_of(*(new(replace(tag_finding(), location=place, related=())) for place in places))


def test_many_findings_of_a_kind_are_shown_in_full_three_times_and_then_by_their_places() -> None:
    text = shown(_alike(10))

    in_full = [line for line in text.splitlines() if line.startswith("  4:3  warning")]
    by_place = [line.split()[0] for line in text.splitlines() if line.startswith("  shop-env/")]
    assert len(in_full) == 3
    assert "7 more  warning  tag-mutable" in text
    assert by_place == [f"shop-env/{index:02}.yaml:4:3" for index in range(3, 10)]


def test_a_few_findings_of_a_kind_and_all_of_them_with_v_are_shown_in_full() -> None:
    assert "more  warning" not in shown(_alike(8))
    assert "more  warning" not in shown(_alike(10), Verbosity.VERBOSE)


@pytest.mark.parametrize(
    ("line", "path", "shown_as"),
    [
        ("kind: Secret", "kind", "kind: Secret"),
        ("  name: db", "metadata.name", "name: db"),
        ("{kind: Secret, stringData: {a: hunter2}}", "kind", "********"),
        ("- literals: [a=hunter2]", "metadata.name", "- literals: ********"),
        ("  other: hunter2", "stringData.other", "other: ********"),
        ("  kind: hunter2", "stringData.kind", "kind: ********"),
    ],
)
def test_of_a_secret_only_what_it_is_can_be_seen(line: str, path: str, shown_as: str) -> None:
    finding = replace(secret_finding(), rule="file-unlisted", path=path)

    assert shown_line(line, 3, len(line) + 1, finding=finding)[0] == shown_as
