"""Random kustomizations over the objects that they take in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from .configurations import CONFIGURATION_PARTS, CRDS, OPENAPI
from .edits import Edits, Held
from .objects import NAMES, NAMESPACES, SCALABLE, VARIABLES, Body, Objects
from .yaml_text import Pen

FEATURES = (
    *(
        "patches",
        "patches",
        "json",
        "json",
        "old_patches",
        "images",
        "namespace",
        "prefix",
        "suffix",
        "labels",
    ),
    *("common_labels", "common_annotations", "replicas", "config_maps", "secrets", "generator_options"),
    *("replacements", "vars", "configurations", "crds", "openapi", "sort", "metadata", "transformers"),
    *("generators", "spelling"),
)
API_VERSIONS = {
    "Kustomization": "kustomize.config.k8s.io/v1beta1",
    "Component": "kustomize.config.k8s.io/v1alpha1",
}


class Folder:
    """A folder as it grows: its files, the objects that it comes to, the variables that it has."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.files: dict[str, str] = {}
        self.held: list[Held] = []
        self.variables: set[str] = set()


class Kustomizing:
    """Makes the kustomization of one folder, a field a feature."""

    def __init__(self, objects: Objects, pen: Pen, folder: Folder, features: Sequence[str]) -> None:
        self._objects = objects
        self._random = objects.random
        self._pen = pen
        self._folder = folder
        self._features = features
        self._edits = Edits(objects)
        self._fields: Body = {}

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def fields(
        self, resources: Sequence[str], components: Callable[[], Sequence[str]], *, component: bool = False
    ) -> Body:
        """The kustomization's fields; objects and files of the folder change along.

        `components` makes the folder's components, which see what its generators have made.
        """
        kind = "Component" if component else "Kustomization"
        if component or self._chance(0.5):
            self._fields.update(apiVersion=API_VERSIONS[kind], kind=kind)
        if resources:
            self._fields["resources"] = list(resources)
        self._run(_GENERATING)
        made = components()
        if made:
            self._fields["components"] = list(made)
        self._run(_TRANSFORMING)
        if "spelling" in self._features:
            self._respell()
        if not set(self._fields) - {"apiVersion", "kind"}:
            self._fields["commonAnnotations"] = {"only": "this"}
        return self._fields

    def _run(self, features: Sequence[str]) -> None:
        for feature in features:
            if feature in self._features and self._chance(_SHARES.get(feature, 0.5)):
                getattr(self, f"_{feature}")()

    def _file(self, name: str, text: str) -> str:
        number = len(self._folder.files)
        path = f"{name.partition('.')[0]}{number}.{name.partition('.')[2]}"
        if self._chance(0.15):
            path = f"sub/{path}"
        self._folder.files[path] = text
        return path

    def _add(self, field: str, *entries: Any) -> None:
        self._fields.setdefault(field, []).extend(entries)

    def _some_held(self, *kinds: str) -> Held | None:
        found = [one for one in self._folder.held if not kinds or one.kind in kinds]
        return self._random.choice(found) if found else None

    # Generators

    def _config_maps(self) -> None:
        for _ in range(self._random.randint(1, 2)):
            self._add("configMapGenerator", self._generator("ConfigMap"))

    def _secrets(self) -> None:
        made = self._generator("Secret")
        if self._chance(0.3):
            made["type"] = self._random.choice(("kubernetes.io/tls", "Opaque"))
        self._add("secretGenerator", made)

    def _generator(self, kind: str) -> Body:
        made: Body = {"name": self._objects.name()}
        old = [one for one in self._folder.held if one.kind == kind]
        namespace = self._random.choice(NAMESPACES) if self._chance(0.2) else ""
        if old and self._chance(0.5):
            one = self._random.choice(old)
            made["name"], namespace = one.now[1], one.namespace
            made["behavior"] = self._random.choice(("merge", "replace"))
            if made["behavior"] == "replace":
                one.body["data"] = {}
        else:
            taken = {id_ for one in self._folder.held for id_ in one.all_ids()}
            free = [
                name
                for name in (*NAMES, "settings", "extra", "more")
                if (kind, name, namespace or "default") not in taken
            ]
            made["name"] = self._random.choice(free or ["last"])
            body = {"apiVersion": "v1", "kind": kind, "metadata": {"name": made["name"]}, "data": {}}
            if namespace:
                body["metadata"]["namespace"] = namespace
            self._folder.held.append(Held(body, generated=True))
            if self._chance(0.1):
                made["behavior"] = "create"
        if namespace:
            made["namespace"] = namespace
        made.update(self._sources())
        if self._chance(0.3):
            made["options"] = self._options()
        return made

    def _sources(self) -> Body:
        made: Body = {}
        if self._chance(0.7):
            values = [
                "1",
                "",
                "<x> & y",
                '"quoted"',
                "'single'",
                "a=b",
                "yes",
                " lead",
                "z" * 120,
                "0755",
                "é",
            ]
            made["literals"] = [
                f"{key}={self._random.choice((*values, self._objects.text()))}"
                for key in self._objects.some("A", "B", "c.d", least=1)
            ]
        if self._chance(0.3):
            text = self._random.choice(
                (
                    "E=1\nF=two words \n# no\n\n  G = x\n",
                    "E=",
                    "NOVALUE=\nF=a=b\n",
                    '\ufeffE="q"\r\nF=$HOME\r\n',
                )
            )
            made[self._random.choice(("envs", "envs", "env"))] = [self._file("some.env", text)]
            if "env" in made:
                made["env"] = made["env"][0]
        if self._chance(0.4):
            text = self._random.choice(
                ("hello\n", "", "no end", "key: value\n" * 30, "tab\t\r\nend", self._objects.text())
            )
            path = self._file("file.txt", text)
            made["files"] = [self._random.choice((path, f"named.txt={path}", f"k={path}"))]
        return made

    def _options(self) -> Body:
        made: Body = {}
        if self._chance(0.4):
            made["disableNameSuffixHash"] = self._chance(0.8)
        if self._chance(0.4):
            made["labels"] = self._objects.texts("opt", "tier")
        if self._chance(0.3):
            made["annotations"] = self._objects.texts("opt-note", "note")
        if self._chance(0.2):
            made["immutable"] = True
        return made

    def _generator_options(self) -> None:
        self._fields["generatorOptions"] = self._options()

    def _generators(self) -> None:
        kind = self._random.choice(("ConfigMap", "Secret"))
        made = self._generator(kind)
        api = {"apiVersion": "builtin", "kind": f"{kind}Generator"}
        metadata: Body = {"name": made.pop("name")}
        if "namespace" in made:
            metadata["namespace"] = made.pop("namespace")
        if "env" in made:
            made["envs"] = [made.pop("env")]
        self._add(
            "generators", self._inline_or_file([{**api, "metadata": metadata, **made}], "generator.yaml")
        )

    def _inline_or_file(self, bodies: Sequence[Body], name: str) -> Any:
        text = self._pen.documents(bodies)
        return text if self._chance(0.5) else self._file(name, text)

    # Patches

    def _patches(self) -> None:
        for _ in range(self._random.randint(1, 2)):
            held = self._some_held()
            if held is not None:
                self._add(
                    "patches", self._merge_entry(held) if self._chance(0.55) else self._targeted_merge(held)
                )

    def _merge_entry(self, held: Held) -> Body:
        bodies = [self._whole_patch(held)]
        other = self._some_held()
        if self._chance(0.2) and other is not None and other is not held:
            bodies.append(self._whole_patch(other))
        entry = self._patch_text(bodies)
        if self._chance(0.1):
            entry["options"] = {"allowNameChange": True}
        return entry

    def _whole_patch(self, held: Held) -> Body:
        name, namespace = self._id_for(held)
        deletes = self._edits.merge_patch(held)
        if deletes == {"$patch": "delete"}:
            self._folder.held.remove(held)
        metadata = {
            "name": name,
            **({"namespace": namespace} if namespace else {}),
            **deletes.pop("metadata", {}),
        }
        return {"apiVersion": held.api_version, "kind": held.kind, "metadata": metadata, **deletes}

    def _id_for(self, held: Held) -> tuple[str, str]:
        """A name and namespace that no other object has had, if there are such."""
        names = list(held.names)
        if self._chance(0.4):
            self._random.shuffle(names)
        else:
            names.reverse()
        for name, namespace in names:
            wanted = (held.kind, name, (namespace or "default") if held.scoped else "")
            if sum(wanted in one.all_ids() for one in self._folder.held) == 1:
                return name, namespace
        return names[0]

    def _targeted_merge(self, held: Held) -> Body:
        target, selected = self._target(held)
        deletes = self._edits.merge_patch(held)
        for one in selected:
            if one is not held:
                one.body.pop("spec", None)
            if deletes == {"$patch": "delete"} and one in self._folder.held:
                self._folder.held.remove(one)
        metadata = {"name": self._random.choice((held.name, "any")), **deletes.pop("metadata", {})}
        body = {"apiVersion": held.api_version, "kind": held.kind, "metadata": metadata, **deletes}
        if self._chance(0.1):
            body["metadata"]["name"] = "changed-by-patch"
        entry = {**self._patch_text([body]), "target": target}
        if self._chance(0.12):
            entry["options"] = {self._random.choice(("allowNameChange", "allowKindChange")): True}
            if "allowNameChange" in entry["options"]:
                for one in selected:
                    one.renamed(body["metadata"]["name"], one.namespace)
        return entry

    def _patch_text(self, bodies: Sequence[Any], *, single: bool = False) -> Body:
        text = self._pen.document(bodies[0]) if single else self._pen.documents(bodies)
        return {"patch": text} if self._chance(0.6) else {"path": self._file("patch.yaml", text)}

    def _target(self, held: Held) -> tuple[Body, list[Held]]:
        """A selector that selects an object, and what else it selects as far as is known."""
        ways: Mapping[str, Callable[[], Body]] = {
            "one": lambda: {"kind": held.kind, "name": held.name},
            "old": lambda: {"kind": held.kind, "name": held.names[0][0]},
            "kind": lambda: {"kind": held.kind},
            "name": lambda: {"name": held.name},
            "regex": lambda: {"kind": held.kind, "name": self._random.choice((".*", "w.*|db", ".+b"))},
            "gvk": lambda: {
                "version": held.api_version.rpartition("/")[2],
                "kind": held.kind,
                **({"group": held.api_version.partition("/")[0]} if "/" in held.api_version else {}),
            },
            "namespace": lambda: {"kind": held.kind, "namespace": held.namespace or "default"},
            "label": lambda: {
                "labelSelector": self._random.choice(
                    ("app", "app=web", "app in (web,db)", "!tier", "app!=web", f"app={held.name}")
                )
            },
            "note": lambda: {
                "kind": held.kind,
                "annotationSelector": self._random.choice(("note", "!note", "note=a")),
            },
        }
        way = self._random.choice(("one", "one", "one", "kind", *ways))
        target = ways[way]()
        metadata_way = way in ("label", "note")
        selected = [
            one
            for one in self._folder.held
            if target.get("kind") in (None, one.kind)
            and (
                metadata_way
                or way in ("kind", "gvk", "namespace", "regex")
                or target["name"] in {name for name, _ in one.names}
            )
        ]
        return target, selected if held in selected else [held, *selected]

    def _json(self) -> None:
        for _ in range(self._random.randint(1, 2)):
            entry = self._json_entry()
            if entry is not None:
                self._add("patches", entry)

    def _json_entry(self) -> Body | None:
        held = self._some_held()
        if held is None:
            return None
        target, selected = self._target(held)
        if "labelSelector" in target or "annotationSelector" in target or len(selected) > 3:
            target, selected = (
                {"kind": held.kind, "name": held.name},
                [
                    one
                    for one in self._folder.held
                    if one.kind == held.kind and held.name in {n for n, _ in one.names}
                ],
            )
        operations = self._edits.json_patch(selected)
        if not operations:
            return None
        if self._chance(0.2):
            text = self._pen.json(operations) if self._chance(0.97) else self._pen.flow(operations)
            return {
                "target": target,
                **({"patch": text} if self._chance(0.5) else {"path": self._file("ops.json", text)}),
            }
        return {"target": target, **self._patch_text([operations], single=True)}

    def _old_patches(self) -> None:
        held = self._some_held()
        if held is None:
            return
        if self._chance(0.6):
            text = self._pen.documents([self._whole_patch(held)])
            self._add("patchesStrategicMerge", text if self._chance(0.4) else self._file("merge.yaml", text))
        else:
            entry = self._json_entry()
            if entry is not None and ("name" in entry["target"] or self._chance(0.05)):
                self._add("patchesJson6902", entry)

    # Names

    def _namespace(self) -> None:
        namespace = self._random.choice((*NAMESPACES, "default"))
        if self._would_clash(lambda one: (one.name, namespace)) and self._chance(0.95):
            return
        self._fields["namespace"] = namespace
        for one in self._folder.held:
            if one.kind == "Namespace":
                one.renamed(namespace, "")
            elif one.scoped:
                one.renamed(one.name, namespace)

    def _would_clash(self, renamed: Callable[[Held], tuple[str, str]]) -> bool:
        ids = [(one.kind, *renamed(one)) if one.scoped else one.now for one in self._folder.held]
        namespaces = [one for one in self._folder.held if one.kind == "Namespace"]
        return len(set(ids)) < len(ids) or len(namespaces) > 1

    def _prefix(self) -> None:
        prefix = self._random.choice(("p-", "q-", "p-"))
        self._fields["namePrefix"] = prefix
        self._rename(lambda name: prefix + name)

    def _suffix(self) -> None:
        suffix = self._random.choice(("-s", "-t"))
        self._fields["nameSuffix"] = suffix
        self._rename(lambda name: name + suffix)

    def _rename(self, rename: Callable[[str], str]) -> None:
        for one in self._folder.held:
            if one.kind not in ("CustomResourceDefinition", "APIService", "Namespace"):
                one.renamed(rename(one.name), one.namespace)

    # Labels and the like

    def _pairs(self) -> Body:
        return self._objects.texts("team", "app", "example.com/l", most=2) or {"team": "a"}

    def _labels(self) -> None:
        for _ in range(self._random.randint(1, 2)):
            entry: Body = {"pairs": self._pairs()}
            if self._chance(0.3):
                entry["includeSelectors"] = self._chance(0.8)
            elif self._chance(0.4):
                entry["includeTemplates"] = True
            if self._chance(0.25):
                entry["fields"] = [self._field_spec()]
            self._add("labels", entry)

    def _field_spec(self) -> Body:
        return self._random.choice(
            (
                {"path": "spec/labels", "create": True, "kind": "Widget"},
                {"path": "spec/template/metadata/labels", "create": True, "kind": "Deployment"},
                {"path": "metadata/annotations", "create": False},
                {"path": "spec/parts/labels", "create": True, "group": "example.com"},
                {"path": "spec/parts[]/labels", "create": True, "version": "v1"},
                {"path": "metadata/annotations", "create": True, "kind": "Service"},
            )
        )

    def _common_labels(self) -> None:
        self._fields["commonLabels"] = self._pairs()

    def _common_annotations(self) -> None:
        self._fields["commonAnnotations"] = self._pairs()

    def _replicas(self) -> None:
        held = self._some_held(*SCALABLE)
        if held is not None:
            name = self._id_for(held)[0]
            self._add("replicas", {"name": name, "count": self._random.choice((0, 3, 7))})

    def _images(self) -> None:
        for _ in range(self._random.randint(1, 2)):
            self._add(self._random.choice(("images", "images", "imageTags")), self._image())

    def _image(self) -> Body:
        name = self._random.choice(
            ("web", "nginx", "reg:5000/web", ".*nginx", "a/b/nginx", "ghcr.io/org/api", "web.*")
        )
        change = self._random.choice(
            (
                *(
                    {"newTag": "9"},
                    {"digest": "sha256:d"},
                    {"newName": "new"},
                    {"newName": "n:1", "newTag": "2"},
                ),
                *(
                    {"tagSuffix": "-x"},
                    {"newTag": "1", "digest": "sha256:e"},
                    {"newTag": "1.50"},
                    {"newName": ""},
                ),
                {"newName": "r:5000/x", "tagSuffix": "-y"},
            )
        )
        return {"name": name, **change}

    # Values from elsewhere

    def _replacements(self) -> None:
        made = [one for one in (self._replacement() for _ in range(self._random.randint(1, 2))) if one]
        if made and self._chance(0.25):
            content = made if self._chance(0.6) else made[0]
            self._add("replacements", {"path": self._file("replacement.yaml", self._pen.document(content))})
        elif made:
            self._add("replacements", *made)

    def _replacement(self) -> Body | None:
        source = self._some_held()
        if source is None:
            return None
        path, value = self._edits.source(source, alone=len(self._folder.held) < 2)
        name, namespace = self._id_for(source)
        chosen: Body = {"kind": source.kind, "name": name, "fieldPath": path}
        if namespace and source.scoped and self._chance(0.8):
            chosen["namespace"] = namespace
        if isinstance(value, str) and self._chance(0.2):
            chosen["options"] = self._random.choice(
                (
                    {"delimiter": "-", "index": 0},
                    {"delimiter": ":", "index": 0},
                    {"delimiter": "/"},
                    {"create": True},
                )
            )
        made: Body = {
            "source": chosen,
            "targets": [self._replaced(value, source) for _ in range(self._random.randint(1, 2))],
        }
        if self._chance(0.08):
            return {"sourceValue": "fixed", "targets": made["targets"]}
        return made

    def _replaced(self, value: Any, source: Held) -> Body:
        held = self._some_held()
        assert held is not None
        if isinstance(value, dict | list):
            # Not into itself: what comes of that is chance.
            held = next((one for one in self._folder.held if one.now[:2] != source.now[:2]), held)
            if held.now[:2] == source.now[:2]:
                return {"select": {"kind": "None"}, "fieldPaths": ["metadata.name"]}
        path, create = self._edits.target(held, value)
        select, selected = self._target(held)
        if self._chance(0.6) or isinstance(value, dict | list):
            selected, select = [], {"kind": held.kind, "name": held.name}
        target: Body = {"select": select, "fieldPaths": [path]}
        if self._chance(0.15):
            target["reject"] = [
                self._random.choice(
                    ({"name": self._objects.name()}, {"kind": "Secret"}, {"labelSelector": "tier"})
                )
            ]
        options: Body = {"create": True} if create or (len(selected) > 1 and self._chance(0.9)) else {}
        if isinstance(value, str) and self._chance(0.25):
            options["delimiter"] = self._random.choice((":", "-", "/"))
            options["index"] = self._random.choice((0, 0, 1, -1, 5))
        if options:
            target["options"] = options
        if self._chance(0.05) and isinstance(value, str) and value.isalpha():
            del target["fieldPaths"]
        return target

    def _vars(self) -> None:
        free = [one for one in VARIABLES if one not in self._folder.variables]
        held = self._some_held()
        if not free or held is None:
            return
        name, namespace = self._id_for(held)
        objref = {"apiVersion": held.api_version, "kind": held.kind, "name": name}
        if namespace and self._chance(0.8):
            objref["namespace"] = namespace
        made: Body = {"name": self._random.choice(free), "objref": objref}
        if self._chance(0.6):
            made["fieldref"] = {"fieldPath": self._edits.variable_path(held)}
        self._folder.variables.add(made["name"])
        self._add("vars", made)

    # Configuration

    def _configurations(self) -> None:
        parts = self._objects.some(*CONFIGURATION_PARTS, least=1, most=3)
        body = {key: value for one in parts for key, value in one.items()}
        self._add("configurations", self._file("config.yaml", self._pen.document(deepcopy(body))))

    def _crds(self) -> None:
        self._add("crds", self._file("crd.json", CRDS))

    def _openapi(self) -> None:
        # Elsewhere it depends on what kustomize had done before whether its own schema stays in force.
        if self._folder.path != "top":
            return
        if self._chance(0.3):
            self._fields["openapi"] = {"version": "v1.21.2"}
        else:
            self._fields["openapi"] = {"path": self._file("schema.json", OPENAPI)}

    def _sort(self) -> None:
        self._fields["sortOptions"] = self._random.choice(
            (
                {"order": "fifo"},
                {"order": "legacy"},
                {
                    "order": "legacy",
                    "legacySortOptions": {"orderFirst": ["Service"], "orderLast": ["Deployment"]},
                },
            )
        )

    def _metadata(self) -> None:
        options = ("originAnnotations", "transformerAnnotations", "managedByLabel")
        self._fields["buildMetadata"] = self._objects.some(*options, least=1)

    # Transformers as plugins

    def _transformers(self) -> None:
        for _ in range(self._random.randint(1, 2)):
            bodies = [self._transformer() for _ in range(self._random.randint(1, 2))]
            self._add("transformers", self._inline_or_file(bodies, "transformer.yaml"))

    def _transformer(self) -> Body:
        specs = {"fieldSpecs": [{"path": "metadata/name"}]}
        held = self._some_held()
        target = {"kind": held.kind, "name": held.name} if held else {"kind": "Widget"}
        labels = {
            "fieldSpecs": [
                self._random.choice(({"path": "metadata/labels", "create": True}, self._field_spec()))
            ]
        }
        kind, body = self._random.choice(
            (
                ("PrefixTransformer", {"prefix": "tp-", **specs}),
                ("SuffixTransformer", {"suffix": "-ts", **specs}),
                ("PrefixSuffixTransformer", {"prefix": "b-", "suffix": "-e", **specs}),
                ("LabelTransformer", {"labels": self._pairs(), **labels}),
                ("AnnotationsTransformer", {"annotations": self._pairs(), **labels}),
                (
                    "NamespaceTransformer",
                    {
                        **({"unsetOnly": True} if self._chance(0.5) else {}),
                        **self._random.choice(
                            (
                                {},
                                {"setRoleBindingSubjects": "allServiceAccounts"},
                                {"setRoleBindingSubjects": "none"},
                            )
                        ),
                        **self._random.choice(
                            (
                                {},
                                {"fieldSpecs": [{"path": "metadata/namespace", "create": True}]},
                                {"fieldSpecs": [{"path": "spec/ns", "create": True, "kind": "Widget"}]},
                            )
                        ),
                    },
                ),
                ("ImageTagTransformer", {"imageTag": self._image(), "fieldSpecs": [{"path": "spec/image"}]}),
                (
                    "ReplicaCountTransformer",
                    {
                        "replica": {"name": held.name if held else "web", "count": 4},
                        "fieldSpecs": [{"path": "spec/replicas", "create": True}],
                    },
                ),
                ("PatchTransformer", {"patch": "- {op: add, path: /extra, value: [1]}", "target": target}),
                (
                    "PatchJson6902Transformer",
                    {"target": target, "jsonOp": '[{"op":"add","path":"/more","value":{}}]'},
                ),
                (
                    "ValueAddTransformer",
                    {
                        "value": "added",
                        "targets": [{"selector": target, "fieldPath": "metadata/annotations/added"}],
                    },
                ),
                ("HashTransformer", {}),
            )
        )
        self._follow(kind, body)
        metadata = {
            "name": f"t{self._random.randint(0, 999)}",
            **({"namespace": "moved"} if kind == "NamespaceTransformer" else {}),
        }
        return {"apiVersion": "builtin", "kind": kind, "metadata": metadata, **body}

    def _follow(self, kind: str, body: Body) -> None:
        """The names that objects have once a transformer has run."""
        prefix, suffix = body.get("prefix", ""), body.get("suffix", "")
        if prefix or suffix:
            self._rename(lambda name: f"{prefix}{name}{suffix}")
        if kind == "NamespaceTransformer":
            for one in self._folder.held:
                if one.scoped and not (body.get("unsetOnly") and one.namespace):
                    one.renamed(one.name, "moved")
                elif one.kind == "Namespace":
                    one.renamed("moved", "")

    def _respell(self) -> None:
        """Old names of fields, and other cases of letters, which kustomize reads too."""
        for field in self._objects.some(*self._fields, most=2):
            if field not in ("apiVersion", "kind", "resources"):
                self._fields[field.lower()] = self._fields.pop(field)
        if "resources" in self._fields and self._chance(0.3):
            folders = [one for one in self._fields["resources"] if one.startswith("..")]
            if folders:
                self._fields["bases"] = folders
                self._fields["resources"] = [one for one in self._fields["resources"] if one not in folders]
        if self._chance(0.1):
            self._fields["metadata"] = {"name": "named", "annotations": {"a": "b"}}
        if self._chance(0.04 * self._objects.wrong * 5):
            self._fields[self._random.choice(("resource", "nameprefixes", "commonLabel"))] = ["x"]


_SHARES = {
    "openapi": 0.2,
    "crds": 0.4,
    "spelling": 1.0,
    "namespace": 0.6,
    "replicas": 0.6,
    "generator_options": 0.4,
}
# As kustomize goes, so that each field meets the objects as they are then; fields that need the
# final names go last.
_GENERATING = (
    *("openapi", "configurations", "crds", "generator_options", "config_maps", "secrets", "generators"),
)
_TRANSFORMING = (
    *("old_patches", "patches", "json", "namespace", "prefix", "suffix", "labels", "common_labels"),
    *("common_annotations", "replicas", "images", "replacements", "transformers", "vars", "sort", "metadata"),
)
