"""The syntaxes of names, labels and keys; each function says what is wrong with a text, or "".

Sources: k8s.io/apimachinery/pkg/api/validate/content, pkg/util/validation/validation.go and
pkg/api/validation/path/name.go.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

Syntax: TypeAlias = Callable[[str], str]

_LABEL = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?")
_LABEL_1035 = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*")
_QUALIFIED = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?")
_CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_ENVIRONMENT_NAME = re.compile(r"[-._a-zA-Z][-._a-zA-Z0-9]*")
_RELAXED_ENVIRONMENT_NAME = re.compile(r"[ -<>-~]+")
_HEADER = re.compile(r"[-A-Za-z0-9]+")
_PORT_NAME = re.compile(r"[-a-z0-9]+")

_LETTERS = "lower-case letters, digits and '-'"
_ENDS = "with a letter or digit at both ends"


def dns_label(text: str) -> str:
    """RFC 1123: namespaces, containers, volumes."""
    if len(text) > 63:
        return _too_long(text, 63)
    return "" if _LABEL.fullmatch(text) else f"use only {_LETTERS}, {_ENDS}"


def dns_1035_label(text: str) -> str:
    """RFC 1035: as a DNS label, but beginning with a letter."""
    if len(text) > 63:
        return _too_long(text, 63)
    return "" if _LABEL_1035.fullmatch(text) else f"use only {_LETTERS}, beginning with a letter"


def dns_subdomain(text: str) -> str:
    """RFC 1123 with dots: the names of most objects."""
    if len(text) > 253:
        return _too_long(text, 253)
    return "" if _SUBDOMAIN.fullmatch(text) else f"use only {_LETTERS} and '.', {_ENDS} of each part"


def wildcard_subdomain(text: str) -> str:
    """A host name that may begin with `*.`."""
    return dns_subdomain(text.removeprefix("*."))


def path_segment(text: str) -> str:
    """What can stand in a URL's path: the names of RBAC objects."""
    if text in (".", ".."):
        return "it must be a name, not a folder"
    wrong = next((mark for mark in "/%" if mark in text), "")
    return f"it must not contain '{wrong}'" if wrong else ""


def qualified_name(text: str) -> str:
    """A label's key or a finalizer: a name, with a DNS subdomain and `/` before it or not."""
    prefix, slash, name = text.rpartition("/")
    if slash and (wrong := dns_subdomain(prefix)):
        return f"before '/': {wrong}" if prefix else "nothing stands before '/'"
    if len(name) > 63:
        return _too_long(name, 63)
    return "" if _QUALIFIED.fullmatch(name) else f"use only letters, digits, '-', '_' and '.', {_ENDS}"


def annotation_key(text: str) -> str:
    """A qualified name in which capitals do not matter."""
    return qualified_name(text.lower())


def label_value(text: str) -> str:
    """At most 63 characters; may be empty."""
    if len(text) > 63:
        return _too_long(text, 63)
    if not text or _QUALIFIED.fullmatch(text):
        return ""
    return f"use only letters, digits, '-', '_' and '.', {_ENDS}"


def config_key(text: str) -> str:
    """A key of a ConfigMap or Secret, which becomes a file's name."""
    if len(text) > 253:
        return _too_long(text, 253)
    if not _CONFIG_KEY.fullmatch(text):
        return "use only letters, digits, '-', '_' and '.'"
    return "it must be a file's name" if text == "." or text.startswith("..") else ""


def environment_name(text: str) -> str:
    """An environment variable's name before Kubernetes 1.32."""
    if not _ENVIRONMENT_NAME.fullmatch(text):
        return "use only letters, digits, '-', '_' and '.', not beginning with a digit"
    return "it must not be '.' or begin with '..'" if text == "." or text.startswith("..") else ""


def relaxed_environment_name(text: str) -> str:
    """An environment variable's name since Kubernetes 1.32."""
    if _RELAXED_ENVIRONMENT_NAME.fullmatch(text):
        return ""
    return "use only printable ASCII characters other than '='"


def header_name(text: str) -> str:
    """An HTTP header's name."""
    return "" if _HEADER.fullmatch(text) else "use only letters, digits and '-'"


def port_name(text: str) -> str:
    """A container port's name (IANA service name)."""
    if len(text) > 15:
        return _too_long(text, 15)
    if not _PORT_NAME.fullmatch(text):
        return f"use only {_LETTERS}"
    if not any(mark.isalpha() for mark in text):
        return "it needs at least one letter"
    if "--" in text:
        return "it must not contain '--'"
    return "it must not begin or end with '-'" if text[0] == "-" or text[-1] == "-" else ""


def as_prefix(syntax: Syntax) -> Syntax:
    """The syntax for a `generateName`, to which random letters and digits are added."""
    return lambda text: syntax(f"{text[:-1]}a" if text.endswith("-") else text)


def _too_long(text: str, most: int) -> str:
    return f"it has {len(text)} characters, at most {most} are allowed"
