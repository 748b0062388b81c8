"""`openapi:`, the schema by which patches are merged and kinds are namespaced.

Source: kyaml/openapi/openapi.go SetSchema, initSchema
"""

from __future__ import annotations

from collections.abc import Iterable

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

    `chosen` says that a kustomization set it.
    """

    schema: MergeSchema
    scopes: Scopes
    chosen: bool = False


def schema_in_force(schema: MergeSchema, *, chosen: bool) -> SchemaInForce:
    return SchemaInForce(schema, Scopes(schema.is_namespaced), chosen)


def chosen_schema(
    kustomization: Kustomization, held: SchemaInForce, reader: Reader, gathered: Iterable[Resource]
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
            raise fault("openapi has a version or a path, not both", fields.at("openapi"))
        return _own_schema(held, Entry(chosen["path"], fields.at("openapi", "path")), reader, gathered)
    if version and version != BUILT_IN:
        raise fault(
            f"the OpenAPI version {version} is not built in; {BUILT_IN} is (kustomize: the specified OpenAPI "
            "version is not built in)",
            fields.at("openapi", "version"),
        )
    return replace(held, chosen=True) if version else held


def _own_schema(
    held: SchemaInForce, entry: Entry, reader: Reader, gathered: Iterable[Resource]
) -> SchemaInForce:
    try:
        _, body = reader.body(entry)
    except LeftOut as error:
        reader.record.leave_out(entry.place, str(error), resources=True)
        return held
    own = held.schema.with_openapi(body)
    # Kustomize has loaded its own schema by now if it met a kind that its table of scopes lacks, and
    # then keeps it in force beside the chosen one.
    if any(held.scopes.is_unknown(one.gvk) for one in gathered):
        own = _beside(own, held.schema)
    return schema_in_force(own, chosen=True)


def _beside(own: MergeSchema, built_in: MergeSchema) -> MergeSchema:
    """Both schemas; what both define is as built in."""
    return MergeSchema(
        definitions={**own.definitions, **built_in.definitions},
        kinds={**own.kinds, **built_in.kinds},
        scopes=own.scopes,
    )
