"""`python manage.py demo`, from the outside: in a copy of this project, as a process."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from queue import Queue
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

pytestmark = pytest.mark.browser

PROJECT = Path(__file__).resolve().parent.parent
SECRET = "dev-a-secret-of-these-tests-and-of-nothing-else"


class Demo:
    """A demo that runs, and what it has said so far."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=folder,
            env=environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self.output = ""
        self._lines: Queue[str] = Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def wait_for(self, text: str) -> str:
        """Read on until a line holds the text, and return all that came."""
        while text not in self.output:
            line = self._lines.get(timeout=60)
            assert line, f"The demo ended: {self.output}"
            self.output += line
        return self.output

    def address(self, name: str) -> str:
        output = self.wait_for("Ctrl-C ends both")
        found = re.search(rf"{name} +(http://[\w.]+:\d+)", output)
        assert found, output
        return found[1]

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        status = self.process.wait(timeout=30)
        self._reader.join()
        assert self.process.stdout
        self.process.stdout.close()
        while not self._lines.empty():
            self.output += self._lines.get()
        return status


def environment() -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("JUPID_", "DJANGO_")) and name != "DEBUG"
    }
    return {**kept, "JUPID_EMBED_SECRET": SECRET, "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[], Demo]]:
    """Starts the demo in a copy of the project, as it is on its first day."""
    for name in ("example", "jupid_embed", "sandbox"):
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PROJECT / name, tmp_path / name, ignore=ignored)
    shutil.copy(PROJECT / "manage.py", tmp_path)
    demos: list[Demo] = []

    def start() -> Demo:
        demos.append(Demo(tmp_path))
        return demos[-1]

    yield start
    for demo in demos:
        demo.end(signal.SIGTERM)


def is_listening(address: str) -> bool:
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0)).close()
    except OSError:
        return False
    return True


def test_one_command_serves_the_site_and_the_sandbox_until_ctrl_c(
    page: Page, console: list[str], start: Callable[[], Demo]
) -> None:
    tokens = []

    def keep_token(response: Response) -> None:
        if response.url.endswith("/embed-token"):
            tokens.append(response.json()["token"])

    page.on("response", keep_token)
    demo = start()
    site, sandbox = demo.address("Open"), demo.address("Sandbox")
    assert site.startswith("http://localhost:")
    assert sandbox.startswith("http://127.0.0.1:")
    password = re.search(r"password (\S+) as\n", demo.output)
    assert password
    assert re.findall(r"^    (\w+)  ", demo.output, re.M) == ["ada", "grace", "alan"]

    page.goto(site)
    page.get_by_label("Username").fill("ada")
    page.get_by_label("Password").fill(password[1])
    page.get_by_role("button", name="Sign in").click()
    frame = page.frame_locator(f"iframe[src^='{sandbox}/embed/']")
    expect(frame.locator("body")).to_have_attribute("data-session", "accepted")
    assert console == []

    page.goto("about:blank")
    status = demo.end(signal.SIGINT)
    assert status == 0, demo.output
    assert "Traceback" not in demo.output
    assert len(tokens) == 1
    assert not [part for part in tokens[0].split(".") if part in demo.output]
    assert not is_listening(site)
    assert not is_listening(sandbox)


def test_a_second_start_keeps_the_data_and_finds_other_ports(
    page: Page, start: Callable[[], Demo]
) -> None:
    landing = page.frame_locator("iframe").locator("[data-landing]")
    demo = start()
    addresses = [demo.address("Open"), demo.address("Sandbox")]
    page.goto(addresses[0])
    page.get_by_role("button", name="ada").click()
    expect(landing).to_have_attribute("data-landing", "connect")
    page.goto("about:blank")
    # As a closed terminal or a process manager ends it.
    status = demo.end(getattr(signal, "SIGHUP", signal.SIGTERM))
    assert os.name == "nt" or status == 0, demo.output
    assert os.name == "nt" or not [url for url in addresses if is_listening(url)]

    with ExitStack() as stack:
        for port in (8000, 8001):
            # Where another program has it, it is taken all the same.
            with suppress(OSError):
                server = socket.create_server(("127.0.0.1", port))
                stack.enter_context(server)
        demo = start()
        addresses = [demo.address("Open"), demo.address("Sandbox")]
        ports = [urlsplit(url).port for url in addresses]
        assert len({8000, 8001, *ports}) == 4
        assert f"Port 8000 is taken: the site uses {ports[0]}." in demo.output
        assert f"Port 8001 is taken: the sandbox uses {ports[1]}." in demo.output
    page.context.clear_cookies()
    page.goto(addresses[0])
    page.get_by_role("button", name="ada").click()
    expect(landing).to_have_attribute("data-landing", "/")
    page.goto("about:blank")
