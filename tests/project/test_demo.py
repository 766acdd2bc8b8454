"""`python manage.py demo`, from the outside: in a copy of the project, as a process."""

from __future__ import annotations

import http.cookiejar
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.parse
import urllib.request
from contextlib import ExitStack, suppress
from queue import Queue
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import jwt
import pytest
from playwright.sync_api import Page, Response, expect, sync_playwright

from benchmarks.measure import find_chromium

from .. import helpers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

SECRET = "dev-a-secret-of-these-tests-and-of-nothing-else"
PRODUCTION = {
    "JUPID_EMBED_PARTNER_ID": "live-partner",
    "JUPID_EMBED_AUDIENCE": "live-audience",
    "JUPID_EMBED_APP_URL": "https://app.jupid.com",
    "JUPID_EMBED_SECRET": "live-" + "s" * 60,
}
HOW_TO_MAKE_ONE = (
    f"Make one for development: {'' if sys.platform == 'win32' else 'umask 077; '}"
    "python -c \"import secrets; print('JUPID_EMBED_SECRET=dev-' "
    '+ secrets.token_urlsafe(48))" >> .env'
)

pytestmark = pytest.mark.xdist_group("demo")


class Demo:
    """A demo that runs, and what it has said so far."""

    def __init__(self, folder: Path, variables: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=folder,
            env=helpers.environment(PYTHONUNBUFFERED="1") | variables,
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


@pytest.fixture
def folder(project: Path, tmp_path: Path) -> Path:
    """A copy of the project as it is on its first day, but for its secret."""
    copy = tmp_path / "project"
    shutil.copytree(project, copy)
    (copy / ".env").write_text(f"JUPID_EMBED_SECRET={SECRET}\n")
    return copy


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., Demo]]:
    demos: list[Demo] = []

    def start(**variables: str) -> Demo:
        demos.append(Demo(folder, variables))
        return demos[-1]

    yield start
    for demo in demos:
        demo.end(signal.SIGTERM)


@pytest.fixture
def page() -> Iterator[Page]:
    chromium = find_chromium()
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("No Chromium here, and in CI this test must run.")
        pytest.skip("No Chromium here. Install one, or name it in JUPID_CHROMIUM.")
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=chromium, args=options)
        yield browser.new_page()
        browser.close()


def is_listening(address: str) -> bool:
    parts = urlsplit(address)
    try:
        socket.create_connection((parts.hostname or "", parts.port or 0)).close()
    except OSError:
        return False
    return True


def test_one_command_serves_the_site_and_the_sandbox_until_ctrl_c(
    page: Page, start: Callable[..., Demo]
) -> None:
    tokens, console = [], []

    def keep_token(response: Response) -> None:
        if response.url.endswith("/embed-token"):
            tokens.append(response.json()["token"])

    page.on("response", keep_token)
    page.on("console", lambda message: console.append(message.text))
    page.on("pageerror", lambda error: console.append(str(error)))
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
    page: Page, start: Callable[..., Demo]
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


UNUSED = "The environment's secret stays unused: .env's signs.\n"
ELSEWHERE = "No token goes to https://app.jupid.com: the sandbox gets them.\n"
# What shells hold, and the lines that the demo says of it.
SURROUNDINGS: dict[str, tuple[dict[str, str], str]] = {
    "production": ({"DEBUG": "", **PRODUCTION}, UNUSED + ELSEWHERE),
    "another project": (
        {
            "DEBUG": "True",
            "DJANGO_SETTINGS_MODULE": "acme.settings",
            "DATABASE_URL": "postgres://nowhere/acme",
            "PYTHONSAFEPATH": "1",
        },
        "",
    ),
    "another country": (
        {
            "DEBUG": "on",
            "TZ": "Nowhere/Nothing",
            "LC_ALL": "POSIX",
            "PYTHONUTF8": "0",
            "PYTHONCOERCECLOCALE": "0",
            "PYTHONIOENCODING": "ascii",
        },
        "",
    ),
}


@pytest.mark.parametrize("row", SURROUNDINGS)
def test_what_the_shell_holds_sends_no_token_elsewhere(
    row: str, start: Callable[..., Demo]
) -> None:
    variables, said = SURROUNDINGS[row]
    demo = start(**variables)
    site, sandbox = demo.address("Open"), demo.address("Sandbox")
    told = [line for line in demo.output.splitlines() if not line.startswith("Port ")]
    assert "\n".join(told).startswith(f"{said}\n  Open     {site}\n")

    opener = urllib.request.build_opener(
        urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    )
    with opener.open(f"{site}/login/") as response:
        login = response.read().decode()
    csrf = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', login)
    assert csrf
    form = {"username": "ada", "password": "try-jupid-embed"}
    sent = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": csrf[1]})
    with opener.open(f"{site}/login/", sent.encode()) as response:
        page = response.read().decode()
        policy = response.headers["Content-Security-Policy"]
    assert f'data-app-url="{sandbox}"' in page
    assert sandbox in policy
    assert "app.jupid.com" not in page + policy
    with opener.open(f"{site}/api/jupid/embed-token") as response:
        token = response.read().decode().split('"')[3]
    claims = jwt.decode(
        token, SECRET, algorithms=["HS256"], options={"verify_aud": False}
    )
    assert claims["sub"]


def as_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def as_a_dangling_link(file: Path) -> None:
    file.unlink()
    file.symlink_to("nowhere")


def in_utf_16(file: Path) -> None:
    file.write_text(file.read_text(), "utf-16")


def without_a_secret(file: Path) -> None:
    file.write_text("DEBUG=1\nJUPID_EMBED_SECRET=\n")


def with_a_live_one(file: Path) -> None:
    file.write_text(f"JUPID_EMBED_SECRET=live-{'s' * 40}\n")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (as_a_folder, "{file} is a folder: remove it, and make a secret."),
        (as_a_dangling_link, f"JUPID_EMBED_SECRET is missing. {HOW_TO_MAKE_ONE}"),
        (in_utf_16, "{file} cannot be read: save it as text in UTF-8."),
        (without_a_secret, f"JUPID_EMBED_SECRET is missing. {HOW_TO_MAKE_ONE}"),
        (
            with_a_live_one,
            f"JUPID_EMBED_SECRET does not start with dev-. {HOW_TO_MAKE_ONE}",
        ),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_strange_env_gets_one_line(
    change: Callable[[Path], None], message: str, folder: Path
) -> None:
    change(folder / ".env")
    done = helpers.run(sys.executable, "manage.py", "demo", cwd=folder)
    told = done.stderr.removeprefix("CommandError: ")
    assert told == message.replace("{file}", str(folder / ".env")) + "\n"
    assert (done.returncode, done.stdout) == (1, "")


@pytest.mark.skipif(sys.platform == "win32", reason="the line is for a POSIX shell")
def test_the_line_that_makes_a_secret_makes_one(folder: Path) -> None:
    (folder / ".env").unlink()
    line = HOW_TO_MAKE_ONE.partition(": ")[2].replace("python", sys.executable, 1)
    helpers.must("sh", "-c", line, cwd=folder)
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600
    said = helpers.must(sys.executable, "manage.py", "check", cwd=folder)
    assert said == "System check identified no issues (0 silenced).\n"
