"""Texts with expressions, as Flux documents them, and as its own library reads them."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitlint_ops.build.flux.envsubst import UNKNOWN, lookup_in, missing_in, substituted
from gitlint_ops.build.flux.expressions import NO_CLOSING_BRACE, NotReadable, parse

from ..delivery.oracles import ask

VARIABLES = {
    "cluster_env": "prod",
    "cluster_region": "eu-central-1",
    "path": "bash.string.txt",
    "name": "abcABC123ABCabc",
    "first": "Abc",
    "quote": '"',
    "id": "123",
    "empty": "",
}

# fluxcd.io/flux/components/kustomize/kustomizations (post build variable substitution), and the table of
# functions of fluxcd/pkg/envsubst.
DOCUMENTED = {
    "${cluster_env:=dev}": "prod",
    "${cluster_size:=small}": "small",
    "${empty:=small}": "small",
    "${empty:-small}": "small",
    "${cluster_size=small}": "small",
    "${cluster_region}": "eu-central-1",
    "${undefined}": "",
    "$cluster_env": "$cluster_env",
    "$${cluster_env}": "${cluster_env}",
    "${quote}${id}${quote}": '"123"',
    "${#cluster_env}": "4",
    "${cluster_env^}": "Prod",
    "${cluster_env^^}": "PROD",
    "${first,}": "abc",
    "${name,,}": "abcabc123abcabc",
    "${cluster_region:3}": "central-1",
    "${cluster_region:3:7}": "central",
    "${path#*.}": "string.txt",
    "${path##*.}": "txt",
    "${path%.*}": "bash.string",
    "${path%%.*}": "bash",
    "${name/abc/xyz}": "xyzABC123ABCabc",
    "${name//abc/xyz}": "xyzABC123ABCxyz",
    "${name/#abc/xyz}": "xyzABC123ABCabc",
    "${name/%abc/xyz}": "abcABC123ABCxyz",
    "${undefined:=${cluster_env}-${id}}": "prod-123",
}


@pytest.mark.parametrize("text", DOCUMENTED)
def test_documented_expressions_come_to_what_is_documented(text: str) -> None:
    lookup = lookup_in(VARIABLES, open_ended=False)

    assert substituted(text, lookup, keep_missing=False) == DOCUMENTED[text]


@pytest.mark.parametrize(
    "text", ["${var-default}", "${var+other}", "${var?why}", "${array[@]}", "${a.b}", "${a b}"]
)
def test_what_shells_know_and_flux_does_not_is_refused(text: str) -> None:
    with pytest.raises(NotReadable) as raised:
        parse(f"one {text}")

    assert (raised.value.reason, raised.value.start) == (NO_CLOSING_BRACE, 4)


def test_an_expression_whose_value_is_not_known_stays_as_it_is() -> None:
    lookup = lookup_in({"secret": UNKNOWN, "a": "1"}, open_ended=False)

    text = substituted("${a}-${secret:=x}-${a:=${secret}}-${none}", lookup, keep_missing=True)

    assert text == "1-${secret:=x}-${a:=${secret}}-${none}"


def test_a_default_takes_away_the_want_of_a_value_but_not_within_it() -> None:
    lookup = lookup_in({}, open_ended=False)
    pieces = parse("${a} ${b:=x} ${c:=${d}} ${e^^}")

    assert [name for one in pieces for name in missing_in(one, lookup)] == ["a", "d", "e"]


@given(st.text(alphabet="abc ${}:=-/#%^,\\", max_size=40))
def test_text_without_expressions_comes_out_as_it_is(text: str) -> None:
    lookup = lookup_in(VARIABLES, open_ended=False)
    plain = text.replace("${", "$").replace("$$", "$")
    while "$$" in plain:
        plain = plain.replace("$$", "$")

    assert substituted(plain.replace("${", "{"), lookup, keep_missing=False) == plain.replace("${", "{")


def chance_text(rng: random.Random) -> str:
    if rng.random() < 0.4:
        tokens = [
            "$",
            "{",
            "}",
            ":",
            "=",
            "-",
            "/",
            "#",
            "%",
            ",",
            "^",
            " ",
            "\n",
            "*",
            "\\",
            "$$",
            "${",
            "x",
            "é",
        ]
        return "".join(rng.choice([*tokens, *VARIABLES]) for _ in range(rng.randint(1, 14)))
    return "".join(
        rng.choice(["k: ", "$$", "$x", " ", "\n", expression(rng), expression(rng)]) for _ in range(4)
    )


def expression(rng: random.Random, depth: int = 0) -> str:
    name = rng.choice([*VARIABLES, "missing", "é1"])
    operator = rng.choice(
        ["", "^", ",,", "=", ":=", ":-", ":?", ":", "/", "//", "/#", "/%", "#", "##", "%", "%%"]
    )
    if operator in ("", "^", ",,"):
        return f"${{{name}{operator}}}"
    if operator == ":":
        start, length = rng.choice(["0", "1", "-2", "99", "x", " 1"]), rng.choice(["", ":2", ":-1", ":z"])
        return f"${{{name}:{start}{length}}}"
    first, second = argument(rng, depth), argument(rng, depth)
    return f"${{{name}{operator}{first}{f'/{second}' if operator.startswith('/') else ''}}}"


def argument(rng: random.Random, depth: int) -> str:
    if depth < 2 and rng.random() < 0.2:
        return expression(rng, depth + 1)
    parts = ["a", "b", "*", "?", ".", "/", "-", "[a-c]", "[^b]", "\\", "\\/", "é", " ", "$", "$$"]
    return "".join(rng.choice(parts) for _ in range(rng.randint(0, 4)))


def ours(text: str, *, strict: bool) -> dict[str, Any]:
    lookup = lookup_in(VARIABLES, open_ended=False)
    try:
        missing = [name for one in parse(text) for name in missing_in(one, lookup)]
        if strict and missing:
            return {"error": "variable not set"}
        return {"text": substituted(text, lookup, keep_missing=False)}
    except NotReadable as error:
        return {"error": error.reason}


def test_generated_texts_come_out_as_flux_makes_them(flux: Path) -> None:
    rng = random.Random(7)
    asked = [(chance_text(rng), rng.random() < 0.3) for _ in range(3_000)]
    questions = [
        {"mode": "expand", "document": text, "vars": VARIABLES, "strict": strict} for text, strict in asked
    ]

    for (text, strict), said in zip(asked, ask(flux, questions), strict=True):
        found = ours(text, strict=strict)
        if "error" in said:
            assert found.get("error", "-") in said["error"], (text, strict, said)
        else:
            assert found == said, (text, strict)
