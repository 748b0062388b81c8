"""Our text/template and sprig beside Go's own, template by template and byte for byte.

Of errors only that they are errors must be the same: `pytest --log-cli-level=INFO` says how many are in the
same words.
"""

from __future__ import annotations

import logging
from pathlib import Path
from random import Random

import pytest

from . import oracle
from .oracle import Question
from .random_templates import Maker, data

LOG = logging.getLogger(__name__)
PARTS = ("strings", "numbers", "lists", "dicts", "defaults", "encoding", "dates")
MISSING_KEYS = ("default", "invalid", "zero", "error")
SEEDS = (3, 5, 6)
OVER_LINES = (
    "{{ .a\n| len }}",
    "{{ .a }}\n{{ .b\n",
    "line1\nline2 {{ .m.k.z }}\n",
    "{{ range .l }}\n{{ foo }}{{end}}",
    "x\n{{ if\n.a }}\ny{{ end }}",
    '{{ "a\nb" }}',
    "a {{- /* one\ntwo */ -}} \n b {{ . | len }}",
    '{{template "a"}}{{define "a"}}{{template "b" 1}}{{end}}{{define "b"}}b{{.}}{{end}}',
    '{{define "r"}}{{if .}}x{{template "r" false}}{{end}}{{end}}{{template "r" true}}',
    '{{ define "base" }}1{{ end }}{{ define "base" }}2{{ end }}',
    "",
)


@pytest.fixture(scope="module")
def go() -> Path:
    found = oracle.find()
    if isinstance(found, str):
        pytest.skip(found)
    return found


def agree(go: Path, questions: list[Question]) -> None:
    """That Go and we make the same of each template; what is unknown here is left out, and rare."""
    theirs = oracle.ask(go, questions)
    ours = [oracle.answered(question) for question in questions]
    differing = [
        (question, one, other)
        for question, one, other in zip(questions, theirs, ours, strict=True)
        if ("error" in one) != ("error" in other) or one.get("output") != other.get("output")
    ]
    known = [found for found in differing if "unknown" not in found[2]]
    assert known[:3] == []
    assert len(differing) - len(known) <= len(questions) // 50
    wrong = [
        (one["error"], other["error"])
        for one, other in zip(theirs, ours, strict=True)
        if "error" in one and "error" in other
    ]
    alike = sum(one == other for one, other in wrong)
    LOG.info("%d templates agree; of %d errors, %d in the same words", len(questions), len(wrong), alike)


@pytest.mark.parametrize("part", PARTS)
def test_every_function_of_sprig_yields_what_it_yields_in_go(go: Path, part: str) -> None:
    agree(go, [{"template": one, "data": oracle.data()} for one in oracle.cases(part)])


@pytest.mark.parametrize("missing_key", MISSING_KEYS)
def test_the_language_is_that_of_go_with_each_option_for_missing_keys(go: Path, missing_key: str) -> None:
    templates = [*oracle.cases("language"), *OVER_LINES]
    asked = {"data": oracle.data(), "missingkey": missing_key}
    agree(go, [{"template": one, "mode": "go", **asked} for one in templates])


@pytest.mark.parametrize("seed", SEEDS)
def test_templates_made_at_random_yield_what_they_yield_in_go(go: Path, seed: int) -> None:
    maker = Maker(seed)
    agree(
        go,
        [
            {"template": maker.template(), "data": data(), "missingkey": MISSING_KEYS[index % 4]}
            for index in range(1_500)
        ],
    )


def test_regular_expressions_find_what_they_find_in_go(go: Path) -> None:
    random = Random(1)
    asked: list[Question] = []
    for _ in range(1_500):
        pattern, text = (
            _expression(random, 3),
            "".join(random.choices("aab bc\n1_-.é", k=random.randint(0, 9))),
        )
        call = random.choice(
            (
                "{{ regexFindAll .p .t -1 | toJson }}{{ regexFind .p .t }}",
                '{{ regexReplaceAll .p .t "<$1|${0}>" }}',
                "{{ regexSplit .p .t -1 | toJson }}{{ regexMatch .p .t }}",
            )
        )
        asked.append({"template": call, "data": {"p": pattern, "t": text}})
    agree(go, asked)


_ATOMS = (
    *("a", "b", "c", ".", "^", "$", "\\b", "\\B", "\\d", "\\w", "\\S", "[ab]", "[^a]", "[a-c1]", "\\n", "é"),
    *("[[:alpha:]]", "\\pL", "\\.", "-", "", "\\A", "\\z", "(?i)A", "(?s).", "(?m)^", "(?m:$)", "[\\d_]"),
)
_REPEATS = ("*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{2,}", "{,1}", "**")


def _expression(random: Random, depth: int) -> str:
    parts: list[str] = []
    for _ in range(random.randint(1, 3)):
        atom = random.choice(_ATOMS)
        if depth and random.random() < 0.45:
            inner = _expression(random, depth - 1)
            atom = random.choice(
                (f"({inner})", f"(?:{inner})", f"({inner}|{_expression(random, depth - 1)})")
            )
        repeat = random.choice(_REPEATS) if random.random() < 0.4 else ""
        parts.append(atom + repeat)
    return "".join(parts)


def test_classic_templates_are_replaced_as_fasttemplate_does(go: Path) -> None:
    random = Random(2)
    pieces = (
        "{{",
        "}}",
        "{",
        "}",
        " ",
        "name",
        "path.basename",
        "number",
        "none",
        "\n",
        "-",
        "{{name}}",
        "{{ name }}",
    )
    parameters = {"name": "prod", "path.basename": "web {{x}}", "number": 3, "empty": "", "": "nothing"}
    texts = ["".join(random.choices(pieces, k=random.randint(0, 9))) for _ in range(1_000)]
    agree(go, [{"template": text, "data": parameters, "mode": "classic"} for text in texts])
