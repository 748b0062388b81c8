"""The named formats that Kubernetes adds to CEL.

`validate` gives an optional list of complaints. The engine takes no optionals from Python, so the
list itself stands for one: an empty list is an optional without a value (see kubernetes_library).

Source: k8s.io/apiserver/pkg/cel/library/format.go
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from gitlint_ops.cel.opaque import FORMAT, opaque, text_of
from gitlint_ops.cel.url_functions import is_url

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LABEL_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_UUID = re.compile(r"(?i)[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")
_BASE64 = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATETIME = re.compile(
    r"(?i)([0-9]{4}-[0-9]{2}-[0-9]{2})t([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?(?:z|[+-][0-9]{2}:[0-9]{2})"
)


def named(name: str) -> dict[str, Any]:
    """The format of that name; an empty map stands for the optional without a value."""
    return opaque(FORMAT, name) if name in FORMATS else {}


def validate(held: Mapping[str, Any], text: str) -> list[str]:
    """What is wrong with `text`; nothing where it has the format."""
    name = text_of(held, FORMAT)
    return [] if FORMATS[name](text) else [f"{text!r} does not have the format {name}"]


def _matches(pattern: re.Pattern[str], longest: int) -> Callable[[str], bool]:
    return lambda text: len(text) <= longest and pattern.fullmatch(text) is not None


def _prefix(check: Callable[[str], bool]) -> Callable[[str], bool]:
    """A name to which a suffix is added: a `-` at its end is followed by something."""
    return lambda text: check(f"{text[:-2]}a" if len(text) > 1 and text.endswith("-") else text)


def _is_qualified_name(text: str) -> bool:
    prefix, slash, name = text.rpartition("/")
    return (not slash or _is_subdomain(prefix)) and len(name) <= 63 and _NAME.fullmatch(name) is not None


def _is_label_value(text: str) -> bool:
    return not text or (len(text) <= 63 and _NAME.fullmatch(text) is not None)


def _is_base64(text: str) -> bool:
    return _BASE64.fullmatch(text) is not None


def _is_date(text: str) -> bool:
    try:
        return _DATE.fullmatch(text) is not None and date.fromisoformat(text) is not None
    except ValueError:
        return False


def _is_datetime(text: str) -> bool:
    found = _DATETIME.fullmatch(text)
    if found is None or not _is_date(found[1]):
        return False
    return int(found[2]) < 24 and int(found[3]) < 60 and int(found[4]) < 60


_is_label = _matches(_LABEL, 63)
_is_label_1035 = _matches(_LABEL_1035, 63)
_is_subdomain = _matches(_SUBDOMAIN, 253)

FORMATS: Mapping[str, Callable[[str], bool]] = {
    "dns1123Label": _is_label,
    "dns1123Subdomain": _is_subdomain,
    "dns1035Label": _is_label_1035,
    "qualifiedName": _is_qualified_name,
    "dns1123LabelPrefix": _prefix(_is_label),
    "dns1123SubdomainPrefix": _prefix(_is_subdomain),
    "dns1035LabelPrefix": _prefix(_is_label_1035),
    "labelValue": _is_label_value,
    "uri": is_url,
    "uuid": _matches(_UUID, 64),
    "byte": _is_base64,
    "date": _is_date,
    "datetime": _is_datetime,
}
