"""Hosts whose pages are served in their own way mount the embed in Chromium."""

from __future__ import annotations

import os
import shlex
import socket
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest
from playwright.sync_api import expect

from .. import helpers
from ..pages.conftest import browser as browser
from ..pages.rig import ask
from .host import Shape, adopt, blocks
from .shapes import ADA, LOVELACE, NONE, SHAPES, USER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser

SECRET = "dev-the-secret-of-a-host-project-that-lives-in-this-test"

# Serves as a proxy does, which takes its prefix away and has the static files itself.
WSGI = """
import sys
from pathlib import Path

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.wsgi import get_wsgi_application

port, prefix = int(sys.argv[1]), sys.argv[2]
inner = get_wsgi_application()

from django.contrib.staticfiles import finders


def site(environ, start_response):
    path = environ["PATH_INFO"].removeprefix(prefix)
    if path.startswith("/static/"):
        start_response("200 OK", [("Content-Type", "text/javascript")])
        return [Path(finders.find(path.removeprefix("/static/"))).read_bytes()]
    environ["PATH_INFO"] = path
    return inner(environ, start_response)


server = ThreadedWSGIServer(("localhost", port), WSGIRequestHandler)
server.set_app(site)
print("ready", flush=True)
server.serve_forever()
"""
ASGI = """
import sys

import uvicorn
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

site = ASGIStaticFilesHandler(get_asgi_application())


class Server(uvicorn.Server):
    async def startup(self, sockets=None):
        await super().startup(sockets)
        print("ready", flush=True)


port = int(sys.argv[1])
config = uvicorn.Config(site, "localhost", port, lifespan="off", log_level="error")
Server(config).run()
"""
SIGN_IN = """<!doctype html><html lang="en"><title>Sign in</title>
<form method="post">{% csrf_token %}{{ form }}<button>Sign in</button></form></html>
"""
CLAIMS = {**LOVELACE, "payload": {}}


class Site(NamedTuple):
    """A host, and how its page is reached."""

    shape: Shape
    server: str = WSGI
    prefix: str = ""
    path: str = "/accounting/"
    #: Whether the person signs in by the host's own form.
    form: bool = False


SITES = {
    "below a path": Site(
        SHAPES["below a path"], prefix="/portal", path="/portal/accounting/"
    ),
    "a language in every path": Site(
        SHAPES["a language in every path"], path="/de/accounting/"
    ),
    "ASGI under uvicorn": Site(Shape(USER, ADA, NONE, CLAIMS), ASGI),
    "a login of its own": Site(
        Shape(
            USER,
            ADA,
            NONE,
            CLAIMS,
            settings="""
LOGIN_URL = "come-in"
MIDDLEWARE += ["django.contrib.auth.middleware.LoginRequiredMiddleware"]
""",
            urls="""
from django.contrib.auth.views import LoginView

login = LoginView.as_view(template_name="sign-in.html")
urlpatterns += [path("come/in/", login, name="come-in")]
""",
            files={"templates/sign-in.html": SIGN_IN},
        ),
        form=True,
    ),
    "two policies at once": Site(
        Shape(
            USER
            + """

def proxy(get_response):
    def add(request):
        response = get_response(request)
        own = response.headers["Content-Security-Policy"]
        app = os.environ["JUPID_EMBED_APP_URL"]
        proxied = f"frame-src {app}; connect-src 'self'; object-src 'none'"
        response.headers["Content-Security-Policy"] = f"{own}, {proxied}"
        return response

    return add


import os
""",
            ADA,
            NONE,
            CLAIMS,
            settings="""
import os

from csp.constants import NONCE, SELF

MIDDLEWARE = ["people.models.proxy", "csp.middleware.CSPMiddleware", *MIDDLEWARE]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "connect-src": [SELF],
        "frame-src": [os.environ["JUPID_EMBED_APP_URL"]],
        "script-src": [NONCE],
    }
}
""",
        )
    ),
}


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(command: list[str], cwd: Path, **env: str) -> Iterator[None]:
    """Run a server until the block ends; it prints a line as soon as it listens."""
    kept = helpers.environment(None, **env)
    log = cwd / f"{Path(command[1]).stem}.log"
    with (
        log.open("w") as errors,
        subprocess.Popen(
            command, cwd=cwd, env=kept, stdout=subprocess.PIPE, stderr=errors, text=True
        ) as process,
    ):
        assert process.stdout
        try:
            assert process.stdout.readline(), log.read_text("utf-8")
            yield
        finally:
            process.terminate()


@pytest.mark.parametrize("name", SITES)
def test_page_mounts_the_embed_and_jupid_takes_the_token(
    name: str, baked: Callable[..., Path], tmp_path: Path, browser: Browser
) -> None:
    mount(SITES[name], baked(**NONE), tmp_path, browser)


def mount(site: Site, project: Path, folder: Path, browser: Browser) -> None:
    """Serve the host and the sandbox, sign in, and look at the page."""
    host = adopt(folder / "host", site.shape, project, "copied")
    host_port, app_port = free_port(), free_port()
    origin, app = f"http://localhost:{host_port}", f"http://127.0.0.1:{app_port}"
    env = {
        "DJANGO_SETTINGS_MODULE": "host.settings",
        "JUPID_EMBED_APP_URL": app,
        "JUPID_EMBED_PARTNER_ID": "acme",
        "JUPID_EMBED_SECRET": SECRET,
    }
    signed_in = host.answers(
        site.shape.ada,
        "ada.set_password('secret')\nada.save()\nclient = Client()",
        "client.force_login(ada)",
        "answer['cookie'] = client.cookies['sessionid'].value",
        **env,
    )
    # The sandbox is started as README.md tells.
    [line] = blocks(
        (project / "README.md").read_text("utf-8"), "See it there", "console"
    )
    told = line.replace("http://localhost:8000", origin)
    _, _, _, *arguments = shlex.split(told)
    arguments += ["--port", str(app_port), "--database", str(folder / "s.sqlite3")]
    (host.folder / "serve.py").write_text(site.server, "utf-8")
    command = [str(host.python), "serve.py", str(host_port), site.prefix]
    with ExitStack() as stack:
        path = f"{project / 'src'}{os.pathsep}{project}"
        sandbox = [sys.executable, *arguments]
        secret = {"JUPID_EMBED_SECRET": SECRET, "PYTHONPATH": path}
        stack.enter_context(running(sandbox, folder, **secret))
        stack.enter_context(running(command, host.folder, **env))
        context = stack.enter_context(browser.new_context())
        context.route("**/favicon.ico", lambda route: route.fulfill(status=204))
        page = context.new_page()
        lines: list[str] = []
        page.on("console", lambda message: lines.append(message.text))
        page.on("pageerror", lambda error: lines.append(str(error)))
        if not site.form:
            cookie = {"name": "sessionid", "value": signed_in["cookie"], "url": origin}
            context.add_cookies([cookie])  # type: ignore[list-item]
        page.goto(f"{origin}{site.path}")
        if site.form:
            page.get_by_label("Username").fill("ada")
            page.get_by_label("Password").fill("secret")
            page.get_by_role("button").click()
        frame = page.frame_locator("jupid-embed iframe")
        email = frame.get_by_text("ada@example.com").first
        expect(email).to_be_visible(timeout=30_000)
        state = ask(f"{app}/state")

    assert [one["accepted"] for one in state["sessions"]] == [True]
    assert lines == []
