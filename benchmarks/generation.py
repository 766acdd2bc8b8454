"""`cookiecutter --no-input`, whole process, against an empty template."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.helpers import copy_template, environment, must

from .measure import (
    CLOCKS,
    Cost,
    children_time,
    costing,
    ratio,
    spread,
    table,
    take_turns,
    verdict,
)

TARGET = 1.30
Baker = Callable[[], Cost]
PARTS = ("start", "questions", "files", "hooks", "rest")


def make_empty_template(folder: Path) -> Path:
    """Make a template with one question and one empty file."""
    inside = folder / "{{cookiecutter.project_slug}}"
    inside.mkdir(parents=True)
    (inside / "README.md").touch()
    (folder / "cookiecutter.json").write_text('{"project_slug": "empty"}', "utf-8")
    return folder


def baker(template: Path, env: dict[str, str], cold: bool = False) -> Baker:
    """Return a side that bakes into a new folder in a process of its own.

    Cold is a template that was never used: its bytecode is gone.
    """
    out = template.parent / f"{template.name}-out"

    def call() -> None:
        if cold:
            shutil.rmtree(template / "jupid_answers/__pycache__", ignore_errors=True)
        command = [sys.executable, "-m", "cookiecutter", "--no-input"]
        # Not in our own folder, whose jupid_answers Python would find first.
        target = out / str(time.time_ns())
        must(*command, "-o", target, template, cwd=template.parent, env=env)

    return costing(call, children_time)


def parts_of(template: Path, env: dict[str, str]) -> dict[str, float]:
    """Bake once; return the seconds that each part took."""
    now = str(time.time())
    out = template.parent / f"{template.name}-parts" / now
    script = Path(__file__).with_name("parts.py")
    said = must(sys.executable, script, now, template, out, env=env)
    parts: dict[str, float] = json.loads(said.splitlines()[-1])
    return parts


def run(scratch: Path, *, quick: bool) -> str:
    rounds = 1 if quick else 25
    env = environment(scratch / "home")
    del env["PYTHONPYCACHEPREFIX"]
    ours = copy_template(scratch / "ours")
    first = copy_template(scratch / "first")
    empty = make_empty_template(scratch / "empty")
    sides = {
        "ours": baker(ours, env),
        "empty": baker(empty, env),
        "first": baker(first, env, cold=True),
    }
    costs = take_turns(sides, rounds, warm_up=0 if quick else 2)
    rows = []
    for what, name in {"used before": "ours", "first use": "first"}.items():
        for clock in CLOCKS:
            mine = [getattr(cost, clock) for cost in costs[name]]
            base = [getattr(cost, clock) for cost in costs["empty"]]
            share = ratio(mine, base)
            figures = (spread(mine, "s"), spread(base, "s"), f"{share:.3f}")
            is_aimed_at = (name, clock) == ("ours", "wall")
            target = verdict(share, TARGET) if is_aimed_at else ""
            rows.append((what, clock, *figures, target))
    heads = ("template", "time", "ours", "an empty template", "ratio", "target")
    parts = take_turns(
        {name: partial(parts_of, scratch / name, env) for name in ("ours", "empty")},
        rounds,
    )
    part_rows = [
        (part, *(spread([one[part] for one in parts[name]], "ms") for name in parts))
        for part in PARTS
    ]
    where = table(("where the time goes", "ours", "an empty template"), part_rows)
    return f"{table(heads, rows)}\n{where}"
