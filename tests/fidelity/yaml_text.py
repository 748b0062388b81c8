"""Values written as YAML in the many ways that people write it: styles, quotes, anchors, odd scalars."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

STRINGS = (
    *(
        "plain",
        "two words",
        "",
        " lead",
        "trail ",
        "a: b",
        "# no comment",
        "- x",
        "? x",
        "héllo wörld",
        "日本",
    ),
    *("\U0001f600 face", "tab\there", "yes", "No", "on", "y", "null", "~", "true", "0755", "0o17", "1_000"),
    *("12:30:45", "0x1F", "1e3", "1.50", ".5", "-", "=", "<<", "2001-01-01", "{}", "[a]", "it's", 'say "hi"'),
    *("%x", "@x", "`x`", "back\\slash", "a#b", "a:b", "x:", ":x", "!tag", "&a", "*a", "|", ">", ", x", "..."),
    *(
        "one\ntwo\n",
        "one\ntwo",
        "\nfirst empty",
        "one\n\n\nfour\n\n",
        "  indented\nless\n",
        "end space \nx\n",
    ),
    *(
        "tab\n\tin block\n",
        "key: value\nother:\n  - 1\n",
        '#!/bin/sh\necho "$(A_VAR)"\n',
        "a\u00a0b",
        "a\u2028b",
    ),
    *(
        "next\u0085line",
        "\u0085 \u0085",
        "\ufeffmark",
        "bell\x07",
        "<a href='x'>&</a>",
        "1" * 40,
        "word " * 30 + "end",
    ),
    *(
        "long" * 40,
        "http://example.com/" + "path/" * 20,
        "'" * 3,
        "a  b   c",
        "word " * 12 + "\n" + "more " * 25,
    ),
)
# kustomize writes these for its own transformers and when it prints, and cannot read them again.
REFUSED_STRINGS = ("del\x7fete", "c1\x9f", "no\ufffe")
SCALARS = (
    *("0755", "0o17", "1_000", "0x1F", "0b101", "1e3", "1.0", ".5", "5.", "+1", "-0", "-0.0", "1.5e-7", "08"),
    *("True", "FALSE", "yes", "Off", "y", "~", "null", "Null", "2001-01-01", "2001-12-14t21:59:43.10-05:00"),
    *("12:30", "190:20:30", "123456789012345678901234567890", "1e21", "1e20", "0.1"),
    *("!!str 123", '!!int "12"', "!!str true", "1.23456789012345678901", "3.0e+5", "0.00001", "<<x"),
    *("2001-01-01 10:00:00", "1e-7", "100000000000000000000000", "-12", "0x_1", "1__0", "._1", "-.5", "0.0"),
)
REFUSED_SCALARS = (".inf", "-.Inf", ".NaN", "*nowhere", "!!int x", "!!bool 1")

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*(?: [a-z]+)*\Z")
_WORDS_OF_TYPES = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])


class Raw(str):
    """A scalar that is written as it stands."""


class Pen:
    """Writes YAML; `oddity` (0 to 1) is how often it leaves the plain block style."""

    def __init__(self, random: Random, oddity: float) -> None:
        self._random = random
        self._oddity = oddity
        self._anchors = 0

    def _oddly(self, share: float = 1.0) -> bool:
        return self._oddity > 0 and self._random.random() < self._oddity * share

    def documents(self, bodies: Sequence[Any]) -> str:
        """A file of several documents."""
        texts = [self.document(body) for body in bodies]
        lead = "---\n" if texts and self._oddly() else ""
        if self._oddly(0.3):
            texts.insert(
                self._random.randint(0, len(texts)), self._random.choice(("", "# nothing\n", "null\n"))
            )
        return lead + "---\n".join(texts)

    def document(self, body: Any) -> str:
        comment = "# written by hand\n" if self._oddly(0.3) else ""
        if self._oddly(0.1):
            return f"{comment}{json.dumps(_plain(body))}\n"
        return comment + self._block(self._with_anchor(body), 0)

    def _with_anchor(self, body: Any) -> Any:
        """A mapping or list that stands in a body twice is written once, and then as an alias."""
        if not isinstance(body, dict) or not self._oddly(0.6):
            return body
        seen: dict[str, int] = {}
        for one in _containers(body):
            seen[_key(one)] = seen.get(_key(one), 0) + 1
        twice = [one for one, count in seen.items() if count > 1]
        return _Shared(body, self._random.choice(twice)) if twice else body

    def _block(self, value: Any, indent: int) -> str:
        if isinstance(value, _Shared):
            return _Anchoring(self, value).written()
        if isinstance(value, dict) and value:
            return "".join(self._member(key, item, indent) for key, item in value.items())
        if isinstance(value, list) and value:
            return "".join(self._item(item, indent) for item in value)
        return f"{' ' * indent}{self.flow(value)}\n"

    def _member(self, key: str, value: Any, indent: int) -> str:
        pad = " " * indent
        above, behind = self._comments(pad)
        if isinstance(value, dict | list) and value and not self._oddly(0.25):
            deeper = indent + (0 if isinstance(value, list) and self._random.random() < 0.5 else 2)
            return f"{above}{pad}{self._key(key)}:{behind}\n{self._block(value, deeper)}"
        text = self._scalar(value, indent)
        # Behind a block of text a comment would be a part of it.
        return f"{above}{pad}{self._key(key)}: {text}{'' if chr(10) in text else behind}\n"

    def _comments(self, pad: str) -> tuple[str, str]:
        """A line of comment, and one to stand at a line's end; mostly none."""
        above = f"{pad}# above\n" if self._oddly(0.1) else ""
        return above, "  # behind" if self._oddly(0.1) else ""

    def _item(self, value: Any, indent: int) -> str:
        if isinstance(value, dict | list) and value and not self._oddly(0.25):
            return f"{' ' * indent}- {self._block(value, indent + 2)[indent + 2 :]}"
        return f"{' ' * indent}- {self._scalar(value, indent)}\n"

    def _key(self, key: str) -> str:
        return key if _is_plain(key) else json.dumps(key, ensure_ascii=False)

    def _scalar(self, value: Any, indent: int) -> str:
        if isinstance(value, str) and not isinstance(value, Raw) and "\n" in value and _fits_block(value):
            return self._literal(value, indent)
        return self.flow(value)

    def _literal(self, text: str, indent: int) -> str:
        body = text.rstrip("\n")
        ends = len(text) - len(body)
        mark = "-" if ends == 0 else "" if ends == 1 else "+"
        hint = "2" if body[:1] in (" ", "\n") else ""
        pad = " " * (indent + 2)
        lines = "\n".join(f"{pad}{line}" if line else "" for line in body.split("\n"))
        return f"|{hint}{mark}\n{lines}" + "\n" * (ends - 1 if ends > 1 else 0)

    def json(self, value: Any) -> str:
        """Mostly as Go writes it: a JSON patch's `test` compares the very bytes of texts."""
        text = json.dumps(_plain(value), ensure_ascii=False)
        if self._random.random() < 0.1:
            return text
        for char in "<>&\u2028\u2029":
            text = text.replace(char, f"\\u{ord(char):04x}")
        return text

    def flow(self, value: Any) -> str:
        """A value on one line."""
        if isinstance(value, Raw):
            return str(value)
        if isinstance(value, dict):
            return (
                "{" + ", ".join(f"{self._key(key)}: {self.flow(item)}" for key, item in value.items()) + "}"
            )
        if isinstance(value, list):
            return "[" + ", ".join(self.flow(item) for item in value) + "]"
        if value is None:
            return "null" if not self._oddly() else "~"
        if isinstance(value, str):
            return self._text(value)
        return json.dumps(value)

    def _text(self, text: str) -> str:
        if _is_plain(text) and not self._oddly(0.3):
            return text
        if text.isprintable() and self._random.random() < 0.5:
            return "'" + text.replace("'", "''") + "'"
        bmp = all(ord(char) < 0x10000 for char in text)
        odd = any(not char.isprintable() and char not in "\n\t" for char in text)
        return json.dumps(text, ensure_ascii=bmp and (odd or self._random.random() < 0.3)).replace(
            "\x7f", "\\x7f"
        )


class _Shared:
    def __init__(self, body: Any, key: str) -> None:
        self.body, self.key = body, key


class _Anchoring:
    """Writes a body in flow style where one of its parts is anchored and then referred to."""

    def __init__(self, pen: Pen, shared: _Shared) -> None:
        self._pen, self._shared, self._seen = pen, shared, False

    def written(self) -> str:
        return "".join(
            f"{self._pen._key(key)}: {self._flow(value)}\n" for key, value in self._shared.body.items()
        )

    def _flow(self, value: Any) -> str:
        if not isinstance(value, dict | list) or not value:
            return self._pen.flow(value)
        lead = ""
        if _key(value) == self._shared.key:
            if self._seen:
                return "*same "
            self._seen, lead = True, "&same "
        if isinstance(value, dict):
            members = (f"{self._pen._key(key)}: {self._flow(item)}" for key, item in value.items())
            return f"{lead}{{{', '.join(members)}}}"
        return f"{lead}[{', '.join(self._flow(item) for item in value)}]"


def _is_plain(text: str) -> bool:
    return bool(_PLAIN.match(text)) and text.lower() not in _WORDS_OF_TYPES


def _fits_block(text: str) -> bool:
    return all(char.isprintable() or char in "\n\t" for char in text) and bool(text.strip("\n"))


def _key(value: Any) -> str:
    return json.dumps(value, sort_keys=False)


def _containers(value: Any) -> Iterator[Any]:
    items = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for item in items:
        if isinstance(item, dict | list) and item:
            yield item
        yield from _containers(item)


def _plain(value: Any) -> Any:
    """A value without scalars that only YAML can write."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Raw) else value
