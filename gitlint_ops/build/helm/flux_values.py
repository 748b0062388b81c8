"""The values of a HelmRelease: those that ConfigMaps and Secrets give it, and its own.

Source: github.com/fluxcd/pkg/chartutil (values.go, merge.go)
"""

from __future__ import annotations

import base64
import binascii
import copy
import json
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from gitlint_ops.build.flux.variables import Reference
from gitlint_ops.build.helm.set_syntax import SetFault, set_values
from gitlint_ops.build.helm.values import (
    SetKind,
    Setting,
    Values,
    ValuesLayer,
    blamed,
    layer_of_text,
    merged,
)
from gitlint_ops.discover.known import KnownObjects
from gitlint_ops.model.blame import Blame, Origin, Via, at, origin
from gitlint_ops.model.delivery import Owner
from gitlint_ops.model.findings import Violation
from gitlint_ops.model.location import PLAIN_TEXT, DocumentRef, FieldPath, FileRef
from gitlint_ops.model.made_secrets import made_keys
from gitlint_ops.model.near_names import near_name
from gitlint_ops.model.structure import value_at
from gitlint_ops.workspace.sources import Sources
from gitlint_ops.workspace.tree import Unreadable

FROM: FieldPath = ("spec", "valuesFrom")
VALUES: FieldPath = ("spec", "values")
SOURCE_MISSING = "substitute-source-missing"
RENDER_FAILED = "render-failed"

_DEFAULT_KEY = "values.yaml"
# Go prints larger numbers of a values file as 1e+06, but not those that are set by their path.
_LARGE = 1_000_000


class FluxValues(Struct):
    """The values of a release.

    `placed` were set by their path. `unknown` says which values are not known, `files` which were read.
    """

    values: Values
    placed: list[tuple[FieldPath, Any, Origin]] = field(default_factory=list)
    violations: list[Violation] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    files: set[FileRef] = field(default_factory=set)

    @property
    def layer(self) -> ValuesLayer:
        """All values as one file."""
        data = json.dumps(self.values.body, ensure_ascii=True, default=str).encode()
        return ValuesLayer("the values of the release", data, self.values.body, self.values.blame)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Large numbers that were set by their path, and are there in the end."""
        return tuple(
            Setting(SetKind.SET, f"{_as_set_path(path)}={value}", source)
            for path, value, source in self.placed
            if _is_large(value) and value_at(self.values.body, path) == value
        )


def _is_large(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _LARGE


def flux_values(owner: Owner, known: KnownObjects, sources: Sources) -> FluxValues:
    """The values of a HelmRelease; what is wrong with its references is noted."""
    found = FluxValues(Values({}, owner.origin(("spec",))))
    held = owner.value(*VALUES)
    # A copy: what is set by its path is set in the release's own values too, where those hold the mapping.
    own = Values(copy.deepcopy(held) if isinstance(held, dict) else {}, at(owner.object.blame, VALUES))
    entries = owner.value(*FROM)
    for index, entry in enumerate(entries if isinstance(entries, list) else ()):
        if isinstance(entry, Mapping):
            _Entry(owner, entry, (*FROM, index), known, sources).add_to(found, own)
    found.values = merged(found.values, own)
    for path, value, source in found.placed:
        if value_at(found.values.body, path) == value:
            blame = blamed(found.values, found.values.body, (path,), source)
            found.values = Values(found.values.body, blame)
    return found


class _Entry(Struct, frozen=True):
    """An entry of `valuesFrom`."""

    owner: Owner
    entry: Mapping[str, Any]
    path: FieldPath
    known: KnownObjects
    sources: Sources

    def text(self, name: str) -> str:
        value = self.entry.get(name)
        return value if isinstance(value, str) else ""

    @property
    def key(self) -> str:
        return self.text("valuesKey") or _DEFAULT_KEY

    @property
    def reference(self) -> Reference:
        """The object that it names."""
        namespace = self.owner.object.key.namespace
        optional = self.entry.get("optional") is True
        return Reference(self.text("kind"), namespace, self.text("name"), optional, (*self.path, "name"))

    def add_to(self, found: FluxValues, own: Values) -> None:
        """Merge what the entry gives into the values found so far."""
        reference = self.reference
        if reference.kind not in ("ConfigMap", "Secret") or not reference.name:
            return  # the schema says so
        held = self.known.get("", reference.kind, reference.namespace, reference.name)
        if held is None:
            self._absent(found)
            return
        given = _data(held.body, held.blame, held.kind, self.key)
        if given is None:
            self._without_key(found, held.body)
            return
        text, blame = given
        if text is None:
            found.unknown.append(f"the values in '{self.key}' of {reference.said} are not known here")
            return
        self._merge(found, own, text, blame)

    def _absent(self, found: FluxValues) -> None:
        reference = self.reference
        keys = None
        if reference.kind == "Secret":
            keys = made_keys(reference.namespace, reference.name, self.known.of_kind)
        if keys is not None:
            if self.key in keys or None in keys:
                found.unknown.append(f"the values of {reference.said} are made in the cluster")
            elif not reference.optional:
                self._tell(found, ("valuesKey",), f"{reference.said} gets no key '{self.key}'")
            return
        # Whether it is missing shows once all is rendered: a rule over all deliveries tells it.
        if not (reference.optional and self.known.complete):
            found.unknown.append(f"{reference.said}, which gives values, is not known here")

    def _without_key(self, found: FluxValues, body: Mapping[str, Any]) -> None:
        if self.reference.optional:
            return
        fields = (body.get(name) for name in ("data", "stringData"))
        keys = [str(key) for held in fields if isinstance(held, Mapping) for key in held]
        near = near_name(self.key, keys) or (keys[0] if len(keys) == 1 else "")
        said = f"{self.reference.said} has no key '{self.key}', which gives values"
        self._tell(found, ("valuesKey",), said, f"did you mean '{near}'?" if near else "")
        found.unknown.append(f"{self.reference.said} has no key '{self.key}'")

    def _tell(self, found: FluxValues, path: FieldPath, message: str, hint: str = "") -> None:
        where = (*self.path, *path) if path[0] in self.entry else (*self.path, "name")
        violation = Violation(self.owner.object, where, message, hint=hint, rule=SOURCE_MISSING)
        found.violations.append(violation)

    def _merge(self, found: FluxValues, own: Values, text: str, blame: Blame) -> None:
        target = self.text("targetPath")
        document = self._document(text, blame)
        if target:
            found.values = merged(found.values, own)
            self._set(found, target, text, blame)
            return
        layer = layer_of_text(text, document, f"{self.key} of {self.reference.said}")
        if document.index != PLAIN_TEXT and document.file.path and not document.embedded:
            found.files.add(document.file)
        if layer.broken:
            message = f"'{self.key}' of {self.reference.said} is no mapping of values in YAML"
            where = (*self.path, "valuesKey" if "valuesKey" in self.entry else "name")
            violation = Violation(self.owner.object, where, message, rule=RENDER_FAILED)
            found.violations.append(violation)
            found.unknown.append(message)
            return
        found.values = merged(found.values, Values(layer.body, layer.blame))

    def _document(self, text: str, blame: Blame) -> DocumentRef:
        """The text as a document: of its own file, where a generator took it from there."""
        source = origin(blame)
        if source.source.index != PLAIN_TEXT:
            return source.source.text_at(source.source_path)
        try:
            if self.sources.data(source.source.file) == text.encode("utf-8", "surrogatepass"):
                return DocumentRef(source.source.file)
        except Unreadable:
            pass
        return source.source

    def _set(self, found: FluxValues, target: str, text: str, blame: Blame) -> None:
        value, strings = text, False
        if self.entry.get("literal") is True:
            value, strings = _escaped(text), True
        elif (text[:1], text[-1:]) in (("'", "'"), ('"', '"')):
            value, strings = text.strip("'\""), True
        body = dict(found.values.body)
        try:
            paths = set_values(f"{target}={value}", body, strings=strings)
        except SetFault as error:
            message = f"the value of {self.reference.said} cannot be set at {target} (helm: {error})"
            violation = Violation(self.owner.object, (*self.path, "targetPath"), message, rule=RENDER_FAILED)
            found.violations.append(violation)
            return
        held = origin(blame)
        source = Origin(held.source, held.source_path, Via.HELM_VALUES, verbatim=False)
        found.values = Values(body, found.values.blame)
        found.placed += [(path, value_at(body, path), source) for path in paths]


def _data(body: Mapping[str, Any], blame: Blame, kind: str, key: str) -> tuple[str | None, Blame] | None:
    """The text under a key; without a text where it is encrypted, None where there is no such key."""
    for name in ("stringData", "data") if kind == "Secret" else ("data",):
        held = body.get(name)
        if not isinstance(held, Mapping) or key not in held:
            continue
        value, where = held[key], at(blame, (name, key))
        if not isinstance(value, str) or value.startswith("ENC["):
            return None, where
        if kind == "Secret" and name == "data":
            try:
                text = base64.b64decode(value.replace("\n", ""), validate=True).decode()
            except (binascii.Error, ValueError):
                return None, where
            return (None if "sops:" in text and "ENC[" in text else text), where
        return (None if "ENC[" in value and "sops:" in value else value), where
    return None


def _escaped(text: str) -> str:
    return "".join(f"\\{one}" if one in "\\,[]{}" else one for one in text)


def _as_set_path(path: FieldPath) -> str:
    """A path as `--set` writes it."""
    escaped = tuple(
        one if isinstance(one, int) else "".join(f"\\{c}" if c in "\\.,=[" else c for c in one)
        for one in path
    )
    text = ""
    for part in escaped:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
