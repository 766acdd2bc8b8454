"""What a partner takes over stays small enough to be read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from .. import helpers

if TYPE_CHECKING:
    from pathlib import Path

FILES = 75
LINES = 6000
SHIPPED_LINES = 1200


def test_the_project_is_small(project: Path) -> None:
    """At most so many files, pictures among them, and lines of all that is text."""
    lines = lines_of(project)
    parts = Counter[str]()
    for name, count in lines.items():
        parts["/".join(name.split("/")[:-1][:3])] += count

    assert len(lines) <= FILES
    assert parts.total() <= LINES, parts.most_common()


def test_what_ships_is_small(project: Path) -> None:
    shipped = {
        name: count
        for name, count in lines_of(project / "src/jupid_embed").items()
        if not name.startswith("tests/")
    }

    assert sum(shipped.values()) <= SHIPPED_LINES, shipped


def lines_of(folder: Path) -> dict[str, int]:
    """How many lines each file has; a picture has none."""
    return {
        name: 0 if name.endswith(".png") else len(content.splitlines())
        for name, content in helpers.files_of(folder).items()
    }
