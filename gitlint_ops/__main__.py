"""Entry point of `gitlint-ops` and `python -m gitlint_ops`; answers --version without imports."""

from __future__ import annotations

import gc
import sys


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        from gitlint_ops import __version__

        sys.stdout.write(f"gitlint-ops {__version__}\n")
        return
    # What a run reads stays until its end and holds no cycles worth looking for: with Python's own
    # thresholds the collector takes a tenth of the time.
    gc.set_threshold(200_000, 50, 50)
    from gitlint_ops.cli.main import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
