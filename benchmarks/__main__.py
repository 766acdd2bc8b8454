"""`python -m benchmarks [NAME ...] [--quick]`: run some benchmarks, or all of them."""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from . import endpoint, generation, load, mount, size, suite

BENCHMARKS = {
    "generation": generation.run,
    "endpoint": endpoint.run,
    "mount": mount.run,
    "size": size.run,
    "suite": suite.run,
    "load": load.run,
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Print each benchmark's tables, as Markdown, when it is done."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument(
        "--quick", action="store_true", help="few rounds: shows that it runs, no more"
    )
    options = parser.parse_args(arguments)
    for name in options.names:
        if name not in BENCHMARKS:
            parser.error(f"no benchmark {name!r}: choose from {', '.join(BENCHMARKS)}")
    print(
        f"{date.today()}, {os.cpu_count()} cores, {platform.machine()}, "
        f"{platform.system()}, Python {platform.python_version()}. "
        "Medians, with the quartiles in brackets."
    )
    if options.quick:
        print("Quick: these numbers mean nothing.")
    for name in options.names or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
            print(f"\n## {name}\n", flush=True)
            print(BENCHMARKS[name](Path(scratch), quick=options.quick), flush=True)


if __name__ == "__main__":
    main()
