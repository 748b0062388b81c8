"""The git generator: folders or files of a repository.

Source: applicationset/generators/{git,repo_path_utils}.go, walkDirectoryTree in reposerver/repository
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from gitlint_ops.discover.applicationset.faults import GeneratorFault, Unresolvable
from gitlint_ops.discover.applicationset.globbing import (
    BadPattern,
    Matcher,
    doublestar_matcher,
    folder_matcher,
    pathspec_matcher,
)
from gitlint_ops.discover.applicationset.parameters import Names, ParamSet, flattened
from gitlint_ops.discover.applicationset.scope import EmptyResult, Generator, Scope
from gitlint_ops.discover.applicationset.values import with_values
from gitlint_ops.discover.source_trees import GitRef, Lacking, SourceTree
from gitlint_ops.gotemplate.application_set import normalized
from gitlint_ops.gotemplate.values import strings
from gitlint_ops.model.blame import Blame, Origin, Via
from gitlint_ops.model.errors import UsageError, did_you_mean
from gitlint_ops.model.findings import Note
from gitlint_ops.model.location import DocumentRef, FieldPath
from gitlint_ops.syntax.documents import Typing, read
from gitlint_ops.workspace.tree import EntryKind, Tree, Unreadable

_PARAMETERS = "argocd-cmd-params-cm"
_NEW_GLOBBING = "applicationsetcontroller.enable.new.git.file.globbing"
_HIDDEN_FOLDERS = "reposerver.include.hidden.directories"


class Pattern(Struct, frozen=True):
    """An entry of `directories` or `files`."""

    text: str
    exclude: bool
    path: FieldPath


def from_git(generator: Generator, scope: Scope, path: FieldPath) -> list[ParamSet]:
    """One set for each folder, or for each mapping that the files hold.

    Raises:
        Unresolvable: the files of that repository and revision are not here.
        GeneratorFault: the controller stops at a pattern, a file or a value.
    """
    folders = _patterns(generator, "directories", path)
    files = _patterns(generator, "files", path)
    if not folders and not files:
        raise GeneratorFault(
            "a git generator needs `directories` or `files`, so the set generates nothing", path
        )
    source = _source(generator, scope, path)
    if folders:
        found = _from_folders(folders, generator, source, scope, path)
    else:
        found = _from_files(files, generator, source, scope, path)
    values = generator.get("values")
    return [with_values(one, values, scope, (*path, "values")) for one in found]


def _patterns(generator: Generator, field: str, path: FieldPath) -> list[Pattern]:
    written = generator.get(field)
    return [
        Pattern(str(one.get("path") or ""), one.get("exclude") is True, (*path, field, index, "path"))
        for index, one in enumerate(written if isinstance(written, list) else ())
        if isinstance(one, Mapping)
    ]


def _source(generator: Generator, scope: Scope, path: FieldPath) -> SourceTree:
    url, revision = generator.get("repoURL"), generator.get("revision")
    if not isinstance(url, str) or not url:
        raise GeneratorFault("a git generator needs a `repoURL`, so the set generates nothing", path)
    if "{{" in url or (isinstance(revision, str) and "{{" in revision):
        raise GeneratorFault(
            "nothing fills in the placeholders of this git generator, so the set generates nothing",
            (*path, "repoURL" if "{{" in url else "revision"),
            hint="only the second generator of a matrix is filled in, with the parameters of the first",
        )
    found = scope.trees.at(url, GitRef(name=revision if isinstance(revision, str) else ""))
    if isinstance(found, Lacking):
        raise Unresolvable(f"its git generator cannot be followed: {found.reason}", (*path, "repoURL"))
    return found


def _entries(tree: Tree, path: FieldPath) -> Mapping[str, Any]:
    try:
        return tree.entries()
    except UsageError as error:
        raise Unresolvable(f"its git generator cannot be followed: {error}", (*path, "repoURL")) from error


def _from_folders(
    patterns: list[Pattern], generator: Generator, source: SourceTree, scope: Scope, path: FieldPath
) -> list[ParamSet]:
    folders = _folders(source.tree, scope, path)
    scope.work(len(folders) * len(patterns), path)
    matchers = [(one, _matcher(folder_matcher, one)) for one in patterns]
    taken: list[tuple[str, Pattern]] = []
    for folder in folders:
        by = [one for one, matches in matchers if matches(folder)]
        if by and not any(one.exclude for one in by):
            taken.append((folder, by[0]))
    if not taken:
        scope.empty.append(_nothing("folder", patterns, folders, source))
    prefix = str(generator.get("pathParamPrefix") or "")
    return [folder_parameters(folder, by.path, prefix, scope) for folder, by in taken]


def _folders(tree: Tree, scope: Scope, path: FieldPath) -> list[str]:
    """All folders but hidden ones, in the order of a walk; submodules are folders too."""
    entries = _entries(tree, path)
    submodules = [one for one, entry in entries.items() if entry.kind is EntryKind.SUBMODULE]
    hidden = _is_set(scope, _HIDDEN_FOLDERS)
    found = {*tree.folders(), *submodules} - {""}
    return sorted(
        (one for one in found if hidden or not any(part.startswith(".") for part in one.split("/"))),
        key=lambda one: one.split("/"),
    )


def folder_parameters(folder: str, path: FieldPath, prefix: str, scope: Scope) -> ParamSet:
    """The set for a folder, which the field at `path` of the ApplicationSet took in."""
    base = posixpath.basename(folder)
    place = scope.entry(path)
    told = (f"folder {folder}",)
    if scope.engine.nested:
        held = {
            "path": folder,
            "basename": base,
            "basenameNormalized": normalized(base),
            "segments": strings(folder.split("/")),
        }
        return ParamSet(*_prefixed(held, prefix, place), told)
    name = f"{prefix}.path" if prefix else "path"
    flat = {name: folder, f"{name}.basename": base, f"{name}.basenameNormalized": normalized(base)}
    flat.update(_segments(name, folder))
    return ParamSet(flat, {(one,): place for one in flat}, told)


def _prefixed(
    held: Mapping[str, Any], prefix: str, place: Blame
) -> tuple[dict[str, Any], dict[Names, Blame]]:
    if prefix:
        return {prefix: {"path": held}}, {(prefix, "path"): place}
    return {"path": held}, {("path",): place}


def _segments(name: str, folder: str) -> dict[str, str]:
    return {f"{name}[{index}]": part for index, part in enumerate(folder.split("/")) if part}


def _from_files(
    patterns: list[Pattern], generator: Generator, source: SourceTree, scope: Scope, path: FieldPath
) -> list[ParamSet]:
    entries = _entries(source.tree, path)
    scope.work(len(entries) * len(patterns), path)
    make = doublestar_matcher if _is_set(scope, _NEW_GLOBBING) else pathspec_matcher
    matchers = [(one, _matcher(make, one)) for one in patterns]
    taken: dict[str, Pattern] = {}
    for file in entries:
        by = [one for one, matches in matchers if matches(file)]
        if by and not any(one.exclude for one in by):
            taken[file] = by[0]
    if not taken:
        scope.empty.append(_nothing("file", patterns, entries, source))
    prefix = str(generator.get("pathParamPrefix") or "")
    return [one for file, by in sorted(taken.items()) for one in _file(file, by, prefix, source, scope)]


def _file(file: str, by: Pattern, prefix: str, source: SourceTree, scope: Scope) -> Iterator[ParamSet]:
    tree = source.tree
    try:
        data = tree.read(file)
    except Unreadable as error:
        raise GeneratorFault(
            f"the file '{file}' cannot be read, so the set generates nothing ({error.reason})", by.path
        ) from error
    if source.checked:
        scope.files.add((tree.name, file))
    document = DocumentRef(tree.ref(file))
    for index, body in enumerate(bodies := _bodies(data, file, by, document)):
        origin = Origin(document, () if bodies.single else (index,), Via.APPLICATIONSET)
        yield _of_file(file, body, prefix, origin, scope)


class _Bodies(list[Mapping[str, Any]]):
    """The mappings that a file holds; `single` where it is one itself."""

    single = True


def _bodies(data: bytes, file: str, by: Pattern, document: DocumentRef) -> _Bodies:
    parsed = read(data, Typing.KUBECTL)
    first = next((one for one in parsed.documents if one.index == 0), None)
    reason = ""
    if first is None and (parsed.problems or parsed.templated):
        reason = parsed.problems[0].message if parsed.problems else "it is a template and no YAML"
    body = first.body if first is not None else {}
    if not reason and not isinstance(body, Mapping):
        if isinstance(body, list) and all(isinstance(one, Mapping | None) for one in body):
            found = _Bodies(one or {} for one in body)
            found.single = False
            return found
        reason = "it holds neither a mapping nor a list of mappings"
    if reason:
        raise GeneratorFault(
            f"the file '{file}' gives no parameters, so the set generates nothing ({reason})",
            by.path,
            related=(Note(document, (), "the file that is at fault"),),
        )
    return _Bodies([body])


def _of_file(file: str, body: Mapping[str, Any], prefix: str, origin: Origin, scope: Scope) -> ParamSet:
    folder = posixpath.dirname(file) or "."
    base, filename = posixpath.basename(folder), posixpath.basename(file)
    whole = Origin(origin.source, (), Via.APPLICATIONSET, verbatim=False)
    told = (f"file {file}",)
    held = {
        "path": folder,
        "basename": base,
        "filename": filename,
        "basenameNormalized": normalized(base),
        "filenameNormalized": normalized(filename),
    }
    if scope.engine.nested:
        held_path, place = _prefixed({**held, "segments": strings(folder.split("/"))}, prefix, whole)
        places: dict[Names, Blame] = {
            (str(key),): Origin(origin.source, (*origin.source_path, key), Via.APPLICATIONSET) for key in body
        }
        return ParamSet({**body, **held_path}, {**places, **place}, told)
    name = f"{prefix}.path" if prefix else "path"
    own = {name if key == "path" else f"{name}.{key}": value for key, value in held.items()}
    own.update(_segments(name, folder))
    flat = flattened(body)
    flat_places: dict[Names, Blame] = {(key,): _leaf(origin, body, key) for key in flat}
    return ParamSet({**flat, **own}, {**flat_places, **{(one,): whole for one in own}}, told)


def _leaf(origin: Origin, body: Any, flat: str) -> Origin:
    """Where the value stands that a flat name `a.b.0` means; keys may have dots of their own."""
    path: list[str | int] = []
    rest = flat
    while rest:
        parts = rest.split(".")
        if isinstance(body, list) and parts[0].isdigit() and int(parts[0]) < len(body):
            path.append(int(parts[0]))
            body, rest = body[int(parts[0])], ".".join(parts[1:])
            continue
        for length in range(1, len(parts) + 1):
            key = ".".join(parts[:length])
            if isinstance(body, Mapping) and key in body:
                path.append(key)
                body, rest = body[key], ".".join(parts[length:])
                break
        else:
            break
    return Origin(origin.source, (*origin.source_path, *path), Via.APPLICATIONSET)


def _matcher(make: Any, pattern: Pattern) -> Matcher:
    try:
        found: Matcher = make(pattern.text)
    except BadPattern as bad:
        raise GeneratorFault(f"'{pattern.text}' {bad}, so the set generates nothing", pattern.path) from bad
    return found


def _is_set(scope: Scope, option: str) -> bool:
    """Whether Argo CD's settings that stand in the repositories turn an option on."""
    for held in scope.known.named("", "ConfigMap", _PARAMETERS):
        data = held.body.get("data")
        if isinstance(data, Mapping) and str(data.get(option)).lower() == "true":
            return True
    return False


def _nothing(kind: str, patterns: list[Pattern], paths: Iterable[str], source: SourceTree) -> EmptyResult:
    wanted = [one for one in patterns if not one.exclude]
    if not wanted:
        return EmptyResult(patterns[0].path[:-2], f"all {kind}s are excluded and none is taken in")
    first = wanted[0]
    said = " or ".join(f"'{one.text}'" for one in wanted)
    message = f"no {kind} of {source.tree.name} matches {said}"
    return EmptyResult(first.path, message, _near(first.text, paths))


def _near(pattern: str, paths: Iterable[str]) -> str:
    """What a pattern that matches nothing may have meant: the first of its folders that is not there."""
    known = set(paths) | {above for one in paths for above in _above(one)}
    done = ""
    for part in pattern.removeprefix("./").split("/"):
        here = f"{done}/{part}" if done else part
        if any(character in part for character in "*?[{"):
            return ""
        if here not in known:
            siblings = [one for one in known if posixpath.dirname(one) == done]
            near = did_you_mean(here, siblings)
            return f"did you mean '{near}{pattern[len(here) :]}'?" if near else ""
        done = here
    return ""


def _above(path: str) -> Iterator[str]:
    while path := posixpath.dirname(path):
        yield path
