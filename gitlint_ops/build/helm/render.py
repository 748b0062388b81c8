"""`helm template` for one chart with its values; the same question is asked only once a run."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from gitlint_ops.build.helm.cache import RenderCache
from gitlint_ops.build.helm.chart import Chart, ChartUnreadable, read_chart
from gitlint_ops.build.helm.program import Helm, HelmFailed, HelmUnusable, empty_folder, run_helm
from gitlint_ops.workspace.tree import Tree

if TYPE_CHECKING:
    from gitlint_ops.build.helm.request import Rendering

_CHART = "chart"


class Release(Struct, frozen=True):
    """What `helm template` is asked; empty means not asked. `values` are files, the later winning.

    `settings` are values set by their paths: the option (`set`, `set-string`, `set-file`) with its text;
    that of `set-file` is a path to set, to what the file of the same number in `texts` holds.
    """

    name: str = ""
    namespace: str = ""
    name_template: str = ""
    values: tuple[bytes, ...] = ()
    api_versions: tuple[str, ...] = ()
    kubernetes: str = ""
    include_crds: bool = False
    skip_tests: bool = False
    skip_hooks: bool = False
    skip_schemas: bool = False
    settings: tuple[tuple[str, str], ...] = ()
    texts: tuple[bytes, ...] = ()

    def arguments(self) -> Iterator[str]:
        """The command line. Texts of the repository never stand where one could be taken for a flag."""
        yield "template"
        for flag, texts in (
            ("namespace", (self.namespace,)),
            ("name-template", (self.name_template,)),
            ("values", tuple(values_file(number) for number in range(len(self.values)))),
            ("api-versions", self.api_versions),
            ("kube-version", (self.kubernetes,)),
        ):
            yield from (f"--{flag}={text}" for text in texts if text)
        yield from self._set()
        for flag, wanted in (
            ("include-crds", self.include_crds),
            ("skip-tests", self.skip_tests),
            ("no-hooks", self.skip_hooks),
            ("skip-schema-validation", self.skip_schemas),
            ("generate-name", not self.name),
        ):
            if wanted:
                yield f"--{flag}"
        yield "--"
        if self.name:
            yield self.name
        yield f"./{_CHART}"

    def _set(self) -> Iterator[str]:
        number = 0
        for option, text in self.settings:
            if option == "set-file":
                yield f"--{option}={text}={text_file(number)}"
                number += 1
            else:
                yield f"--{option}={text}"


def text_file(number: int) -> str:
    """What the file is called that a value is set to."""
    return f"text-{number}"


def values_file(number: int) -> str:
    """What helm's messages call the values file with this number."""
    return f"values-{number}.yaml"


class ChartRenderer:
    """Renders charts; what it has read and rendered is kept for the run.

    `renderings` are noted by those for whom nobody else keeps them.
    """

    def __init__(self, helm: Helm, beside: ChartRenderer | None = None) -> None:
        """`beside` shares what it has read and rendered."""
        self.helm = helm
        self._cache = RenderCache(helm.cache, helm.path) if helm.cache and helm.path else None
        self.renderings: list[Rendering] = []
        self._planned: dict[str, tuple[Chart, Release]] | None = None
        self._charts: dict[tuple[str, str, str], Chart | ChartUnreadable] = beside._charts if beside else {}
        self._rendered: dict[str, bytes | HelmFailed | HelmUnusable] = beside._rendered if beside else {}

    def chart(self, tree: Tree, folder: str) -> Chart:
        """The chart in a folder.

        Raises:
            ChartUnreadable: not all of it can be read.
        """
        key = (tree.name, tree.revision, folder)
        held = self._charts.get(key)
        if held is None:
            try:
                held = read_chart(tree, folder)
            except ChartUnreadable as error:
                held = error
            self._charts[key] = held
        if isinstance(held, ChartUnreadable):
            raise ChartUnreadable(str(held))
        return held

    def render(self, chart: Chart, release: Release) -> bytes:
        """What helm prints for the chart.

        Raises:
            HelmFailed: it refuses the chart or the values.
            HelmUnusable: it could not be run, or went beyond a limit.
        """
        key = _digest(chart, release)
        held = self._rendered.get(key)
        if held is None and self._planned is not None:
            self._planned[key] = (chart, release)
            raise HelmUnusable("it is rendered later")
        if held is None:
            held = self._rendered[key] = self._run(chart, release, key)
        if isinstance(held, bytes):
            return held
        raise type(held)(str(held))

    @contextlib.contextmanager
    def planned(self, at_once: int = 2) -> Iterator[None]:
        """Only note what is asked to be rendered, and at the end render all of that, several at a time.

        Whoever asks in between is told that helm gave no verdict, and asks again afterwards.
        """
        self._planned = {}
        try:
            yield
        finally:
            wanted, self._planned = self._planned, None
            self.render_ahead(wanted.values(), at_once)

    @property
    def is_planning(self) -> bool:
        """Whether nothing is rendered for now, so that no result counts."""
        return self._planned is not None

    def render_ahead(self, wanted: Iterable[tuple[Chart, Release]], at_once: int = 2) -> None:
        """Render several charts at once, so that `render` finds them; faults are told there."""
        from concurrent.futures import ThreadPoolExecutor

        keyed = {_digest(*one): one for one in wanted if self.helm.path}
        missing = {key: one for key, one in keyed.items() if key not in self._rendered}
        if missing:
            # Each is a process of its own; the threads only wait for it.
            with ThreadPoolExecutor(at_once) as pool:
                made = pool.map(lambda key: self._run(*missing[key], key), missing)
                self._rendered.update(zip(missing, made, strict=True))

    def _run(self, chart: Chart, release: Release, key: str) -> bytes | HelmFailed | HelmUnusable:
        held = self._cache.get(key) if self._cache is not None else None
        made = held if held is not None else self._asked(chart, release)
        if held is None and isinstance(made, bytes) and self._cache is not None:
            self._cache.put(key, made)
        return made

    def _asked(self, chart: Chart, release: Release) -> bytes | HelmFailed | HelmUnusable:
        with empty_folder() as folder:
            chart.write(folder / _CHART)
            for number, data in enumerate(release.values):
                (folder / values_file(number)).write_bytes(data)
            for number, data in enumerate(release.texts):
                (folder / text_file(number)).write_bytes(data)
            try:
                return run_helm(self.helm, [*release.arguments()], folder)
            except HelmFailed as error:
                said = str(error).replace(f"{folder}/", "").replace(f"./{_CHART}", chart.folder)
                return HelmFailed(said)
            except HelmUnusable as error:
                return error


def _digest(chart: Chart, release: Release) -> str:
    told = hashlib.sha256(chart.digest.encode())
    texts = (one.encode("utf-8", "surrogatepass") for one in release.arguments())
    for part in (*texts, *release.values, *release.texts):
        told.update(f"{len(part)}\n".encode())
        told.update(part)
    return told.hexdigest()
