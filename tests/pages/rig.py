"""The host site and the sandbox, each in a process of its own, and how to steer them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ..helpers import ROOT, environment, run

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
SECRET = "dev-a-secret-of-these-tests-and-of-nothing-else"
JSON = "application/json"
ENDPOINT = "/api/jupid/embed-token"

# What a page is that shows the embed, and what it is without.
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Page</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">%s</head>
<body>%s</body></html>
"""
EMBED = PAGE % ("", "<h1>Embed</h1><main>{% jupid_embed %}</main>")


def ask(url: str, body: object = None) -> Any:
    """Post JSON, or get it."""
    data = None if body is None else json.dumps(body).encode()
    origin = "/".join(url.split("/")[:3])
    headers = {"Content-Type": JSON, "Origin": origin}
    request = urllib.request.Request(url, data=data, headers=headers)  # noqa: S310
    with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
        text = response.read()
    return json.loads(text) if response.headers["Content-Type"] == JSON else None


class Rig:
    """A host whose pages a test writes, and a sandbox that plays Jupid for it."""

    def __init__(self, origin: str, app: str) -> None:
        self.origin, self.app = origin, app

    def reset(self) -> None:
        self.allow(self.origin)
        ask(f"{self.app}/faults", {})
        ask(
            f"{self.origin}/control",
            {"reset": True, "pages": {"embed": {"html": EMBED}}},
        )

    def allow(self, *origins: str) -> None:
        """Let these embed, and nobody else; Jupid forgets what it met."""
        ask(f"{self.app}/forget", {"origins": origins})

    def page(self, html: str, name: str = "page", **headers: str) -> str:
        """Serve a page; return its address. Underscores in headers are dashes."""
        named = {key.replace("_", "-"): text for key, text in headers.items()}
        pages = {name: {"html": html, "headers": named}}
        ask(f"{self.origin}/control", {"pages": pages})
        return f"{self.origin}/page/{name}/"

    def answer(self, path: str = ENDPOINT, **answer: Any) -> None:
        """Answer so at this path: status, body, headers, delay; nothing, as it is."""
        ask(f"{self.origin}/control", {"answers": {path: answer}})

    def faults(self, **faults: Any) -> None:
        ask(f"{self.app}/faults", faults)

    def tokens(self) -> int:
        """How often the endpoint was asked."""
        return int(ask(f"{self.origin}/control").get(ENDPOINT, 0))

    def effects(self) -> dict[str, int]:
        return dict(ask(f"{self.app}/state")["effects"])

    def sessions(self) -> list[dict[str, Any]]:
        return list(ask(f"{self.app}/state")["sessions"])


@contextmanager
def started(command: list[str], project: Path, **extra: str) -> Iterator[str]:
    """Run a Python program until the block ends; give the first line that it prints."""
    path = os.pathsep.join((str(ROOT), str(project / "src"), str(project)))
    process = subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env={
            **environment(PYTHONPATH=path, JUPID_EMBED_SECRET=SECRET),
            **extra,
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.communicate(timeout=20)


@contextmanager
def rig(project: Path, folder: Path, settings: str = "") -> Iterator[Rig]:
    sandbox = ["-m", "sandbox", "--origin=http://localhost", "--port=0"]
    sandbox += ["--partner-id=acme", f"--database={folder / 'sandbox.sqlite3'}"]
    with started(sandbox, project) as line:
        app = line.split()[3].rstrip("/")
        host = ["-m", f"{__package__}.host", app, str(npm()), str(folder)]
        with started(host, project, HOST_SETTINGS=settings) as origin:
            yield Rig(origin, app)


def npm() -> Path:
    """The folder of the libraries from npm, which are installed once, in the cache."""
    found = shutil.which("npm")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("npm is missing, and in CI these tests must run.")
        pytest.skip("npm is missing; install Node to run these tests.")
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = cache / "jupid-template" / "pages"
    wanted = (HERE / "package.json").read_text("utf-8")
    kept = folder / "package.json"
    if not kept.exists() or kept.read_text("utf-8") != wanted:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "installing.json").write_text(wanted, "utf-8")
        shutil.copy(HERE / "package.json", kept)
        options = ["--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts"]
        done = run(found, "install", *options, cwd=folder)
        if done.returncode:
            kept.unlink()
        assert done.returncode == 0, done.stderr
    return folder / "node_modules"
