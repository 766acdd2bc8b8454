"""Visit the pages in Chromium: prints the times of the iframe's request as JSON."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application
from playwright.sync_api import Browser, sync_playwright

from ..measure import SECRET, take_turns
from .sessions import sign_in

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
]


class Handler(WSGIRequestHandler):
    """Sends each part of an answer at once, as a server in production does."""

    disable_nagle_algorithm = True


class Front:
    """What stands before a site: it holds tokens back, and lets static files be kept."""

    def __init__(self, application: WSGIApplication, delay: float) -> None:
        self.application = application
        self.delay = delay

    def __call__(
        self, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        if environ["PATH_INFO"].endswith("/embed-token"):
            time.sleep(self.delay)
        elif environ["PATH_INFO"].startswith("/static/"):
            return self.application(environ, kept(start_response))
        return self.application(environ, start_response)


def kept(start_response: StartResponse) -> StartResponse:
    """The answer may be kept for an hour."""

    def start(status: str, headers: list[tuple[str, str]], *error: Any) -> Any:
        lasting = ("Cache-Control", "public, max-age=3600")
        return start_response(status, [*headers, lasting], *error)

    return start


def visit(
    browser: Browser, site: str, cookie: str, page_name: str, *, cached: bool
) -> float:
    """Open a page; return the seconds from navigation to the iframe's request.

    The cache is empty, or holds mount.js alone.
    """
    name, _, value = cookie.partition("=")
    context = browser.new_context()
    context.add_cookies(
        [{"name": name, "value": value, "domain": "localhost", "path": "/"}]
    )
    page = context.new_page()
    if cached:
        page.goto(f"{site}/pages/script-alone", wait_until="load")
    with page.expect_event("requestfinished", lambda r: "/embed/" in r.url) as caught:
        page.goto(f"{site}/pages/{page_name}", wait_until="commit")
    started = page.evaluate("performance.timeOrigin")
    timing = caught.value.timing
    accepted = page.frame_locator("iframe").locator("body[data-session=accepted]")
    accepted.wait_for()
    context.close()
    return float(timing["startTime"] + timing["requestStart"] - started) / 1000


@contextmanager
def running_sandbox(site: str, script_delay: float) -> Iterator[str]:
    """Run the sandbox, which serves embed.js late by some seconds; tell its origin."""
    options = ["--origin", site, "--partner-id", "acme", "--port", "0", "--any-secret"]
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox", *options],
            cwd=folder,
            env={**os.environ, "JUPID_EMBED_SECRET": SECRET},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        with process:
            assert process.stdout
            origin = process.stdout.readline().split()[3].rstrip("/")
            request = urllib.request.Request(
                f"{origin}/faults",
                json.dumps({"script_delay": script_delay}).encode(),
                {"Content-Type": "application/json", "Origin": origin},
            )
            urllib.request.urlopen(request).close()
            yield origin
            process.terminate()


def main(chromium: str, rounds: int, script: int, token: int) -> None:
    server = ThreadedWSGIServer(("localhost", 0), Handler)
    site = f"http://localhost:{server.server_port}"
    with running_sandbox(site, script / 1000) as origin:
        os.environ["BENCHMARK_APP_URL"] = origin
        cookie = sign_in()
        logging.disable(logging.CRITICAL)
        application = StaticFilesHandler(get_wsgi_application())
        server.set_app(Front(application, token / 1000))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium, args=ARGUMENTS
            )
            sides = {
                f"{name}, {'warm' if cached else 'cold'}": partial(
                    visit, browser, site, cookie, name, cached=cached
                )
                for cached in (False, True)
                for name in ("ours", "documented", "limit")
            }
            times = take_turns(sides, rounds)
            browser.close()
    print(json.dumps(times))


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
