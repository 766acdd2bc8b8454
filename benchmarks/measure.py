"""What the benchmarks share: turns, processes and tables."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple, TypeVar

from tests.helpers import cookiecutter_command, environment, must

if sys.platform != "win32":
    import resource

T = TypeVar("T")

# What a cost is measured by; on Windows the second is too coarse.
CLOCKS = ("wall",) if sys.platform == "win32" else ("wall", "cpu")

SECRET = "a secret of these benchmarks, and of nothing else"


class Cost(NamedTuple):
    """Seconds on the clock, and seconds of a processor: truer on a busy machine."""

    wall: float
    cpu: float


def take_turns(
    sides: Mapping[str, Callable[[], T]], rounds: int, warm_up: int = 1
) -> dict[str, list[T]]:
    """Call each side once a round, another one first in each; return what they return.

    What else the machine does then slows all sides alike.
    """
    found: dict[str, list[T]] = {name: [] for name in sides}
    order = list(sides)
    for number in range(warm_up + rounds):
        for name in order:
            value = sides[name]()
            if number >= warm_up:
                found[name].append(value)
        order.append(order.pop(0))
    return found


def costing(
    call: Callable[[], object], cpu_clock: Callable[[], float] = time.thread_time
) -> Callable[[], Cost]:
    """Return a side that makes the call and returns what it cost."""

    def side() -> Cost:
        cpu, wall = cpu_clock(), time.perf_counter()
        call()
        return Cost(time.perf_counter() - wall, cpu_clock() - cpu)

    return side


def children_time() -> float:
    """Processor seconds of the child processes that ended; Windows does not tell."""
    if sys.platform == "win32":
        return 0.0
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def bake(
    folder: Path, payload_fields: str = "company_name=profile.company_name"
) -> Path:
    """Bake the template into a new folder; return the project.

    Beside it goes the payload function that the documented view would have.
    """
    folder.mkdir(parents=True)
    arguments = ("--no-input", f"payload_fields={payload_fields}")
    done = cookiecutter_command(*arguments, home=folder / "home", cwd=folder)
    assert done.returncode == 0, done.stderr
    pairs = (pair.split("=") for pair in payload_fields.split(","))
    entries = "".join(f'        "{claim}": user.{path},\n' for claim, path in pairs)
    (folder / "documented_payload.py").write_text(
        f"def build_jupid_payload(user):\n    return {{\n{entries}    }}\n", "utf-8"
    )
    return folder / "jupid-integration"


def run_in_site(project: Path, module: str, *arguments: object) -> Any:
    """Run a module of `benchmarks.site` beside a baked project; read what it prints."""
    command = [sys.executable, "-m", f"benchmarks.site.{module}", *map(str, arguments)]
    return json.loads(must(*command, env=site_environment(project)))


def site_environment(project: Path) -> dict[str, str]:
    """The environment of a process that runs the site of `benchmarks.site`."""
    return {
        **environment(),
        "PYTHONPATH": f"{project}/src{os.pathsep}{project}{os.pathsep}{project.parent}",
        "DJANGO_SETTINGS_MODULE": "benchmarks.site.settings",
        "JUPID_EMBED_SECRET": SECRET,
        "BENCHMARK_DATABASE": str(project.parent / "benchmark.sqlite3"),
    }


def spread(values: Sequence[float], unit: str) -> str:
    """The median and the quartiles, in brackets: `12.3 ms (11.9 to 13.0)`.

    The values are seconds where the unit is one of time.
    """
    scale = {"µs": 1e6, "ms": 1e3}.get(unit, 1)
    low, _, high = quantiles(values, n=4) if len(values) > 1 else [values[0]] * 3
    figures = [figure(value * scale) for value in (median(values), low, high)]
    return f"{figures[0]} {unit} ({figures[1]} to {figures[2]})"


def figure(value: float) -> str:
    """Three digits of a number."""
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"


def find_chromium() -> str | None:
    """The path of the Chromium to drive, as the generated tests find it."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = filter(None, map(shutil.which, names))
    return os.environ.get("JUPID_CHROMIUM") or next(found, None)


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """How our median stands to theirs."""
    return median(ours) / median(theirs)


def verdict(value: float, target: float) -> str:
    """The cell for a target: `at most 1.35: met`."""
    return f"at most {target:g}: {'met' if value <= target else 'missed'}"


def table(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines) + "\n"
