"""sprig's functions of regular expressions.

Source: regex.go of github.com/Masterminds/sprig/v3, regexp/regexp.go of Go.
"""

from __future__ import annotations

import re

from gitlint_ops.gotemplate.faults import Budget, FunctionFault
from gitlint_ops.gotemplate.regex.machine import Captures, Regex
from gitlint_ops.gotemplate.signatures import Functions, function, simple
from gitlint_ops.gotemplate.values import Slice, Value, strings

_REFERENCE = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))")
_SPECIAL = re.compile(r"[\\.+*?()|\[\]{}^$]")


def _is_match(budget: Budget, pattern: str, text: str) -> bool:
    return Regex(pattern).search(text, 0, budget) is not None


def _matches(budget: Budget, pattern: str, text: str) -> bool:
    try:
        return _is_match(budget, pattern, text)
    except FunctionFault:
        return False


def _find(budget: Budget, pattern: str, text: str) -> str:
    found = Regex(pattern).search(text, 0, budget)
    return "" if found is None else text[found[0] : found[1]]


def _find_all(budget: Budget, pattern: str, text: str, most: int) -> Value:
    found = [text[one[0] : one[1]] for one in Regex(pattern).find_all(text, most, budget)]
    return strings(found) if found else Slice(element="string", is_nil=True)


def _replace_all(budget: Budget, pattern: str, text: str, replacement: str) -> str:
    return _replaced(budget, Regex(pattern), text, replacement, expands="$" in replacement)


def _replace_all_literal(budget: Budget, pattern: str, text: str, replacement: str) -> str:
    return _replaced(budget, Regex(pattern), text, replacement, expands=False)


def _replaced(budget: Budget, regex: Regex, text: str, replacement: str, *, expands: bool) -> str:
    made: list[str] = []
    characters, behind, position = 0, 0, 0
    while position <= len(text):
        found = regex.search(text, position, budget)
        if found is None:
            break
        made.append(text[behind : found[0]])
        if found[1] > behind or found[0] == 0:
            longest = len(replacement) + (replacement.count("$") * (found[1] - found[0]) if expands else 0)
            budget.make(longest, characters)
            made.append(_expanded(regex, text, replacement, found) if expands else replacement)
            characters += len(made[-1])
        behind = found[1]
        position = max(position + 1, found[1])
    return "".join([*made, text[behind:]])


def _expanded(regex: Regex, text: str, replacement: str, found: Captures) -> str:
    def group(reference: re.Match[str]) -> str:
        if reference[1]:
            return "$"
        name = reference[2] or reference[3]
        is_number = name.isascii() and name.isdigit() and (name == "0" or name[0] != "0") and len(name) < 9
        number = int(name) if is_number else regex.names.get(name, -1)
        if not 0 <= number <= regex.groups or found[2 * number] < 0:
            return ""
        return text[found[2 * number] : found[2 * number + 1]]

    return _REFERENCE.sub(group, replacement)


def _split(budget: Budget, pattern: str, text: str, most: int) -> Value:
    regex = Regex(pattern)
    if most == 0:
        return Slice(element="string", is_nil=True)
    if pattern and not text:
        return strings([""])
    parts: list[str] = []
    start = end = 0
    for found in regex.find_all(text, most, budget):
        if len(parts) == most - 1:
            break
        end = found[0]
        if found[1] != 0:
            parts.append(text[start:end])
        start = found[1]
    if end != len(text):
        parts.append(text[start:])
    return strings(parts)


PATTERNS: Functions = {
    "regexMatch": function("string, string", _matches),
    "mustRegexMatch": function("string, string", _is_match),
    "regexFind": function("string, string", _find),
    "mustRegexFind": function("string, string", _find),
    "regexFindAll": function("string, string, int", _find_all),
    "mustRegexFindAll": function("string, string, int", _find_all),
    "regexReplaceAll": function("string, string, string", _replace_all),
    "mustRegexReplaceAll": function("string, string, string", _replace_all),
    "regexReplaceAllLiteral": function("string, string, string", _replace_all_literal),
    "mustRegexReplaceAllLiteral": function("string, string, string", _replace_all_literal),
    "regexSplit": function("string, string, int", _split),
    "mustRegexSplit": function("string, string, int", _split),
    "regexQuoteMeta": simple("string", lambda text: _SPECIAL.sub(lambda one: f"\\{one[0]}", text)),
}
