"""What a browser downloads, and what a partner takes over."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

from .measure import bake, table, verdict

TARGET = 3000
MOUNT = Path("src", "jupid_embed", "static", "jupid_embed", "mount.js")


def run(scratch: Path, *, quick: bool) -> str:
    project = bake(scratch / "project")
    text = (project / MOUNT).read_bytes()
    small = len(gzip.compress(text, mtime=0))
    served = table(
        ("as served", "bytes", "bytes, gzipped", "target"),
        [("mount.js", len(text), small, verdict(small, TARGET))],
    )
    files: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for path in project.rglob("*"):
        if path.is_file():
            part = part_of(path.relative_to(project))
            files[part] += 1
            if path.suffix != ".png":
                lines[part] += len(path.read_bytes().splitlines())
    counts = [(part, files[part], lines[part]) for part in sorted(files)]
    total = ("all", files.total(), lines.total())
    return f"{served}\n{table(('generated', 'files', 'lines'), [*counts, total])}"


def part_of(path: Path) -> str:
    """The part of the project that a file belongs to."""
    if len(path.parts) == 1:
        return "(top folder)"
    is_test = path.parts[1] == "tests"
    return "/".join(path.parts[: 2 if is_test else 1])
