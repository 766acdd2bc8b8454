"""Firefox and WebKit as Debian has them, each by its own remote control.

Firefox speaks Marionette over a socket, WebKit's driver WebDriver over HTTP. The commands
are the same: WebDriver's, https://www.w3.org/TR/webdriver2/.
"""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ENTER, TAB = "\ue007", "\ue004"
# No page of ours needs what these turn on: updates, telemetry, captive portals.
PREFERENCES = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.region.network.url": "",
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage": "about:blank",
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}


class Call(Protocol):
    def __call__(self, name: str, **parameters: Any) -> Any: ...


class Engine:
    """One window of a browser."""

    def __init__(
        self, name: str, call: Call, renew: Callable[[], None] = lambda: None
    ) -> None:
        self.name = name
        self.call = call
        self.renew = renew  # WebKit keeps scripts in memory, no-store or not

    def open(self, url: str) -> None:
        self.call("Navigate", url=url)

    def back(self) -> None:
        self.call("Back")

    def run(self, script: str, *arguments: Any) -> Any:
        """What an expression comes to, or its promise."""
        body = (
            "const done = arguments[arguments.length - 1];"
            f"(async () => ({script}))().then(done, (error) => done(String(error)));"
        )
        return self.call("ExecuteAsyncScript", script=body, args=[*arguments])

    def wait(self, condition: str, seconds: float = 10) -> Any:
        """Wait until an expression holds; return it. Raises AssertionError if it never does."""
        end = time.monotonic() + seconds
        while not (found := self.run(condition)):
            assert time.monotonic() < end, f"never: {condition}\n{self.run(SEEN)}"
            time.sleep(0.02)
        return found

    def state(self, state: str) -> None:
        self.wait(f"document.querySelector('jupid-embed').matches('[state={state}]')")

    def text(self) -> str:
        return str(self.run("document.querySelector('jupid-embed output').textContent"))

    def click(self, selector: str) -> None:
        found = self.call("FindElement", using="css selector", value=selector)
        element = found.get("value", found)[ELEMENT]
        self.call("ElementClick", id=element)

    def press(self, *keys: str) -> None:
        actions = [{"type": kind, "value": key} for key in keys for kind in KEYS]
        given = [{"type": "key", "id": "keyboard", "actions": actions}]
        self.call("PerformActions", actions=given)

    def sized(self, width: int, height: int) -> None:
        self.call("SetWindowRect", width=width, height=height)

    def forget(self) -> None:
        self.call("DeleteAllCookies")


KEYS = ("keyDown", "keyUp")
SEEN = "document.documentElement.outerHTML.slice(0, 3000)"


@contextmanager
def firefox() -> Iterator[Engine]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = free_port()
        settings = {**PREFERENCES, "marionette.port": port}
        lines = [f"user_pref({json.dumps([n, v])[1:-1]});" for n, v in settings.items()]
        (folder / "user.js").write_text("\n".join(lines), "utf-8")
        command = [
            "firefox-esr",
            "--headless",
            "--marionette",
            "--profile",
            str(folder),
        ]
        stack.enter_context(running(command, HOME=str(folder)))
        connection = stack.enter_context(connected(port))
        stream = stack.enter_context(connection.makefile("rb"))
        read_packet(stream)  # it says who it is

        def call(name: str, **parameters: Any) -> Any:
            text = json.dumps([0, 1, f"WebDriver:{name}", parameters])
            connection.sendall(f"{len(text)}:{text}".encode())
            _, _, error, result = read_packet(stream)
            assert error is None, f"{name}: {error['message']}"
            return result.get("value", result) if isinstance(result, dict) else result

        call("NewSession", capabilities={"alwaysMatch": ASKED})
        yield Engine("firefox", call)


def read_packet(stream: Any) -> Any:
    """A packet of Marionette is its length, a colon and JSON."""
    digits = b""
    while (sign := stream.read(1)) != b":":
        assert sign, "Firefox ended."
        digits += sign
    return json.loads(stream.read(int(digits)))


@contextmanager
def webkit() -> Iterator[Engine]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        port, screen = free_port(), str(90 + os.getpid() % 900)
        size = ["-screen", "0", "1400x1000x24", "-nolisten", "tcp"]
        stack.enter_context(running(["Xvfb", f":{screen}", *size]))
        environment = {
            "DISPLAY": f":{screen}",
            "HOME": folder,
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "WEBKIT_DISABLE_COMPOSITING_MODE": "1",
            "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
        }
        command = ["WebKitWebDriver", f"--port={port}"]
        stack.enter_context(running(command, **environment))
        stack.enter_context(connected(port))
        session = ""
        browser = {"binary": mini_browser(), "args": ["--automation"]}
        wanted = {**ASKED, "webkitgtk:browserOptions": browser}

        def call(name: str, **parameters: Any) -> Any:
            method, path = PATHS[name]
            path = path.format(**parameters)
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
            body = json.dumps(parameters) if method == "POST" else None
            connection.request(method, f"/session{session}{path}", body)
            value = json.loads(connection.getresponse().read())["value"]
            connection.close()
            failed = isinstance(value, dict) and "error" in value
            assert not failed, f"{name}: {value}"
            return value

        def renew() -> None:
            nonlocal session
            if session:
                call("DeleteSession")
                session = ""
            made = call("NewSession", capabilities={"alwaysMatch": wanted})
            session = f"/{made['sessionId']}"

        renew()
        stack.callback(lambda: call("DeleteSession"))
        yield Engine("webkit", call, renew)


ASKED = {"pageLoadStrategy": "normal", "timeouts": {"script": 20_000}}
PATHS = {
    "NewSession": ("POST", ""),
    "DeleteSession": ("DELETE", ""),
    "Navigate": ("POST", "/url"),
    "Back": ("POST", "/back"),
    "ExecuteAsyncScript": ("POST", "/execute/async"),
    "FindElement": ("POST", "/element"),
    "ElementClick": ("POST", "/element/{id}/click"),
    "PerformActions": ("POST", "/actions"),
    "SetWindowRect": ("POST", "/window/rect"),
    "DeleteAllCookies": ("DELETE", "/cookie"),
}


def mini_browser() -> str:
    """MiniBrowser stands outside the path, in a folder that the machine names."""
    [found, *_] = Path("/usr/lib").glob("*/webkit2gtk-4*/MiniBrowser")
    return str(found)


def free_port() -> int:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        return int(bound.getsockname()[1])


@contextmanager
def running(command: list[str], **environment: str) -> Iterator[None]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def connected(port: int) -> socket.socket:
    """A connection, once somebody listens."""
    end = time.monotonic() + 60
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=60)
        except ConnectionRefusedError:
            assert time.monotonic() < end, "The browser does not listen."
            time.sleep(0.05)


ENGINES: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "firefox": (firefox, ("firefox-esr",)),
    "webkit": (webkit, ("WebKitWebDriver", "Xvfb")),
}


def missing(name: str) -> list[str]:
    """The programs of an engine that are not here."""
    return [program for program in ENGINES[name][1] if shutil.which(program) is None]
