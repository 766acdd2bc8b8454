"""Tokens per second and latency under gunicorn, against the documented view.

The clients take processor time from the workers: the ratio counts, not the rate.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from functools import partial
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from statistics import quantiles
from typing import NamedTuple

from tests.helpers import ROOT

from .measure import (
    bake,
    figure,
    ratio,
    run_in_site,
    site_environment,
    spread,
    table,
    take_turns,
)

CLIENTS = 8
SIDES = {"ours": "/api/jupid/embed-token", "documented": "/documented/embed-token"}


class Burst(NamedTuple):
    rate: float
    latencies: list[float]


@contextmanager
def gunicorn(project: Path, workers: int) -> Iterator[int]:
    """Serve the site until the block ends; gives the port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--log-level", "error"]
    command += ["--workers", str(workers), "--bind", f"127.0.0.1:{port}"]
    command += ["django.core.wsgi:get_wsgi_application()"]
    server = subprocess.Popen(command, cwd=ROOT, env=site_environment(project))
    try:
        wait_for(port)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=30)


def wait_for(port: int) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise TimeoutError("gunicorn did not start")


def get(port: int, path: str, cookie: str) -> float:
    """Get one token over a new connection; return the seconds that it took."""
    start = time.perf_counter()
    with closing(HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
        connection.request("GET", path, headers={"Cookie": cookie})
        response = connection.getresponse()
        body = response.read()
    assert response.status == 200, (path, response.status, body)
    return time.perf_counter() - start


def burst(port: int, cookie: str, requests: int, path: str) -> Burst:
    """Get so many tokens by several clients at a time."""
    with ThreadPoolExecutor(CLIENTS) as clients:
        start = time.perf_counter()
        paths = [path] * requests
        latencies = list(clients.map(lambda path: get(port, path, cookie), paths))
    return Burst(requests / (time.perf_counter() - start), latencies)


def percentiles(bursts: list[Burst]) -> str:
    """The latency that 50, 95 and 99 of a hundred requests stay under."""
    hundredths = quantiles((time for one in bursts for time in one.latencies), n=100)
    return " / ".join(figure(hundredths[place - 1] * 1000) for place in (50, 95, 99))


def run(scratch: Path, *, quick: bool) -> str:
    if find_spec("gunicorn") is None:
        return "Not measured: gunicorn is not installed, and does not run on Windows."
    requests, rounds = (10, 1) if quick else (250, 12)
    project = bake(scratch / "project")
    cookie = run_in_site(project, "sessions")
    rows = []
    for workers in (1, 2):
        with gunicorn(project, workers) as port:
            sides = {
                name: partial(burst, port, cookie, requests, path)
                for name, path in SIDES.items()
            }
            bursts = take_turns(sides, rounds)
        rates = {name: [one.rate for one in bursts[name]] for name in SIDES}
        rows.append(
            (
                workers,
                *(spread(rates[name], "per s") for name in SIDES),
                f"{ratio(rates['ours'], rates['documented']):.3f}",
                *(percentiles(bursts[name]) for name in SIDES),
            )
        )
    heads = ("workers", "ours", "documented", "ratio of the rates")
    ends = [f"{name}, ms: 50 / 95 / 99 %" for name in SIDES]
    return table((*heads, *ends), rows)
