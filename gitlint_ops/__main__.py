"""Entry point of `gitlint-ops` and `python -m gitlint_ops`; answers --version without imports."""

from __future__ import annotations

import sys


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        from gitlint_ops import __version__

        sys.stdout.write(f"gitlint-ops {__version__}\n")
        return
    from gitlint_ops.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
