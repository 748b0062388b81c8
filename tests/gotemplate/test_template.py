"""What users of the package rely on: faults with their place, and values that only a run knows."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gitlint_ops.gotemplate.builtins import BUILTINS
from gitlint_ops.gotemplate.faults import Budget, TemplateFault, Unverifiable
from gitlint_ops.gotemplate.template import parse

from . import oracle

FUNCTIONS = oracle.FUNCTIONS["applicationset"]
MADE_AT_RANDOM = {
    *(
        "genCAWithKey",
        "genSelfSignedCert",
        "genSelfSignedCertWithKey",
        "genSignedCert",
        "genSignedCertWithKey",
    ),
    *("buildCustomCert", "decryptAES"),
}
"""Functions of keys and certificates, which are never evaluated."""


def render(text: str, data: Any = None, **options: Any) -> str:
    return parse(text, "base").render(data or {}, FUNCTIONS, **options)


def test_numbers_of_the_data_print_as_go_prints_those_of_json() -> None:
    assert render("{{ .n }} {{ .m }}", {"n": 1_000_000, "m": 3}) == "1e+06 3"


def test_an_application_set_gets_names_as_dns_has_them() -> None:
    assert (
        render("{{ normalize .b }}/{{ slugify 10 true .b }}", {"b": "Feat/My_Branch"})
        == "feat-my-branch/feat-my"
    )


def test_a_missing_key_prints_as_no_value_unless_it_is_an_error() -> None:
    assert render("{{ .name }}") == "<no value>"
    with pytest.raises(TemplateFault) as fault:
        render("a\n  {{ .name }}", missing_key="error")
    assert (fault.value.line, fault.value.column) == (2, 6)
    assert fault.value.message == (
        'template: base:2:5: executing "base" at <.name>: map has no entry for key "name"'
    )


def test_a_fault_of_syntax_has_its_place() -> None:
    with pytest.raises(TemplateFault) as fault:
        parse("ok\n{{ if .a }}\nx", "base")
    assert fault.value.message == "template: base:3: unexpected EOF"
    assert fault.value.line == 3


def test_a_function_that_is_not_known_is_told_before_anything_is_rendered() -> None:
    with pytest.raises(TemplateFault) as fault:
        parse("{{ .a }}\n{{ if false }}{{ uper .b }}{{ end }}", "base").render({}, BUILTINS, "error")
    assert fault.value.message == 'template: base:2: function "uper" not defined'
    assert (fault.value.line, fault.value.column) == (2, 18)


@pytest.mark.parametrize("text", oracle.cases("unknown"))
def test_what_only_a_run_knows_is_said_to_be_so(text: str) -> None:
    with pytest.raises(Unverifiable) as unknown:
        render(text, oracle.data())
    assert unknown.value.line == 1


def test_a_function_that_is_not_called_asks_for_no_run() -> None:
    assert (
        render(
            "{{ if false }}{{ now }}{{ end }}{{ keys .m | sortAlpha | join `,` }}", {"m": {"b": 1, "a": 2}}
        )
        == "a,b"
    )


def test_the_data_stays_as_it_was() -> None:
    data = {"m": {"a": 1}}
    assert render('{{ $_ := set .m "b" 2 }}{{ .m }}', data) == "map[a:1 b:2]"
    assert data == {"m": {"a": 1}}


GROWING = "{{ $a := list 1 }}" + "{{ $a = list $a $a }}" * 60
NESTED = "{{ $a := list 1 }}{{ range until 5000 }}{{ $a = list $a }}{{ end }}"


@pytest.mark.parametrize(
    "text",
    [
        "{{ range until 100000000 }}x{{ end }}",
        "{{ range 100000 }}{{ range 100000 }}{{ end }}{{ end }}",
        '{{ repeat 100000000 "x" }}',
        "{{ $a := `aaaaaaaaaa` }}" + "{{ $a = print $a $a }}" * 40,
        f"{GROWING}{{{{ $a }}}}",
        f"{GROWING}{{{{ toPrettyJson $a }}}}",
        f"{GROWING}{{{{ deepEqual $a (deepCopy $a) }}}}",
        f"{NESTED}{{{{ $a }}}}",
        f"{NESTED}{{{{ toJson $a }}}}",
        '{{ define "a" }}{{ template "a" . }}{{ end }}{{ template "a" . }}',
        '{{ $d := dict }}{{ $_ := set $d "l" (list $d) }}{{ $d }}',
        '{{ regexFindAll "(a|aa)+$" (repeat 100000 "a") -1 }}',
        '{{ regexFind "((((((a{9}){9}){9})*)*)*)b" (repeat 10000 "a") }}',
        f"{{{{ {'(' * 5000}1{')' * 5000} }}}}",
        "{{ if 1 }}" * 5000 + "{{ end }}" * 5000,
        '{{ printf "%999999d%999999d" 1 1 }}',
        '{{ join (repeat 100000 "x") (until 10000) }}',
        '{{ regexReplaceAll ".*" (repeat 10000 "x") (repeat 10000 "$0") }}',
        '{{ fromJson (repeat 100000 "[") }}',
        "{{ uniq (until 20000) }}",
        '{{ toDate (repeat 10000 "2006") (repeat 10000 "2006") }}',
        '{{ semverCompare (repeat 10000 ">1 ") "1.2.3" }}',
    ],
)
def test_what_costs_too_much_is_given_up(text: str) -> None:
    with pytest.raises(Unverifiable):
        render(text)


def test_a_regular_expression_takes_no_longer_than_its_text() -> None:
    assert render('{{ regexMatch "(a*)*b" (repeat 1000 "a") }}') == "false"


def test_a_budget_can_be_smaller() -> None:
    with pytest.raises(Unverifiable):
        render("{{ range until 50 }}x{{ end }}", budget=Budget(steps=40))


def test_every_function_has_a_case_that_go_is_asked_about() -> None:
    names = ("strings", "numbers", "lists", "dicts", "defaults", "encoding", "dates", "unknown", "language")
    words = set(re.findall(r"\w+", "\n".join(line for name in names for line in oracle.cases(name))))
    assert set(FUNCTIONS) - words - MADE_AT_RANDOM == set()
