"""Random names, labels, images and the like."""

from __future__ import annotations

from collections.abc import Callable

from .drafts import Draft
from .held import Held
from .objects import NAMESPACES, SCALABLE, Body


def namespace(draft: Draft) -> None:
    namespace = draft.random.choice((*NAMESPACES, "default"))
    if would_clash(draft, lambda one: (one.name, namespace)) and draft.chance(0.95):
        return
    draft.fields["namespace"] = namespace
    for one in draft.folder.held:
        if one.kind == "Namespace":
            one.renamed(namespace, "")
        elif one.scoped:
            one.renamed(one.name, namespace)


def would_clash(draft: Draft, renamed: Callable[[Held], tuple[str, str]]) -> bool:
    ids = [(one.kind, *renamed(one)) if one.scoped else one.now for one in draft.folder.held]
    namespaces = [one for one in draft.folder.held if one.kind == "Namespace"]
    return len(set(ids)) < len(ids) or len(namespaces) > 1


def prefix(draft: Draft) -> None:
    prefix = draft.random.choice(("p-", "q-", "p-"))
    draft.fields["namePrefix"] = prefix
    draft.rename(lambda name: prefix + name)


def suffix(draft: Draft) -> None:
    suffix = draft.random.choice(("-s", "-t"))
    draft.fields["nameSuffix"] = suffix
    draft.rename(lambda name: name + suffix)


def pairs(draft: Draft) -> Body:
    return draft.objects.texts("team", "app", "example.com/l", most=2) or {"team": "a"}


def labels(draft: Draft) -> None:
    for _ in range(draft.random.randint(1, 2)):
        entry: Body = {"pairs": pairs(draft)}
        if draft.chance(0.3):
            entry["includeSelectors"] = draft.chance(0.8)
        elif draft.chance(0.4):
            entry["includeTemplates"] = True
        if draft.chance(0.25):
            entry["fields"] = [field_spec(draft)]
        draft.add("labels", entry)


def field_spec(draft: Draft) -> Body:
    return draft.random.choice(
        (
            {"path": "spec/labels", "create": True, "kind": "Widget"},
            {"path": "spec/template/metadata/labels", "create": True, "kind": "Deployment"},
            {"path": "metadata/annotations", "create": False},
            {"path": "spec/parts/labels", "create": True, "group": "example.com"},
            {"path": "spec/parts[]/labels", "create": True, "version": "v1"},
            {"path": "metadata/annotations", "create": True, "kind": "Service"},
        )
    )


def common_labels(draft: Draft) -> None:
    draft.fields["commonLabels"] = pairs(draft)


def common_annotations(draft: Draft) -> None:
    draft.fields["commonAnnotations"] = pairs(draft)


def replicas(draft: Draft) -> None:
    held = draft.some_held(*SCALABLE)
    if held is not None:
        name = draft.id_for(held)[0]
        draft.add("replicas", {"name": name, "count": draft.random.choice((0, 3, 7))})


def images(draft: Draft) -> None:
    for _ in range(draft.random.randint(1, 2)):
        draft.add(draft.random.choice(("images", "images", "imageTags")), image(draft))


def image(draft: Draft) -> Body:
    name = draft.random.choice(
        ("web", "nginx", "reg:5000/web", ".*nginx", "a/b/nginx", "ghcr.io/org/api", "web.*")
    )
    change = draft.random.choice(
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
