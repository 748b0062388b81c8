"""All functions of sprig."""

from __future__ import annotations

from gitlint_ops.gotemplate.signatures import Functions
from gitlint_ops.gotemplate.sprig.dates import DATES
from gitlint_ops.gotemplate.sprig.defaults import DEFAULTS
from gitlint_ops.gotemplate.sprig.dicts import DICTS
from gitlint_ops.gotemplate.sprig.encoding import ENCODING
from gitlint_ops.gotemplate.sprig.lists import LISTS
from gitlint_ops.gotemplate.sprig.numbers import NUMBERS
from gitlint_ops.gotemplate.sprig.patterns import PATTERNS
from gitlint_ops.gotemplate.sprig.strings import STRINGS
from gitlint_ops.gotemplate.sprig.urls import URLS
from gitlint_ops.gotemplate.sprig.versions import VERSIONS

SPRIG: Functions = {
    **STRINGS,
    **NUMBERS,
    **LISTS,
    **DICTS,
    **DEFAULTS,
    **ENCODING,
    **DATES,
    **URLS,
    **VERSIONS,
    **PATTERNS,
}
"""Without env, expandenv and getHostByName, which look at the machine."""
