"""A sandbox of the baked project in a process of its own, and what it answers."""

from __future__ import annotations

import html
import http.client
import json
import re
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ..helpers import environment
from .forge import NOW, SECRET

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

Hints = dict[str, str]

ORIGIN = "http://localhost:8000"
GOOD = ("--origin", ORIGIN, "--partner-id", "acme", "--port", "0", "--any-secret")
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Answer:
    """What the sandbox answered to one request."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode()

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def policy(self) -> str:
        return self.headers["Content-Security-Policy"]

    def verdicts(self) -> dict[str, bool]:
        found = re.findall(r'data-check="(\w+)" data-verdict="(\w+)"', self.text)
        return {name: verdict == "passed" for name, verdict in found}

    def hints(self) -> Hints:
        found = {}
        for item in self.text.split("<li data-check=")[1:]:
            hint = re.search("<dt>Mend</dt><dd>(.*?)</dd>", item)
            if hint:
                found[item[1:].partition('"')[0]] = html.unescape(hint[1])
        return found

    def advice(self) -> Hints:
        pattern = r'<div data-advice="([\w-]+)"><p>.*?</p><p>(.*?)</p></div>'
        found = re.findall(pattern, self.text, re.DOTALL)
        return {name: html.unescape(hint) for name, hint in found}


class Refused(Exception):
    """The sandbox did not start; the text is all that it said."""


class Sandbox:
    """`python -m sandbox`, until the block ends."""

    def __init__(
        self, project: Path, folder: Path, *arguments: str, **extra: str | None
    ) -> None:
        self.folder = folder
        self.log = folder / "log"
        settings = {"JUPID_EMBED_SECRET": SECRET, "PYTHONPATH": str(project), **extra}
        given = {name: text for name, text in settings.items() if text is not None}
        with self.log.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "sandbox", *(arguments or GOOD)],
                cwd=folder,
                env=environment() | given,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        assert self.process.stdout
        self.started = self.process.stdout.readline()
        self.origin = "".join(self.started.split()[3:4]).rstrip("/")

    def __enter__(self) -> Sandbox:
        if not self.started:
            self.process.communicate(timeout=10)
            raise Refused(self.log.read_text("utf-8"))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.process.terminate()
        self.process.communicate(timeout=10)

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.origin)
        return parts.hostname or "", parts.port or 0

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection(*self.address, timeout=30)
        connection.request(method, path, body, headers or {})
        answer = Answer(connection.getresponse())
        connection.close()
        return answer

    def say(self, raw: bytes) -> bytes:
        """Send bytes as they are, and return the start of what comes back."""
        with socket.create_connection(self.address, timeout=30) as connection:
            connection.sendall(raw)
            return connection.recv(65536)

    def post(self, path: str, **body: object) -> Answer:
        """What the sandbox's own pages send."""
        return self.ask("POST", path, json.dumps(body), {**JSON, "Origin": self.origin})

    def post_session(self, token: object, **changes: object) -> Answer:
        body = {
            "token": token,
            "origin": ORIGIN,
            "partner_id": "acme",
            "initial_path": "/",
            **changes,
        }
        return self.post("/session", **body)

    def session(self, token: object, **changes: object) -> Answer:
        """The page that the frame ends on, by the way that the frame takes."""
        answer = self.post_session(token, **changes)
        assert answer.status == 201, answer.text
        page = self.ask("GET", answer.json["location"])
        assert page.status == 200
        if isinstance(token, str) and token:
            assert token not in answer.text
            assert html.escape(token) not in page.text
        return page

    def state(self) -> Any:
        return self.ask("GET", "/state").json

    def effects(self) -> dict[str, int]:
        """Of each effect how often, but those that did not happen."""
        return {name: count for name, count in self.state()["effects"].items() if count}

    def reset(self, origin: str = ORIGIN) -> None:
        assert self.post("/forget", origins=[origin]).status == 302
        self.set_faults()

    def set_faults(self, **faults: object) -> None:
        """Set the faults, and the clock to the moment of these tests."""
        skew = {"clock_skew": NOW - int(time.time()), **faults}
        assert self.post("/faults", **skew).status == 302
