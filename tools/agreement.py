"""Compare our verdicts with a real API server's, on whole repositories and on changed valid objects.

    python tools/agreement.py --report agreement.md [--changes 4] [--corpus ../shared/corpus]

Exits with 1 where less is caught, or more is alarmed about, than issue 4 asks for.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(CHECKOUT))

from gitlint_ops.model.location import format_path  # noqa: E402
from tests.cluster import page  # noqa: E402
from tests.cluster.agreement import Case, Judge, Judged, Matrix, matrix  # noqa: E402
from tests.cluster.client import Body, Client  # noqa: E402
from tests.cluster.corpora import filled_in_later, objects  # noqa: E402
from tests.cluster.definitions import create, legal  # noqa: E402
from tests.cluster.mutations import SEED, mutations  # noqa: E402
from tests.cluster.others import Other, others  # noqa: E402
from tests.cluster.pinned import pinned_definitions  # noqa: E402
from tests.cluster.provision import find, running  # noqa: E402
from tests.cluster.seeds import definitions, seeds  # noqa: E402
from tests.cluster.server import Server  # noqa: E402

LEAST_CAUGHT = 0.97
MOST_ALARMED = 0.005
Write = Callable[[str], None]
Beside = tuple[str, str, Matrix, Matrix, int]
"""Another validator, what it judged, its figures, ours on the same, and how many it has no schema of."""


def main() -> int:
    arguments = _arguments()
    means = find()
    if isinstance(means, str):
        print(f"not compared: {means}")
        return 0
    lines: list[str] = []
    with running(means) as server, Client(server) as client:
        held = _run(server, client, arguments, lines.append)
    text = "\n".join(lines) + "\n"
    if arguments.report:
        Path(arguments.report).write_text(text)
    else:
        print(text)
    return 0 if held else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=Path, help="the page of the documentation to write the tables into")
    parser.add_argument("--report", help="the file to write, instead of the screen")
    parser.add_argument("--changes", type=int, default=4, help="at most so many of one sort to one object")
    parser.add_argument("--seed", type=int, default=SEED, help="another one makes other changes")
    parser.add_argument("--corpus", type=Path, default=CHECKOUT.parent / "shared" / "corpus")
    return parser.parse_args()


def _run(server: Server, client: Client, arguments: argparse.Namespace, write: Write) -> bool:
    started = time.monotonic()
    bodies = [(name, one.body) for name, folder in _repositories(arguments.corpus) for one in objects(folder)]
    defined, refused = legal(client, [*definitions(), *(body for _, body in bodies if _is_definition(body))])
    held = {_name(one) for one in defined}
    pins, refused_pins = legal(client, [one for one in pinned_definitions() if _name(one) not in held])
    judge = Judge(client, server.release(), defined)
    write(f"# Agreement with kube-apiserver {server.release()}\n")
    write(f"{len(defined)} definitions of repositories and tests, {len(pins)} of the pinned ones.\n")
    for name, said in (*refused.items(), *refused_pins.items()):
        write(f"- not created, the server refuses it: {name}: {_one_line(said)}")
    cases = {
        "Rendered objects of repositories": [
            Case(name, _name(body), body) for name, body in bodies if not filled_in_later(body)
        ],
        "Valid objects": [Case("as it is", _name(body), body) for body in seeds()],
        "The same with one field changed": list(_changes(arguments.changes, arguments.seed)),
    }
    left_out = len(bodies) - len(cases["Rendered objects of repositories"])
    write(f"\n{left_out} rendered objects are left out: they hold text that is filled in later.")
    found = _judged(judge, client, pins, cases)
    for title, judged in found.items():
        _tell(title, judged, write)
    beside = list(_others(found, server.release(), write))
    if arguments.page:
        page.written(arguments.page, page.measured(found, beside))
    write(f"\n{time.monotonic() - started:.0f} s in all.")
    figures = [matrix(judged) for judged in found.values()]
    crashed = any(one.crash for judged in found.values() for one in judged)
    return not crashed and all(one.caught >= LEAST_CAUGHT and one.alarmed <= MOST_ALARMED for one in figures)


def _judged(
    judge: Judge, client: Client, pins: Sequence[Body], cases: Mapping[str, Sequence[Case]]
) -> dict[str, list[Judged]]:
    """All cases in one go, as what they need is created in between; given back by their titles."""
    create(client, pins)
    titles = {id(case): title for title, some in cases.items() for case in some}
    found: dict[str, list[Judged]] = {title: [] for title in cases}
    for one in judge.judge([case for some in cases.values() for case in some]):
        found[titles[id(one.case)]].append(one)
    return found


def _repositories(corpus: Path) -> Iterator[tuple[str, Path]]:
    for example in sorted((CHECKOUT / "examples").iterdir()):
        yield f"examples/{example.name}", example
    if corpus.is_dir():
        yield from ((one.name, one) for one in sorted(corpus.iterdir()) if one.is_dir())


def _changes(at_most: int, seed: int) -> Iterator[Case]:
    for body in seeds():
        for one in mutations([body], at_most, seed):
            yield Case(one.label, f"{_name(body)} {format_path(one.path)}", one.body)


def _is_definition(body: object) -> bool:
    return isinstance(body, dict) and body.get("kind") == "CustomResourceDefinition"


def _name(body) -> str:  # type: ignore[no-untyped-def]
    metadata = body.get("metadata")
    return str(metadata.get("name")) if isinstance(metadata, dict) else ""


def _tell(title: str, judged: Sequence[Judged], write: Write) -> None:
    write(f"\n## {title}\n")
    write(_figures(matrix(judged)))
    apart = [one for one in judged if one.server.one_way]
    write(f"{len(apart)} of those that the server rejects it rejects only applied, or only created.")
    for one in judged:
        if one.crash:
            write(f"- CRASH: {one.case.kind}, {one.case.label}: {one.case.where}: {one.crash}")
    _table("sort", judged, lambda one: one.case.label, write)
    _table("kind", judged, lambda one: one.case.kind, write)
    _reasons(judged, write)
    _disagreements(judged, write)


def _others(found: Mapping[str, Sequence[Judged]], kubernetes: str, write: Write) -> Iterator[Beside]:
    """What other validators say to the same objects."""
    for other in others(kubernetes):
        if isinstance(other, str):
            write(f"\nNot compared: {other}.")
        else:
            yield from _beside(other, found, write)


def _beside(other: Other, found: Mapping[str, Sequence[Judged]], write: Write) -> Iterator[Beside]:
    """Another validator and ours, objects of kinds that it has no schema of left out."""
    write(f"\n## {other.title}\n")
    for title, judged in found.items():
        verdicts = other.verdicts([one.case.body for one in judged])
        known = [(one, verdict) for one, verdict in zip(judged, verdicts, strict=True) if verdict is not None]
        theirs = [Judged(one.case, one.server, () if accepted else ("rejected",)) for one, accepted in known]
        write(f"- {title}, {len(judged) - len(known)} left out, it: {_figures(matrix(theirs))}")
        ours = matrix([one for one, _ in known])
        write(f"- {title}, gitlint-ops on those: {_figures(ours)}")
        yield other.title, title, matrix(theirs), ours, len(judged) - len(known)


def _reasons(judged: Sequence[Judged], write: Write) -> None:
    """What the server says to objects that we accept, the most frequent first."""
    found: dict[str, list[Judged]] = {}
    for one in judged:
        if not one.agreed and not one.server.accepted:
            found.setdefault(_reason(one.server.message), []).append(one)
    if found:
        write("\n### Why the server rejects what we accept\n")
    for reason, some in sorted(found.items(), key=lambda one: -len(one[1])):
        write(f"- {len(some)} x {reason} (such as {some[0].case.kind} {some[0].case.where})")


def _reason(message: str) -> str:
    """A message without what differs between two objects with the same fault."""
    said = re.split(r"\): |is invalid: ", message, maxsplit=1)[-1]
    said = re.sub(r'"[^"]*"|\d+', "_", said)
    return _one_line(re.sub(r"^\[?[\w.\[\]/()-]+: ", "", said))[:120]


def _figures(found: Matrix) -> str:
    return (
        f"both accept {found.both_accept}, both reject {found.both_reject},"
        f" only we reject {found.only_we_reject}, only we accept {found.only_we_accept}:"
        f" {found.caught:.2%} of what the server rejects is rejected here,"
        f" {found.alarmed:.2%} of what it accepts."
    )


def _table(name: str, judged: Sequence[Judged], of: Callable[[Judged], str], write: Write) -> None:
    write(f"\n| {name} | both accept | both reject | only we reject | only we accept |")
    write("| --- | ---: | ---: | ---: | ---: |")
    for key, group in groupby(sorted(judged, key=of), key=of):
        found = matrix(group)
        counts = (found.both_accept, found.both_reject, found.only_we_reject, found.only_we_accept)
        write(f"| {key} | " + " | ".join(map(str, counts)) + " |")


def _disagreements(judged: Sequence[Judged], write: Write) -> None:
    for title, accepted in (("Only we reject", True), ("Only we accept", False)):
        found = [one for one in judged if not one.agreed and one.server.accepted == accepted]
        if found:
            write(f"\n### {title}\n")
        for one in sorted(found, key=lambda one: (one.case.kind, one.case.label)):
            said = one.ours[0] if accepted else one.server.message.rpartition("is invalid: ")[2]
            write(f"- {one.case.kind}, {one.case.label}: {one.case.where}: {_one_line(said)}")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300]


if __name__ == "__main__":
    sys.exit(main())
