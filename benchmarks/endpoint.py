"""A token request through all of Django, against the documented view and a bare one.

Every side has the middleware of `startproject`, a session cookie, SQLite and the same
user and payload. The sides take turns request by request, in several processes.
"""

from __future__ import annotations

from pathlib import Path
from statistics import median

from .measure import CLOCKS, bake, ratio, run_in_site, spread, table, verdict

TARGET = 1.03
SIDES = ("ours", "documented", "bare")
# Fields of the payload, and the relations that they lie on.
SHAPES = ((1, 1), (10, 1), (50, 1), (10, 5), (50, 5))
RELATIONS = ("profile", "account", "team", "office", "company")


def payload(fields: int, relations: int) -> str:
    """The answer to `payload_fields` with so many fields on so many relations."""
    names = [(RELATIONS[number % relations], number) for number in range(fields)]
    return ",".join(f"c{number}={name}.field{number}" for name, number in names)


def run(scratch: Path, *, quick: bool) -> str:
    rounds, processes = (20, 1) if quick else (1500, 4)
    shapes = SHAPES[::3] if quick else SHAPES
    rows = []
    for fields, relations in shapes:
        answer = payload(fields, relations)
        project = bake(scratch / f"{fields}-{relations}", payload_fields=answer)
        runs = [run_in_site(project, "requests", rounds) for _ in range(processes)]
        queries = "/".join(str(runs[0]["queries"][name]) for name in SIDES)
        for clock in CLOCKS:
            times = {
                name: [value for run in runs for value in run[clock][name]]
                for name in SIDES
            }
            each = [ratio(run[clock]["ours"], run[clock]["documented"]) for run in runs]
            share = median(each)
            rows.append(
                (
                    f"{fields} on {relations}",
                    queries,
                    clock,
                    *(spread(times[name], "µs") for name in SIDES),
                    f"{share:.3f} ({min(each):.3f} to {max(each):.3f})",
                    verdict(share, TARGET),
                    f"{ratio(times['ours'], times['bare']):.2f}",
                )
            )
    heads = ("fields on relations", "queries of each", "time", *SIDES)
    ends = ("ours / documented (in one process)", "target", "ours / bare")
    return table(heads + ends, rows)
