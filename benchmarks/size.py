"""What a browser downloads, and what a partner takes over."""

from __future__ import annotations

import gzip
from collections import Counter
from pathlib import Path

from tests.helpers import files_of

from .measure import bake, table, verdict

MOUNT = "src/jupid_embed/static/jupid_embed/mount.js"
SERVED = 4000
FILES = 75
LINES = 6000
SHIPPED = 1200


def run(scratch: Path, *, quick: bool) -> str:
    files = files_of(bake(scratch / "project"))
    small = len(gzip.compress(files[MOUNT], mtime=0))
    lines = {
        name: 0 if name.endswith(".png") else len(content.splitlines())
        for name, content in files.items()
    }
    parts = {name: part_of(name) for name in files}
    shipped = [count for name, count in lines.items() if parts[name] == "src"]
    largest = max(lines, key=lambda name: lines[name])
    counts = [
        ("bytes of mount.js", len(files[MOUNT]), ""),
        ("the same, gzipped", small, verdict(small, SERVED)),
        ("files", len(files), verdict(len(files), FILES)),
        ("lines", sum(lines.values()), verdict(sum(lines.values()), LINES)),
        ("lines of src without tests", sum(shipped), verdict(sum(shipped), SHIPPED)),
        (f"lines of the largest, {largest}", lines[largest], ""),
    ]
    each = Counter(parts.values())
    rows = [
        (part, each[part], sum(lines[name] for name in files if parts[name] == part))
        for part in sorted(each)
    ]
    heads = ("part", "files", "lines")
    return f"{table(('what', 'figure', 'target'), counts)}\n{table(heads, rows)}"


def part_of(name: str) -> str:
    """The part of the project that a file belongs to."""
    top, _, rest = name.partition("/")
    if not rest:
        return "(top folder)"
    return "src, tests" if "/tests/" in name else top
