"""Templates made at random: most of them are right, some stop, some do not parse."""

from __future__ import annotations

from random import Random
from typing import Any

_TEXTS = (
    "",
    " ",
    "a",
    "apps/prod-eu",
    "Hello World",
    "my_App.v1",
    "1.2.3",
    "12",
    "0x1F",
    "a,b,,c",
    "é☃",
    "3.5",
    "true",
)
_PATTERNS = ("[a-z]+", "a|b", "(x)?", "\\\\d+", "^.", "o*", "[^,]+", "(?i)HELLO", "$", "\\\\bp")
_NAMES = ("text", "number", "whole", "yes", "nothing", "list", "words", "map", "deep", "absent", "empty")

# What each function takes: t text, i int, n number, l list, m map, b bool, p pattern, a anything, and d a new
# map: Go does not survive maps that hold themselves.
_FUNCTIONS = {
    "t": """
        upper t; lower t; title t; untitle t; trim t; trunc i t; substr 0 i t; repeat i t; trimPrefix t
        t; trimSuffix t t; trimAll t t; replace t t t; quote a; squote a; cat a a; snakecase t;
        camelcase t; kebabcase t; swapcase t; nospace t; initials t; abbrev i t; indent i t; nindent i
        t; toString a; join t l; b64enc t; b64dec t; sha256sum t; toJson a; printf `%v` a; printf
        `%s-%d` a a; printf `%5v|%-6q` a a; print a a; println a; html a; js t; urlquery a; base t; dir
        t; ext t; clean t; normalize t; slugify t; toYaml a; regexFind p t; regexReplaceAll p t t;
        typeOf a; kindOf a; plural t t i; wrap i t; toRawJson a; default t t; ternary t t b; coalesce t
        t; regexReplaceAllLiteral p t t; toPrettyJson a; printf `%05.1f|%+d|%x` a a a; wrapWith i t t;
        b32enc t; b32dec t; abbrevboth i i t; seq i i
    """,
    "i": """
        len l; len t; int a; atoi t; len m; int n
    """,
    "n": """
        add a a; sub a a; mul a a; max a a; min a a; add1 a; float64 a; int64 a; floor a; ceil a; div a
        a; mod a a; round a i; addf a a; mulf a a; subf a a; divf a a; toDecimal a; maxf a a
    """,
    "l": """
        list a a; until i; append l a; prepend l a; rest l; initial l; reverse l; uniq l; compact l;
        without l a; concat l l; slice l 0 1; splitList t t; sortAlpha l; toStrings a; chunk i l;
        regexFindAll p t i; regexSplit p t i; untilStep i i i; list; default l l
    """,
    "m": """
        dict t a; dict t a t a; pick m t; omit m t; merge d m; set d t a; deepCopy m; dict;
        mergeOverwrite d m; unset m t; split t t
    """,
    "b": """
        eq a a; ne t t; lt n n; ge i i; le n n; gt i i; ge t t; not a; empty a; contains t t; hasPrefix
        t t; hasSuffix t t; has a l; hasKey m t; regexMatch p t; kindIs t a; all a a; any a a; and b b;
        or b b; eq i i; eq t t; deepEqual a a; lt i i; isAbs t; typeIs t a
    """,
    "a": """
        first l; last l; index l 0; index m t; get m t; default a a; coalesce a a; and a a; or a a a;
        ternary a a b; fromJson t; dig t a m; dig t t a m; index a i; len l; first l; index m t
    """,
}

_PLAIN = {
    "t": (*(f'"{one}"' for one in _TEXTS), *("$.text", "$.map.a", '"a"', '"b"') * 4),
    "i": ("0", "1", "2", "3", "5", "12", "-1"),
    "n": ("1.5", "$.number", "$.whole", "$.big", "2", "2e3", "-0.25", "0"),
    "l": ("$.list", "$.words", "$.map.list"),
    "m": ("$.map", "$.deep", "$.empty", "$.deep.a"),
    "b": ("true", "false", "$.yes"),
}
_FIELDS = (".", "$", "$.text", ".map.a", ".deep.a.b.c", ".absent.a", ".nothing", "$.map.b")


def _choices(kind: str) -> list[str]:
    return [" ".join(one.split()) for one in _FUNCTIONS[kind].split(";")]


def data() -> dict[str, Any]:
    """What the templates are rendered with."""
    return {
        "text": "apps/prod",
        "number": 2.5,
        "whole": 3,
        "big": 12345.5,
        "yes": True,
        "nothing": None,
        "list": ["b", "a", 1, None, "b", True],
        "words": ["prod", "dev", "Stage"],
        "map": {"a": "x", "b": 2, "list": [1, 2], "nothing": None},
        "deep": {"a": {"b": {"c": "end"}}},
        "empty": {},
    }


class Maker:
    """Makes templates; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._variables: list[str] = []

    def template(self) -> str:
        self._variables = []
        text = self._body(3)
        return self._spoiled(text) if self._random.random() < 0.08 else text

    def _spoiled(self, text: str) -> str:
        at = self._random.randrange(len(text) + 1)
        if self._random.random() < 0.5:
            return text[:at] + text[at + 1 :]
        return text[:at] + self._random.choice("{}()|.$\"' -:=,@x1\n") + text[at:]

    def _body(self, depth: int) -> str:
        held = len(self._variables)
        parts = [self._part(depth) for _ in range(self._random.randint(1, 3))]
        del self._variables[held:]
        return "".join(parts)

    def _part(self, depth: int) -> str:
        chance = self._random.random()
        if chance < 0.2:
            return self._random.choice(("text", " ", "\n  ", "x: ", "{", "}", "é "))
        if depth and chance < 0.4:
            return self._block(depth)
        if chance < 0.5:
            return self._declaration()
        return self._action(self._expression(self._random.choice("tttinlmba"), 2))

    def _action(self, inner: str) -> str:
        left = self._random.choice(("{{ ", "{{", "{{- "))
        right = self._random.choice((" }}", "}}", " -}}"))
        return f"{left}{inner}{right}"

    def _declaration(self) -> str:
        value = self._expression(self._random.choice("tinlmb"), 1)
        if self._variables and self._random.random() < 0.3:
            return self._action(f"{self._random.choice(self._variables)} = {value}")
        name = f"$v{len(self._variables)}"
        written = self._action(f"{name} := {value}")
        self._variables.append(name)
        return written

    def _block(self, depth: int) -> str:
        keyword = self._random.choice(("if", "if", "with", "range", "range", "range $i, $e :=", "with $w :="))
        kind = "l" if "range" in keyword else "b" if keyword == "if" else "m"
        head = self._action(f"{keyword} {self._expression(self._random.choice(kind + 'a'), 1)}")
        held = len(self._variables)
        self._variables += [one.strip(",") for one in keyword.split() if one[0] == "$"]
        body = self._body(depth - 1)
        if "range" in keyword and self._random.random() < 0.3:
            body += self._random.choice(
                ("{{ break }}", "{{ continue }}", "{{ if . }}{{ continue }}{{ end }}!")
            )
        del self._variables[held:]
        otherwise = self._random.choice(("", "", "{{ else }}" + self._body(depth - 1)))
        return f"{head}{body}{otherwise}{self._action('end')}"

    def _expression(self, kind: str, depth: int) -> str:
        if depth == 0 or kind not in _FUNCTIONS or self._random.random() < 0.2:
            return self._plain(kind)
        if self._random.random() < 0.015:
            kind = self._random.choice("tinlmba")
        name, *kinds = self._random.choice(_choices(kind)).split(" ")
        words = [one if one[0] in "`01" else self._argument(one, depth - 1) for one in kinds]
        if words and kinds[-1][0] not in "`01" and self._random.random() < 0.3:
            return f"{words[-1]} | {' '.join([name, *words[:-1]])}"
        return " ".join([name, *words])

    def _argument(self, kind: str, depth: int) -> str:
        written = self._expression(kind, depth)
        return f"({written})" if " " in written and written[0] != '"' else written

    def _plain(self, kind: str) -> str:
        chance = self._random.random()
        if chance < 0.12 and self._variables:
            return self._random.choice(self._variables)
        if chance < 0.135:
            return self._random.choice(_FIELDS)
        if kind == "p":
            return f'"{self._random.choice(_PATTERNS)}"'
        if kind == "d":
            return f'dict "a" {self._plain("t")} "c" (dict "d" {self._plain("i")})'
        if kind in _PLAIN:
            return self._random.choice(_PLAIN[kind])
        return (
            self._plain(self._random.choice("tinlmb")) if chance < 0.7 else f"$.{self._random.choice(_NAMES)}"
        )
