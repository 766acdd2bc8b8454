"""From navigation to the start of Jupid's iframe, against the documented snippet.

The sandbox serves `embed.js` and the iframe to all. A cold visit has an empty cache, a warm
one has mount.js in it. The limit is a page whose first bytes ask for everything.
"""

from __future__ import annotations

from pathlib import Path

from .measure import bake, find_chromium, ratio, run_in_site, spread, table, verdict

# Milliseconds that embed.js and the token are late; what the ratio may be, cold and warm.
TARGETS = {
    (0, 0): {"cold": 1.10, "warm": 1.00},
    (30, 30): {"cold": 0.92, "warm": 0.72},
    (100, 100): {"cold": 0.68, "warm": 0.65},
    (300, 300): {"cold": 0.60, "warm": 0.55},
    (300, 0): {"cold": 1.00, "warm": 1.00},
    (0, 300): {"cold": 0.93, "warm": 0.95},
}


def run(scratch: Path, *, quick: bool) -> str:
    chromium = find_chromium()
    if chromium is None:
        return "Not measured: no Chromium here. Install one, or set JUPID_CHROMIUM."
    project = bake(scratch / "project")
    rows = []
    for (script, token), targets in list(TARGETS.items())[: 1 if quick else None]:
        rounds = 1 if quick else 15
        times = run_in_site(project, "mounts", chromium, rounds, script, token)
        for cache, target in targets.items():
            ours, documented, limit = (
                times[f"{side}, {cache}"] for side in ("ours", "documented", "limit")
            )
            share = ratio(ours, documented)
            rows.append(
                (
                    f"{script} ms, {token} ms, {cache}",
                    *(spread(side, "ms") for side in (ours, documented, limit)),
                    f"{share:.3f}",
                    verdict(share, target),
                    f"{ratio(limit, documented):.3f}",
                )
            )
    heads = ("embed.js and token late by, cache", "ours", "documented", "the limit")
    ends = ("ours / documented", "target", "limit / documented")
    return table(heads + ends, rows)
