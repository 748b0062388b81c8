"""Rules of the house style that a machine can see, read from the syntax trees of the package."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

LONGEST_MODULE = 400
LONGEST_FUNCTION = 50

# Names that bring the environment, the clock, the current directory or chance into a function.
OUTSIDE_WORLD = {
    "os.environ",
    "os.getenv",
    "os.getcwd",
    "os.urandom",
    "Path.cwd",
    "Path.home",
    "time.time",
    "time.monotonic",
    "time.perf_counter",
    "datetime.now",
    "datetime.utcnow",
    "date.today",
    "random.random",
    "uuid.uuid4",
    "sys.argv",
    "sys.stdout",
    "sys.stderr",
    "sys.stdin",
    "print",
    "input",
}

PROCESS_STARTERS = {
    "os.system",
    "os.popen",
    "os.fork",
    "os.execv",
    "os.posix_spawn",
    "eval",
    "exec",
    "compile",
}

# Requests are repeated and programs are awaited: that takes a clock, and chance that keeps threads apart. The
# guard of a program is a program itself.
ALLOWED = {
    "reconcile/run.py": {"time.monotonic"},
    "reconcile/server/": {"time.monotonic", "random.random"},
    "reconcile/ephemeral/": {"time.monotonic"},
    "reconcile/staging/": {"time.monotonic"},
    "reconcile/ephemeral/guard.py": {"sys.argv", "sys.stdin"},
}

# Around one rule on one object, and around the whole command.
CATCHES_ALL = {"rules/engine.py", "cli/main.py"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.fixture(scope="module")
def modules(checkout: Path) -> dict[str, ast.Module]:
    package = checkout / "gitlint_ops"
    return {
        path.relative_to(package).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(package.rglob("*.py"))
    }


def test_no_module_is_longer_than_a_reader_can_hold(checkout: Path) -> None:
    lengths = {
        path.relative_to(checkout).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in (checkout / "gitlint_ops").rglob("*.py")
    }

    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_MODULE} == {}


def test_no_function_is_longer_than_a_page(modules: dict[str, ast.Module]) -> None:
    lengths = {
        f"{path}:{function.name}": body_lines(function)
        for path, tree in modules.items()
        for function in functions(tree)
    }

    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}


def test_only_the_command_line_sees_the_environment_the_clock_and_the_terminal(
    modules: dict[str, ast.Module],
) -> None:
    seen = {
        f"{path}:{node.lineno}: {name}"
        for path, tree in modules.items()
        if not path.startswith("cli/") and path != "__main__.py"
        for node, name in names_used(tree)
        if name in OUTSIDE_WORLD and not is_allowed(path, name)
    }

    assert seen == set()


def test_nothing_of_a_linted_repository_can_be_run(modules: dict[str, ast.Module]) -> None:
    seen = {
        f"{path}:{node.lineno}: {name}"
        for path, tree in modules.items()
        for node, name in names_used(tree)
        if name in PROCESS_STARTERS
    }

    assert seen == set()


def test_no_module_fetches_an_address(modules: dict[str, ast.Module]) -> None:
    seen = {
        f"{path}: {name}"
        for path, tree in modules.items()
        for name in imported(tree)
        if name.startswith("urllib.request")
    }

    assert seen == set()


def test_all_exceptions_are_caught_in_two_agreed_places_only(modules: dict[str, ast.Module]) -> None:
    places = {
        path
        for path, tree in modules.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler) and catches_all(node)
    }

    assert places <= CATCHES_ALL


def is_allowed(path: str, name: str) -> bool:
    return any(path.startswith(start) and name in names for start, names in ALLOWED.items())


def functions(tree: ast.Module) -> Iterator[Function]:
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def body_lines(function: Function) -> int:
    """Lines from `def` to the end, without the docstring."""
    assert function.end_lineno is not None
    first = function.body[0]
    docstring = 0
    if ast.get_docstring(function) is not None:
        assert first.end_lineno is not None
        docstring = first.end_lineno - first.lineno + 1
    return function.end_lineno - function.lineno + 1 - docstring


def names_used(tree: ast.Module) -> Iterator[tuple[ast.expr, str]]:
    """Names and two-part attributes (`os.environ`, `Path.cwd`) where they are read."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            yield node, f"{node.value.id}.{node.attr}"
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            yield node, node.id


def imported(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def catches_all(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        one is None or (isinstance(one, ast.Name) and one.id in ("Exception", "BaseException"))
        for one in caught
    )
