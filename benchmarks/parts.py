"""Bake once, and print how long each part took.

`generation.py` runs this as a process, with the time at which that started, a template
and a folder.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import cookiecutter.generate
import cookiecutter.main
from cookiecutter.cli import main  # noqa: F401  (its import is part of the start)


def timed(module: Any, function: str, times: dict[str, float], part: str) -> None:
    """Let a function of Cookiecutter add its time to a part."""
    inner: Callable[..., Any] = getattr(module, function)

    def outer(*args: Any, **options: Any) -> Any:
        start = time.time()
        try:
            return inner(*args, **options)
        finally:
            times[part] += time.time() - start

    setattr(module, function, outer)


def bake(started: float, template: str, out: str) -> dict[str, float]:
    now = time.time()
    times = {"start": now - started, "questions": 0.0, "files": 0.0, "hooks": 0.0}
    timed(cookiecutter.main, "prompt_for_config", times, "questions")
    timed(cookiecutter.generate, "generate_file", times, "files")
    timed(cookiecutter.generate, "run_hook_from_repo_dir", times, "hooks")
    cookiecutter.main.cookiecutter(template, no_input=True, output_dir=out)
    return {**times, "rest": time.time() - started - sum(times.values())}


if __name__ == "__main__":
    figures = bake(float(sys.argv[1]), *sys.argv[2:])
    print(json.dumps(figures))
