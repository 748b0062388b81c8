"""Our text/template and sprig beside Go's own, template by template and byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.gotemplate import oracle
from tests.gotemplate.random_templates import Maker, data

_PARTS = ("strings", "numbers", "lists", "dicts", "defaults", "encoding", "dates")
_MISSING_KEYS = ("default", "invalid", "zero", "error")
