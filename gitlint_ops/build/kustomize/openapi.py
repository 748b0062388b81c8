"""`openapi:`, the schema by which patches are merged and kinds are namespaced.

Source: kyaml/openapi/openapi.go SetSchema, initSchema
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.kustomize.elsewhere import LeftOut
from gitlint_ops.build.kustomize.faults import fault
from gitlint_ops.build.kustomize.identity import Scopes
from gitlint_ops.build.kustomize.kustomization import Entry, Kustomization
from gitlint_ops.build.kustomize.merge_schema import MergeSchema
from gitlint_ops.build.kustomize.reading import Reader
from gitlint_ops.build.kustomize.resource import Resource

BUILT_IN = "v1.21.2"


class SchemaInForce(Struct, frozen=True, eq=False):
    """The schema of a build. Kustomize keeps it globally: the first `openapi:` that is met holds.

    `chosen` says that a kustomization set it. One that will be set is added to kustomize's own if that
    is `loaded` by then, which the first merge does; it is `wanted`, and so loaded on top, once kustomize
    met a kind that its table of scopes lacks.
    """

    schema: MergeSchema
    scopes: Scopes
    chosen: bool = False
    loaded: bool = False
    wanted: bool = False

    def after(self, resources: Collection[Resource]) -> SchemaInForce:
        """What is in force once there are these resources; itself if nothing changed."""
        loaded = self.loaded or any(one.retagged for one in resources)
        wanted = self.wanted or any(self.scopes.is_unknown(one.gvk) for one in resources)
        changed = (loaded, wanted) != (self.loaded, self.wanted)
        return replace(self, loaded=loaded, wanted=wanted) if changed else self


def schema_in_force(schema: MergeSchema, *, chosen: bool) -> SchemaInForce:
    return SchemaInForce(schema, Scopes(schema.is_namespaced), chosen)


def chosen_schema(
    kustomization: Kustomization, held: SchemaInForce, reader: Reader, gathered: Collection[Resource]
) -> SchemaInForce:
    """The schema that a kustomization chooses, else the one that is in force.

    Raises:
        BuildFault: it chooses two, or a version that is not built in.
    """
    fields = kustomization.fields
    chosen = fields.text_map("openapi")
    version = chosen.get("version", "")
    if "path" in chosen:
        if "version" in chosen:
            raise fault(
                "openapi has a version or a path, not both (kustomize: builtin version and custom schema "
                "provided, cannot use both)",
                fields.at("openapi"),
            )
        return _own_schema(held, Entry(chosen["path"], fields.at("openapi", "path")), reader, gathered)
    if version and version != BUILT_IN:
        raise fault(
            f"the OpenAPI version {version} is not built in; {BUILT_IN} is (kustomize: the specified OpenAPI "
            "version is not built in)",
            fields.at("openapi", "version"),
        )
    return replace(held, chosen=True) if version else held


def _own_schema(
    held: SchemaInForce, entry: Entry, reader: Reader, gathered: Collection[Resource]
) -> SchemaInForce:
    try:
        _, body = reader.body(entry)
    except LeftOut as error:
        reader.record.leave_out(entry.place, str(error), resources=True)
        return held
    own = held.schema.with_openapi(body)
    before = held.after(gathered)
    if before.loaded:
        own = _both(held.schema, own, own.scopes)
    elif before.wanted:
        own = _both(own, held.schema, own.scopes)
    return schema_in_force(own, chosen=True)


def _both(first: MergeSchema, later: MergeSchema, scopes: Mapping[str, bool]) -> MergeSchema:
    """Both schemas; what both define is as the later one says."""
    return MergeSchema(
        definitions={**first.definitions, **later.definitions},
        kinds={**first.kinds, **later.kinds},
        scopes=scopes,
    )
