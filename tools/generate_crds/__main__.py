"""Write schemas/crds/: the schemas of well-known custom resources, without prose, and their lock.

    python tools/generate_crds

It takes exactly the packages that sources.toml names, with the clients of the Go and Python
registries, so it needs `go`, `pip` and PyYAML. The same list gives the same files.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from definitions import Version, generated, published, shipped
from fetch import Fetched, controller_gen, fetch, generate
from pins import Pins
from sources import Source, read_sources

HERE = Path(__file__).resolve().parent
OUTPUT = HERE.parents[1] / "schemas" / "crds"


def main(output: Path) -> None:
    version, sources = read_sources(HERE / "sources.toml")
    pins = Pins()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        program = controller_gen(version, work)
        for source in sources:
            fetched = fetch(source, work)
            taken = pins.add(source, fetched, _versions(source, fetched, program, work))
            print(f"{source.name} {source.version}: {taken}", flush=True)
    pins.write(output, version)


def _versions(source: Source, fetched: Fetched, program: Path, work: Path) -> Iterator[Version]:
    if source.files:
        return shipped(source, fetched.folder)
    if source.packages:
        return generated(source, generate(program, source, work), fetched.folder)
    return published(source, fetched.folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUTPUT)
