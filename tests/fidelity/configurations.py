"""Transformer configurations, definitions of custom kinds and a schema, for kustomizations to name."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

CONFIGURATION_PARTS: tuple[Mapping[str, Any], ...] = (
    {
        "nameReference": [
            {
                "kind": "ConfigMap",
                "version": "v1",
                "fieldSpecs": [{"kind": "Widget", "path": "spec/config/name"}],
            },
            {"kind": "Secret", "fieldSpecs": [{"kind": "Widget", "path": "spec/secretName"}]},
        ]
    },
    {
        "nameReference": [
            {
                "kind": "Widget",
                "group": "example.com",
                "fieldSpecs": [{"path": "spec/config", "kind": "Gadget"}],
            }
        ]
    },
    {"nameReference": [{"kind": "Service", "fieldSpecs": [{"path": "metadata/annotations/note"}]}]},
    {"namePrefix": [{"path": "metadata/name"}, {"path": "spec/secretName", "kind": "Widget"}]},
    {"nameSuffix": [{"path": "spec/config/name", "kind": "Widget"}]},
    {"images": [{"path": "spec/image", "kind": "Widget"}, {"path": "spec/parts[]/image", "kind": "Widget"}]},
    {"varReference": [{"path": "spec/args", "kind": "Widget"}, {"path": "metadata/annotations"}]},
    {"commonLabels": [{"path": "spec/selector", "create": True, "kind": "Widget"}]},
    {"commonLabels": [{"path": "spec/parts/labels", "create": True, "group": "example.com"}]},
    {"commonAnnotations": [{"path": "spec/notes", "create": True, "kind": "Widget"}]},
    {"namespace": [{"path": "spec/namespace", "create": True, "kind": "Widget"}]},
    {"replicas": [{"path": "spec/replicas", "create": True, "kind": "Widget"}]},
    {"labels": [{"path": "spec/more/labels", "create": True, "kind": "Gadget"}]},
    {"templateLabels": [{"path": "spec/template/metadata/labels", "create": True, "kind": "Widget"}]},
)

_NAME = {"type": "string"}
CRDS = json.dumps(
    {
        "example.com/v1.Widget": {
            "Schema": {
                "properties": {
                    "apiVersion": _NAME,
                    "kind": _NAME,
                    "metadata": {"type": "object"},
                    "spec": {"$ref": "example.com/v1.WidgetSpec"},
                }
            }
        },
        "example.com/v1.WidgetSpec": {
            "Schema": {
                "properties": {
                    "config": {
                        "x-kubernetes-object-ref-api-version": "v1",
                        "x-kubernetes-object-ref-kind": "ConfigMap",
                        "$ref": "example.com/v1.Named",
                    },
                    "labels": {"type": "object", "x-kubernetes-label-selector": ""},
                }
            }
        },
        "example.com/v1.Named": {"Schema": {"properties": {"name": _NAME}}},
    },
    indent=1,
)

_OBJECT = {"type": "object"}
_PARTS = {
    "type": "array",
    "items": {"$ref": "#/definitions/v1.Part"},
    "x-kubernetes-patch-merge-key": "name",
    "x-kubernetes-patch-strategy": "merge",
}
OPENAPI = json.dumps(
    {
        "definitions": {
            "v1.Part": {"type": "object", "properties": {"name": _NAME, "image": _NAME}},
            "v1.Widget": {
                "type": "object",
                "properties": {
                    "apiVersion": _NAME,
                    "kind": _NAME,
                    "metadata": _OBJECT,
                    "spec": {"type": "object", "properties": {"parts": _PARTS}},
                },
                "x-kubernetes-group-version-kind": [
                    {"group": "example.com", "kind": "Widget", "version": "v1"}
                ],
            },
        }
    },
    indent=1,
)
