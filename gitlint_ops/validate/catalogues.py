"""JSON schemas of custom resources in the layouts of kubeconform's catalogues, from the repository.

A catalogue is a path with the names of kubeconform's templates in it:
`vendor/crds/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json`. Its files are plain JSON
schemas: they refuse unknown fields only where they say so, and have no rules in CEL.

Source: github.com/yannh/kubeconform pkg/registry (schemaPath); JSON Schema drafts 4, 7 and 2020-12
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from msgspec import Struct

from gitlint_ops.model.errors import UsageError, did_you_mean
from gitlint_ops.validate.compiled import Schema, SchemaError
from gitlint_ops.validate.defaulting import defaulted
from gitlint_ops.validate.definitions import GROUP, KIND_NAME, VERSION
from gitlint_ops.validate.json_schemas import UnusableSchema, bundled
from gitlint_ops.workspace.tree import Tree, Unreadable, clean

_HOLE = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}")
_SAFE = re.compile(rf"{GROUP}/{VERSION}\Z"), re.compile(rf"{KIND_NAME}\Z")
_VARIABLES = (
    "Group",
    "KindSuffix",
    "NormalizedKubernetesVersion",
    "ResourceAPIVersion",
    "ResourceKind",
    "StrictSuffix",
)
_STANDALONE = (
    "{{.NormalizedKubernetesVersion}}-standalone{{.StrictSuffix}}/{{.ResourceKind}}{{.KindSuffix}}.json"
)


class Catalogue(Struct, frozen=True):
    """One catalogue: its template, and the folder that no reference in it may leave."""

    template: str
    folder: str

    def paths(self, api_version: str, kind: str, release: str) -> Iterator[str]:
        """Where the schema of a kind may lie, the likeliest first."""
        group, _, version = api_version.rpartition("/")
        for normal in (f"v{release}.0", "master"):
            for strict in ("-strict", ""):
                names = {
                    "Group": group,
                    "KindSuffix": f"-{group.partition('.')[0]}-{version}",
                    "NormalizedKubernetesVersion": normal,
                    "ResourceAPIVersion": version,
                    "ResourceKind": kind.lower(),
                    "StrictSuffix": strict,
                }
                yield _filled(self.template, names)


def _filled(template: str, names: Mapping[str, str]) -> str:
    return _HOLE.sub(lambda hole: names[hole[1].removeprefix(".")], template)


def catalogue(text: str) -> Catalogue:
    """The catalogue that a configuration names.

    Raises:
        UsageError: it is an address, leads out of the repository, or has an unknown name in it.
    """
    if "://" in text or text == "default":
        said = f"'{text}' lies elsewhere, and nothing is fetched"
        raise UsageError(said, hint="copy it into the repository")
    template = text if text.lower().endswith(".json") else f"{text.rstrip('/')}/{_STANDALONE}"
    for hole in _HOLE.findall(template):
        name = hole.removeprefix(".")
        if not hole.startswith(".") or name not in _VARIABLES:
            near = did_you_mean(name, _VARIABLES)
            listed = ", ".join(f"{{{{.{one}}}}}" for one in _VARIABLES)
            raise UsageError(
                f"'{{{{{hole}}}}}' means nothing in the path of a catalogue",
                hint=f"did you mean '{{{{.{near}}}}}'?" if near else f"known are {listed}",
            )
    try:
        plain = "/".join(clean(template))
    except Unreadable as error:
        raise UsageError(f"'{text}' {error.reason}", hint="name a path in this repository") from error
    return Catalogue(plain, plain.partition("{{")[0].rpartition("/")[0])


class Catalogues:
    """The catalogues of a configuration, for one release of Kubernetes ("1.34")."""

    def __init__(self, tree: Tree, catalogues: Sequence[Catalogue], release: str) -> None:
        self._tree = tree
        self._catalogues = catalogues
        self._release = release
        self._held: dict[tuple[str, str], tuple[Schema, str] | None] = {}
        self.unusable: list[tuple[str, str]] = []

    def schema(self, api_version: str, kind: str) -> Schema | None:
        """The schema of exactly this group, version and kind in the first catalogue that has it."""
        held = self._found(api_version, kind)
        return held[0] if held else None

    def origin(self, api_version: str, kind: str) -> str:
        """The file that a kind is judged by."""
        held = self._found(api_version, kind)
        return held[1] if held else ""

    def _found(self, api_version: str, kind: str) -> tuple[Schema, str] | None:
        wanted = (api_version, kind)
        if wanted not in self._held:
            self._held[wanted] = self._read(api_version, kind)
        return self._held[wanted]

    def _read(self, api_version: str, kind: str) -> tuple[Schema, str] | None:
        # The names come from an object of the repository, and become a path.
        if not all(form.match(name) for form, name in zip(_SAFE, (api_version, kind), strict=True)):
            return None
        for held in self._catalogues:
            for path in held.paths(api_version, kind, self._release):
                if self._tree.is_file(path):
                    return self._usable(path, held)
        return None

    def _usable(self, path: str, held: Catalogue) -> tuple[Schema, str] | None:
        try:
            made = CatalogueSchema(bundled(self._tree, path, held.folder))
            if not made.compiles:
                raise UnusableSchema("is no JSON schema")
        except UnusableSchema as error:
            self.unusable.append((path, str(error)))
            return None
        return made, path


class CatalogueSchema(Schema):
    """A plain JSON schema; all its references lead into itself.

    What the API server does before it judges is done here as well: absent fields get their defaults,
    and where null is not allowed it counts as absent.
    """

    def is_valid(self, body: Any) -> bool:
        return super().is_valid(body) or super().is_valid(self._as_judged(body))

    def errors(self, body: Any) -> Iterator[SchemaError]:
        return super().errors(self._as_judged(body))

    def resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        """`node`, or what its reference leads to; nothing is known of a circle."""
        for _ in range(_MOST_REFERENCES):
            if "$ref" not in node:
                return node
            node = _pointed_at(self.source, node["$ref"])
        return {}

    @cached_property
    def _validator(self) -> Any:
        from jsonschema_rs import (
            Draft4Validator,
            Draft7Validator,
            Draft202012Validator,
            RegexOptions,
            ValidationError,
        )

        # OpenAPI writes `exclusiveMinimum: true` as draft 4 does, and older schemas list `items`.
        for draft in (Draft202012Validator, Draft7Validator):
            try:
                return draft(self.source, validate_formats=False, pattern_options=RegexOptions())
            except (ValidationError, ValueError):
                continue
        return Draft4Validator(self.source, validate_formats=False, pattern_options=RegexOptions())

    def _as_judged(self, body: Any) -> Any:
        return _without_nulls(defaulted(body, self.source))


_MOST_REFERENCES = 20


def _pointed_at(root: Any, reference: str) -> Mapping[str, Any]:
    node: Any = root
    for part in reference.removeprefix("#").split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(node, list) and name.isdigit():
            node = node[int(name)] if int(name) < len(node) else {}
        else:
            node = node.get(name, {}) if isinstance(node, Mapping) else {}
    return node if isinstance(node, Mapping) else {}


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(held) for key, held in value.items() if held is not None}
    return [_without_nulls(held) for held in value] if isinstance(value, list) else value
