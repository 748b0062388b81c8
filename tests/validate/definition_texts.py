"""Definitions and policies as texts, and what is said to them."""

from __future__ import annotations

from typing import Any

import yaml

from gitlint_ops.validate.objects import Validator

from .conftest import object_of


def judged(text: str, validator: Validator) -> list[str]:
    found = validator.validate(object_of(text))
    return [f"{'.'.join(map(str, one.path))}: {one.message}" for one in found]


def crd(schema: str, more: str = "") -> str:
    return f"""\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {{name: widgets.shop.example.com}}
spec:
  group: shop.example.com
  scope: Namespaced
  names: {{plural: widgets, kind: Widget}}
  versions:
  - name: v1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {schema}
{more}
"""


def spec_of(schema: str) -> str:
    return crd(f"{{type: object, properties: {{spec: {schema}}}}}")


def policy(**parts: Any) -> str:
    spec = {
        "matchConstraints": {
            "resourceRules": [
                {
                    "apiGroups": [""],
                    "apiVersions": ["v1"],
                    "operations": ["CREATE"],
                    "resources": ["configmaps"],
                }
            ]
        },
        "validations": [{"expression": "true"}],
        **parts,
    }
    body = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "maps"},
        "spec": spec,
    }
    return yaml.safe_dump(body)
