"""The README of the template says nothing that no test proves."""

from __future__ import annotations

import re

import pytest

from ..helpers import ROOT, TEMPLATE

README = (ROOT / "README.md").read_text("utf-8")
# Where the tests that it names stand: here, or in a project.
FOLDERS = (ROOT / "tests", TEMPLATE / "src", TEMPLATE / "tests")


def threats() -> dict[str, str]:
    """What could go wrong, with the column of the tests that attack."""
    section = README.split("\n## Security\n")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")][1:]
    return {line.split(" | ")[0][2:]: line.split(" | ")[2] for line in lines[1:]}


@pytest.mark.parametrize("threat", threats())
def test_every_threat_names_tests_that_are_there(threat: str) -> None:
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", threats()[threat])

    assert len(named) == threats()[threat].count("`") / 2 > 0
    for path, test in named:
        files = [folder / path for folder in FOLDERS if (folder / path).exists()]
        assert len(files) == 1, path
        assert f"\ndef {test}(" in files[0].read_text("utf-8"), f"{path}::{test}"


def test_every_picture_and_page_is_there() -> None:
    for name in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / name).exists(), name
