"""`helmCharts:`: charts that lie in the repository, rendered by helm as kustomize has it do.

Charts that kustomize would fetch are not fetched: they are said to be unchecked, with the command
that puts them into the repository.

Source: api/internal/builtins/HelmChartInflationGenerator.go, api/types/helmchartargs.go
"""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from gitlint_ops.build.helm.chart import Chart, ChartUnreadable
from gitlint_ops.build.helm.defaults import defaults
from gitlint_ops.build.helm.messages import plain_message
from gitlint_ops.build.helm.metadata import CHART_FILE
from gitlint_ops.build.helm.program import HelmFailed, HelmUnusable
from gitlint_ops.build.helm.refusals import schema_violations
from gitlint_ops.build.helm.render import Release, values_file
from gitlint_ops.build.helm.request import Rendering
from gitlint_ops.build.helm.values import Values, composed, layer_of_file, layer_of_mapping
from gitlint_ops.build.kustomize.chart_resources import does_not_render, resources_of_output
from gitlint_ops.build.kustomize.decode import Fields, StructOf
from gitlint_ops.build.kustomize.elsewhere import LeftOut
from gitlint_ops.build.kustomize.faults import REFERENCE_MISSING, BuildFault, Place, fault
from gitlint_ops.build.kustomize.kustomization import HELM_CHART, HELM_GLOBALS, Entry, Kustomization
from gitlint_ops.build.kustomize.loader import Folder, NotFound
from gitlint_ops.build.kustomize.merge_lists import ListOrder
from gitlint_ops.build.kustomize.merge_nodes import MergeFault, Written
from gitlint_ops.build.kustomize.reading import Reader, written_in
from gitlint_ops.build.kustomize.resource import Resource
from gitlint_ops.build.kustomize.steps import Bench
from gitlint_ops.build.kustomize.strategic_merge import MergeOptions, merge_values
from gitlint_ops.model.blame import Origin, Via
from gitlint_ops.model.location import DocumentRef
from gitlint_ops.syntax.documents import Typing
from gitlint_ops.syntax.emit import emit

PLUGIN = "HelmChartInflationGenerator"
PLUGIN_SHAPE = StructOf(PLUGIN, {**HELM_GLOBALS.fields, **HELM_CHART.fields})

_OVERRIDE, _MERGE, _REPLACE = "override", "merge", "replace"
_DEFAULT_HOME = "charts"

# What the fields of the deprecated helmChartInflationGenerator became; the others mean nothing now.
_NEW_NAMES = {
    "chartName": "name",
    "chartVersion": "version",
    "chartRepoUrl": "repo",
    "values": "valuesFile",
    "valuesLocal": "valuesInline",
    "valuesMerge": "valuesMerge",
    "releaseName": "releaseName",
}


class ChartEntry(Struct, frozen=True):
    """One chart to render. `home` is the folder of charts, `namespace` the kustomization's own.

    `inherits`: a namespace that overlays set reaches it too (it does not reach plugins).
    """

    fields: Fields
    home: str
    namespace: str = ""
    inherits: bool = True

    @property
    def name(self) -> str:
        return self.fields.text("name")

    @property
    def folder(self) -> str:
        """Where the chart is looked for, from the kustomization's folder.

        Charts that have a repository and a version lie in folders that name the version.
        """
        version = self.fields.text("version")
        versioned = f"{self.name}-{version}" if version and self.fields.text("repo") else ""
        return posixpath.join(self.home, versioned, self.name)

    @property
    def place(self) -> Place:
        return self.fields.at("name") if "name" in self.fields else self.fields.place


def chart_entries(kustomization: Kustomization) -> Iterator[ChartEntry]:
    """The charts of a kustomization, those of the deprecated field last."""
    fields = kustomization.fields
    old = fields.structs("helmChartInflationGenerator")
    settings = fields.struct("helmGlobals")
    homes = [one.text("chartHome") for one in old if one.text("chartHome")]
    home = settings.text("chartHome") if settings is not None else homes[-1] if homes else ""
    for one in (*fields.structs("helmCharts"), *(_modern(one) for one in old)):
        yield ChartEntry(one, home or _DEFAULT_HOME, fields.text("namespace"))


def _modern(old: Fields) -> Fields:
    values = {new: old.values[name] for name, new in _NEW_NAMES.items() if name in old}
    spelled = {new: old.spelled.get(name, name) for name, new in _NEW_NAMES.items() if name in old}
    return Fields(values, old.place, spelled)


def plugin_entry(config: Fields) -> ChartEntry:
    """The chart of a generator's own configuration file."""
    return ChartEntry(config, config.text("chartHome") or _DEFAULT_HOME, inherits=False)


def inflate(chart: ChartEntry, bench: Bench) -> tuple[Resource, ...]:
    """The resources of a chart; none where it cannot be rendered here, which is noted.

    Raises:
        BuildFault: the entry is wrong, a file is missing, or helm refuses the chart.
    """
    _check(chart)
    record = bench.record
    try:
        release = _release(chart, bench)
        folder = _chart_folder(chart, bench.reader)
        values = _values(chart, bench)
        # Also of a chart that cannot be read it is known that it is rendered here.
        record.inputs.update(_of(folder, (CHART_FILE,)))
        files = bench.charts.chart(folder.tree, folder.path)
        record.inputs.update(_of(folder, files.files))
        if not bench.charts.helm.path:
            reason = f"Helm charts are not rendered: {bench.charts.helm.absent}"
            record.leave_out_everywhere(reason)
            return ()
        for path, reference in files.withheld.items():
            reason = f"values of the chart {chart.name} are not validated: {path} refers to {reference}"
            record.leave_out(chart.fields.place, f"{reason}, which is not fetched", resources=False)
        release = replace(release, values=(values, *release.values))
        return _rendered(chart, files, release, bench)
    except LeftOut as error:
        record.leave_out(chart.fields.place, str(error), resources=True)
    except (ChartUnreadable, HelmUnusable) as error:
        record.leave_out(
            chart.fields.place, f"the chart {chart.name} is not rendered: {error}", resources=True
        )
    return ()


def _of(folder: Folder, names: Iterable[str]) -> Iterator[str]:
    """The files of a chart's folder, by their paths in the repository."""
    paths = (posixpath.join(folder.path, one) for one in names)
    return (one for one in paths if folder.tree.is_file(one))


def _check(chart: ChartEntry) -> None:
    fields = chart.fields
    if not chart.name:
        raise fault("this chart has no name (kustomize: chart name cannot be empty)", fields.place)
    known = (_MERGE, _OVERRIDE, _REPLACE)
    if fields.text("valuesMerge") not in ("", *known):
        raise fault(
            f"valuesMerge must be one of {', '.join(known)}, not {fields.text('valuesMerge')!r}",
            fields.at("valuesMerge"),
        )


def _release(chart: ChartEntry, bench: Bench) -> Release:
    """What helm is asked, but for the values file, which helm takes before the additional ones."""
    fields, defaults = chart.fields, bench.reader.folder.releases
    namespace = fields.text("namespace") or chart.namespace
    if (not namespace and chart.inherits) or "kubeVersion" not in fields:
        bench.record.takes_defaults = True
    more = (
        Entry(text, fields.at("additionalValuesFiles", index))
        for index, text in enumerate(fields.texts("additionalValuesFiles"))
    )
    return Release(
        name=fields.text("releaseName"),
        namespace=namespace or (defaults.namespace if chart.inherits else ""),
        name_template=fields.text("nameTemplate"),
        values=tuple(bench.reader.data(one)[1] for one in more),
        api_versions=fields.texts("apiVersions"),
        kubernetes=fields.text("kubeVersion") or defaults.kubernetes,
        include_crds=fields.flag("includeCRDs"),
        skip_tests=fields.flag("skipTests"),
        skip_hooks=fields.flag("skipHooks"),
    )


# A folder on disk of which the tree lists no file.
_NOT_THERE = {
    "does not exist": "is not in the repository",
    "is a folder": "is a folder that is empty or ignored by git, so no commit holds it",
}


def _chart_folder(chart: ChartEntry, reader: Reader) -> Folder:
    found = reader.folder.folder(chart.folder)
    if isinstance(found, Folder):
        return found
    repo = chart.fields.text("repo")
    told = _NOT_THERE.get(found.reason, found.reason)
    if repo:
        raise LeftOut(
            f"the chart {chart.folder} {told}: fetch it with `{_pull(chart, reader.folder)}` and commit it"
        )
    if found.absent or _is_outside(chart, reader.folder):
        raise LeftOut(f"the chart {chart.folder} {told}")
    raise fault(
        f"the chart {chart.folder} {told} (kustomize: no repo specified for pull, no chart found)",
        chart.place,
        rule=REFERENCE_MISSING,
        hint=found.hint or "commit the chart there, or say its repo and version",
    )


def _is_outside(chart: ChartEntry, folder: Folder) -> bool:
    return posixpath.normpath(posixpath.join("/", folder.path, chart.folder)) == "/" or (
        posixpath.normpath(posixpath.join(folder.path, chart.folder)).startswith(("../", "/"))
    )


def _pull(chart: ChartEntry, folder: Folder) -> str:
    """The command, from the repository's root, that puts the chart where kustomize looks for it."""
    fields = chart.fields
    repo, version = fields.text("repo"), fields.text("version")
    into = posixpath.normpath(posixpath.join(folder.path, posixpath.dirname(chart.folder)))
    words = ["helm", "pull", "--untar", "--untardir", into]
    if repo.startswith("oci://"):
        words.append(f"{repo.rstrip('/')}/{chart.name}")
    else:
        words += ["--repo", repo, chart.name]
    words += ["--version", version] if version else []
    words += ["--devel"] if fields.flag("devel") else []
    return shlex.join(words)


def _values(chart: ChartEntry, bench: Bench) -> bytes:
    """The text of the first values file that helm is given."""
    inline: Mapping[str, Any] = chart.fields.values.get("valuesInline") or {}
    merge = chart.fields.text("valuesMerge") or _OVERRIDE
    if inline and merge == _REPLACE:
        return emit(inline).encode("utf-8", "surrogatepass")
    entry = _values_entry(chart, bench.reader)
    if not inline:
        return bench.reader.data(entry)[1]
    merged = _merged(chart, entry, inline, bench, inline_wins=merge == _OVERRIDE)
    return emit(merged).encode("utf-8", "surrogatepass")


def _values_entry(chart: ChartEntry, reader: Reader) -> Entry:
    if chart.fields.text("valuesFile"):
        return Entry(chart.fields.text("valuesFile"), chart.fields.at("valuesFile"))
    path = posixpath.join(chart.folder, "values.yaml")
    found = reader.folder.file(path)
    if isinstance(found, NotFound) and not found.absent:
        raise fault(
            f"{path} {found.reason}; kustomize reads the chart's values.yaml even where helm needs none",
            chart.place,
            rule=REFERENCE_MISSING,
            hint="name a file of this folder in valuesFile"
            if "security" in found.reason
            else "add the file, if only with `{}` in it, or name another in valuesFile",
        )
    return Entry(path, chart.place)


def _merged(
    chart: ChartEntry, entry: Entry, inline: Mapping[str, Any], bench: Bench, *, inline_wins: bool
) -> Any:
    reader = bench.reader
    reader.pieces(entry)
    file = reader.locate(entry)
    documents = reader.sources.text(file, Typing.KUSTOMIZE).documents
    first = next((one for one in documents if one.index == 0), None)
    place = chart.fields.at("valuesInline")
    if first is None:
        raise fault(
            f"{entry.text} is empty, and then kustomize cannot merge valuesInline into it (kustomize: could "
            "not parse values file into rnode: EOF)",
            place,
            hint="write `{}` into the file, or set valuesMerge: replace",
        )
    held = (first.body, Origin(DocumentRef(file), (), Via.HELM_VALUES))
    given = (dict(inline), Origin(place.document, place.path, Via.HELM_VALUES))
    (dest, over), (patch, origin) = (held, given) if inline_wins else (given, held)
    options = MergeOptions(list_order=ListOrder.BASE_FIRST, written=_nulls(written_in(reader.sources), place))
    try:
        merged = merge_values(dest, patch, over, origin, bench.schema, options)
    except MergeFault as error:
        raise fault(
            f"valuesInline and {entry.text} do not merge (kustomize: could not merge values: {error.reason})",
            place,
        ) from error
    value = merged[0] if merged is not None else {}
    if not isinstance(value, dict):
        raise fault(f"{entry.text} is no mapping (kustomize: could not parse merged values into map)", place)
    return value


def _values_names(chart: ChartEntry) -> Iterator[str]:
    """The values files as the entry names them, in the order in which helm is given them."""
    fields = chart.fields
    name = fields.text("valuesFile") or posixpath.join(chart.folder, "values.yaml")
    if fields.values.get("valuesInline"):
        replaces = fields.text("valuesMerge") == _REPLACE
        name = "valuesInline" if replaces else f"{name} with valuesInline"
    yield name
    yield from fields.texts("additionalValuesFiles")


def _nulls(written: Written, inline: Place) -> Written:
    """How nulls are written: those of valuesInline always in full. Quotes mean nothing to this merge."""

    def text(origin: Origin) -> str | None:
        if origin.source == inline.document:
            return "null"
        found = written(origin)
        return found if found in ("", "~") or (found or "").lower() == "null" else None

    return text


def _rendered(chart: ChartEntry, files: Chart, release: Release, bench: Bench) -> tuple[Resource, ...]:
    tree, given = bench.reader.folder.tree, _given(chart, bench)
    entry = chart.fields.place.origin(Via.GENERATOR)
    own = defaults(files, tree, entry)
    rendering = Rendering(chart.name, files, tree, release, given, own, entry)
    try:
        output = bench.charts.render(files, release)
    except HelmFailed as error:
        said = str(error)
        wrong = schema_violations(rendering, said, chart.place.document, chart.place.path)
        if wrong:
            reason = f"the chart {chart.name} does not render (helm: {plain_message(said)})"
            raise BuildFault(f"{chart.place.document.file.path}: {reason}", wrong) from error
        for number, name in enumerate(_values_names(chart)):
            said = said.replace(values_file(number), name)
        raise does_not_render(chart.name, chart.place, files, tree, said) from error
    bench.charts.renderings.append(rendering)
    place, sources = chart.fields.place, bench.reader.sources
    return resources_of_output(chart.name, place, files, sources, tree, output, given)


def _given(chart: ChartEntry, bench: Bench) -> Values:
    """The values that the entry itself gives, and what set them; those of the chart are not among them."""
    fields, reader = chart.fields, bench.reader
    inline, place = fields.values.get("valuesInline"), fields.at("valuesInline")
    layers = []
    if fields.text("valuesFile") and not (inline and fields.text("valuesMerge") == _REPLACE):
        file = reader.locate(Entry(fields.text("valuesFile"), fields.at("valuesFile")))
        layers.append(layer_of_file(file, reader.sources))
    if inline:
        origin = Origin(place.document, place.path, Via.HELM_VALUES)
        layers.append(layer_of_mapping(inline, origin, "valuesInline"))
    if fields.text("valuesMerge") == _MERGE:
        layers.reverse()
    for index, text in enumerate(fields.texts("additionalValuesFiles")):
        file = reader.locate(Entry(text, fields.at("additionalValuesFiles", index)))
        layers.append(layer_of_file(file, reader.sources))
    return composed(layers, (), place.origin(Via.HELM_VALUES))
