"""Each benchmark in its quick form, so that none of them rots; no figure is judged."""

from __future__ import annotations

import os
import sys
from functools import partial

import pytest

from benchmarks.__main__ import BENCHMARKS, main
from benchmarks.measure import find_chromium, ratio, spread, table, take_turns, verdict


@pytest.mark.parametrize("name", BENCHMARKS)
def test_benchmark_prints_its_table(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if name == "mount" and not find_chromium() and os.environ.get("CI") != "true":
        pytest.skip("No Chromium here. Install one, or name it in JUPID_CHROMIUM.")
    if name == "load" and sys.platform == "win32":
        pytest.skip("gunicorn does not run on Windows.")

    main([name, "--quick"])

    assert f"## {name}\n\n| " in capsys.readouterr().out


def test_unknown_benchmark_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["speed"])

    assert "no benchmark 'speed': choose from generation" in capsys.readouterr().err


def test_sides_take_turns_and_the_warm_up_is_left_out() -> None:
    calls: list[str] = []

    def call(name: str) -> int:
        calls.append(name)
        return len(calls)

    sides = {name: partial(call, name) for name in "ab"}

    found = take_turns(sides, rounds=2, warm_up=1)

    assert calls == ["a", "b", "b", "a", "a", "b"]
    assert found == {"a": [4, 5], "b": [3, 6]}


def test_figures_are_medians_with_quartiles_in_brackets() -> None:
    assert spread([0.001, 0.002, 0.003], "ms") == "2.00 ms (1.00 to 3.00)"
    assert spread([0.5], "s") == "0.50 s (0.50 to 0.50)"
    assert ratio([1, 2, 9], [4, 4, 4]) == 0.5


@pytest.mark.parametrize(("value", "word"), [(1.02, "met"), (1.03, "missed")])
def test_verdict_stands_beside_its_target(value: float, word: str) -> None:
    assert verdict(value, 1.02) == f"at most 1.02: {word}"


def test_table_is_markdown() -> None:
    assert table(("a", "b"), [("c", 1)]) == "| a | b |\n| --- | --- |\n| c | 1 |\n"
