"""Any string whatever is refused in one line, or rendered as itself; none runs as code.

A small run by default. The full one, of more than 10,000 cases, says how they end, and
takes about a quarter of an hour on two cores:

    ANY_STRING_CASES=10000 pytest tests/answers/test_any_string.py
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from cookiecutter.exceptions import FailedHookException
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from .. import helpers
from .reading import check_refusal, itself, read_back
from .strings import any_answers, good_answers

if TYPE_CHECKING:
    from collections.abc import Iterator

# A case that fails is shown whole, and some are 100 kB long.
pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")

CASES = int(os.environ.get("ANY_STRING_CASES", "140"))
FULL = CASES >= 10_000

run_cases = settings(
    max_examples=-(-CASES // (len(helpers.NAMES) + 1)),
    deadline=None,
    database=None,
    derandomize=not FULL,
    phases=[Phase.generate],  # to shrink a case of a whole bake takes minutes
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def tally(
    request: pytest.FixtureRequest, capfd: pytest.CaptureFixture[str]
) -> Iterator[Counter[str]]:
    """Counts how a test's cases end, and says so where their number was asked for."""
    ends: Counter[str] = Counter()
    yield ends
    if "ANY_STRING_CASES" in os.environ:
        with capfd.disabled():
            print(
                f"{request.node.name}: {ends.total()} cases, {ends['refused']} refused, "
                f"{ends['rendered']} rendered",
                file=sys.stderr,
            )


def bake_or_refuse(answers: dict[str, str], tally: Counter[str]) -> None:
    """Bake with ``answers``: each is refused with a line, or the project holds them all."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with mock.patch("tempfile.tempdir", name):
            try:
                project = helpers.bake(folder, **answers)
            except FailedHookException as refusal:
                lines = str(refusal).split("\n")
                named = [line.partition(" ")[0] for line in lines]
                assert set(named) <= set(answers)
                assert named == [name for name in helpers.NAMES if name in named]
                for question, line in zip(named, lines, strict=True):
                    check_refusal(line, question, answers[question])
                assert {path.name for path in folder.iterdir()} <= {"home"}
                tally["refused"] += 1
            else:
                expected = {
                    question: itself(question, answer)
                    for question, answer in (helpers.DEFAULTS | answers).items()
                }
                assert read_back(project) == expected
                tally["rendered"] += 1


@pytest.mark.parametrize("name", helpers.NAMES)
def test_any_string_is_refused_in_a_line_or_rendered_as_itself(
    name: str, tally: Counter[str]
) -> None:
    @run_cases
    @given(answer=any_answers(name))
    def check(answer: str) -> None:
        bake_or_refuse({name: answer}, tally)

    check()


def test_any_strings_together_are_refused_in_a_line_each_or_rendered(
    tally: Counter[str],
) -> None:
    @run_cases
    @given(
        answers=st.fixed_dictionaries(
            {name: good_answers(name) | any_answers(name) for name in helpers.NAMES}
        )
    )
    def check(answers: dict[str, str]) -> None:
        bake_or_refuse(answers, tally)

    check()
