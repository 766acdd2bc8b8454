"""From navigation to the start of Jupid's iframe, against the documented snippet.

The sandbox serves `embed.js` and the iframe to both; every visit has an empty cache.
"""

from __future__ import annotations

from pathlib import Path

from .measure import bake, find_chromium, ratio, run_in_site, spread, table, verdict

TARGET = 0.55
# Milliseconds that embed.js and the token are late.
DELAYS = ((0, 0), (100, 100), (300, 300), (300, 0), (0, 300))


def run(scratch: Path, *, quick: bool) -> str:
    chromium = find_chromium()
    if chromium is None:
        return "Not measured: no Chromium here. Install one, or set JUPID_CHROMIUM."
    project = bake(scratch / "project")
    rows = []
    for script, token in DELAYS[:1] if quick else DELAYS:
        rounds = 1 if quick else 20
        times = run_in_site(project, "mounts", chromium, rounds, script, token)
        share = ratio(times["ours"], times["documented"])
        is_aimed_at = (script, token) == (300, 300)
        rows.append(
            (
                f"{script} ms, {token} ms",
                spread(times["ours"], "ms"),
                spread(times["documented"], "ms"),
                f"{share:.3f}",
                verdict(share, TARGET) if is_aimed_at else "",
            )
        )
    heads = ("embed.js late by, token late by", "ours", "documented", "ratio", "target")
    return table(heads, rows)
